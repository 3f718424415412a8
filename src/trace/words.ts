import { figure, frameName, address as grouped, hex, shadowName } from '../base';
import { NO_LANE, type TraceEvents } from './events';
import { FLAG_NAMES, hexOf } from './fieldTypes';
import type { TraceHistory } from './follow';
import { frameOf, geometryOf, leadsOn } from './geometry';
import type { PageNow } from './moment';
import { accessText, PAGE, roleAccess, roleDirect, roleInvalid, roleLevel } from './pageText';
import type { Walk } from './walks';

/** `vCPU 0`; with its task where two tasks have a vCPU of that number. */
export function laneName(events: TraceEvents, lane: number): string {
  const own = events.lanes[lane];
  if (own === undefined) return 'no vCPU';
  const alike = events.lanes.filter((other) => other.vcpu === own.vcpu).length > 1;
  const task = events.tasks[own.task];
  return alike && task !== undefined ? `vCPU ${own.vcpu} of ${task.name}-${task.pid}` : `vCPU ${own.vcpu}`;
}

/** Who an event is of: its vCPU, or its task. */
function whoOf(events: TraceEvents, event: number): string {
  const lane = events.lane(event);
  if (lane !== NO_LANE) return laneName(events, lane);
  const task = events.task(event);
  return task === undefined ? 'A task' : `Task ${task.name}-${task.pid}`;
}

/** `a write by the guest’s kernel`: what an error code says of the access. */
export function accessWords(code: number): string {
  const what = (code & 16) !== 0 ? 'an instruction fetch' : (code & 2) !== 0 ? 'a write' : 'a read';
  return `${what} ${(code & 4) !== 0 ? 'in user mode' : 'in supervisor mode'}`;
}

/** An error code as a number and by the names that the kernel prints: `0x7: P, W, U`. */
export function flagWords(code: number): string {
  const names = FLAG_NAMES.filter((_, bit) => (code & (1 << bit)) !== 0);
  return names.length === 0 ? `0x${hex(code)}` : `0x${hex(code)}: ${names.join(', ')}`;
}

/** As everywhere on the page: `rwx user`, `r`. */
const rightsWords = (hi: number, lo: number): string =>
  [`r${(lo & 2) !== 0 ? 'w' : ''}${hi < 0 ? '' : 'x'}`, ...((lo & 4) !== 0 ? ['user'] : [])].join(' ');

interface Telling {
  readonly events: TraceEvents;
  readonly h: TraceHistory;
  readonly event: number;
  readonly who: string;
  readonly walk: Walk | undefined;
  /** A field's word, and a 64-bit field as a number. */
  readonly word: (field: string, offset?: number) => number;
  readonly wide: (field: string) => number;
  /** The same as an address, in groups of four digits. */
  readonly address: (field: string) => string;
}

/** The page of a line, as `the shadow page of table 0x015 (L1, wux)`. */
function pageWords(t: Telling): string {
  const role = t.word('sp', PAGE.role);
  const gfn = (t.word('sp', PAGE.gfnHi) >>> 0) * 2 ** 32 + (t.word('sp', PAGE.gfnLo) >>> 0);
  const level = roleLevel(role);
  const rights = accessText(roleAccess(role));
  return roleDirect(role)
    ? `the shadow page for the pieces of a large page from frame ${frameName(gfn)} on (L${level}, ${rights})`
    : `the shadow page of frame ${frameName(gfn)} (L${level}, ${rights})`;
}

const REASONS: Readonly<Record<string, string>> = {
  'PF excp': 'a page fault',
  EXCEPTION_NMI: 'an exception, usually a page fault',
  io: 'an I/O instruction',
  IO_INSTRUCTION: 'an I/O instruction',
  write_cr3: 'it loads CR3',
  CR_ACCESS: 'it loads a control register',
  invlpg: 'it flushes an address by INVLPG',
  INVLPG: 'it flushes an address by INVLPG',
  interrupt: 'an interrupt of the host',
  EXTERNAL_INTERRUPT: 'an interrupt of the host',
  hlt: 'it has nothing to do',
  HLT: 'it has nothing to do',
  cpuid: 'it asks for CPUID',
  CPUID: 'it asks for CPUID',
};

const TELL: Readonly<Record<string, (t: Telling) => string>> = {
  tracing_mark_write: ({ events, event }) => `Somebody wrote into the trace: “${events.markerText(event)}”.`,
  kvm_entry: ({ who, address }) => `${who} goes on in the guest, at ${address('rip')}.`,
  kvm_exit: ({ who, events, word, address }) => {
    const reason = events.names.text(word('reason'));
    const known = REASONS[reason];
    return `${who} leaves the guest at ${address('rip')}: ${known === undefined ? reason : `${known} (${reason})`}.`;
  },
  kvm_page_fault: ({ who, word, address }) =>
    `The shadow has no translation for ${who}’s access to ${address('addr')}: ${accessWords(word('error', 1))} (error ${flagWords(word('error', 1))}).`,
  kvm_mmu_pagetable_walk: ({ word, address }) =>
    `KVM walks the guest’s own tables for ${address('addr')}, as for ${accessWords(word('pferr'))}.`,
  kvm_mmu_paging_element: elementWords,
  kvm_mmu_walker_error: ({ word }) =>
    `The guest’s own tables do not allow the access (error ${flagWords(word('pferr'))}): the fault is the guest’s to handle.`,
  kvm_mmu_set_accessed_bit: ({ address }) =>
    `KVM sets the accessed bit in the guest’s entry at ${address('gpa')}, as the processor would have.`,
  kvm_mmu_set_dirty_bit: ({ address }) =>
    `KVM sets the dirty bit in the guest’s entry at ${address('gpa')}, as the processor would have.`,
  kvm_mmu_get_page: (t) =>
    t.events.names.text(t.word('created')) === 'new'
      ? `KVM makes ${pageWords(t)}.`
      : `KVM finds ${pageWords(t)} again: it need not be made.`,
  kvm_mmu_sync_page: (t) =>
    `KVM syncs ${pageWords(t)} with the guest’s table. Entries that no longer agree are dropped, without a line of their own.`,
  kvm_mmu_unsync_page: (t) =>
    `${upper(pageWords(t))} goes unsync: from now on the guest writes its table freely, and the shadow goes stale.`,
  kvm_mmu_prepare_zap_page: (t) => {
    const invalid = roleInvalid(t.word('sp', PAGE.role));
    if (invalid) return `${upper(pageWords(t))}, zapped before while it was a root, is freed.`;
    return t.word('sp', PAGE.root) > 0
      ? `KVM zaps ${pageWords(t)}. It is a root in use: it is not found any more, and is freed when nobody uses it.`
      : `KVM zaps ${pageWords(t)}: its entries and the links to it go.`;
  },
  kvm_mmu_spte_requested: ({ word, wide }) =>
    word('pfn') < 0
      ? `No memory slot has frame ${frameName(wide('gfn'))}: it is a device’s.`
      : `KVM is going to map the guest’s frame ${frameName(wide('gfn'))}, at level ${word('level')}; the host keeps it in frame 0x${hexOf(word('pfn'), word('pfn', 1))}.`,
  kvm_mmu_set_spte: setSpteWords,
  mark_mmio_spte: ({ wide }) =>
    `Frame ${frameName(wide('gfn'))} is a device’s: its spte gets a reserved bit, so that the next access is known at once.`,
  handle_mmio_page_fault: ({ address }) =>
    `The access to ${address('addr')} meets an spte with a reserved bit: it is emulated without a walk.`,
  check_mmio_spte: ({ word }) =>
    word('valid') === 0
      ? 'The spte of a device’s page is from before the memory slots changed: it is looked up again.'
      : 'The spte of a device’s page is still good.',
  fast_page_fault: ({ who, word, address }) =>
    word('fixed') !== 0
      ? `${who}’s fault at ${address('addr')} is fixed without the lock: the spte only had to become writable.`
      : `${who}’s fault at ${address('addr')} cannot be fixed without the lock${word('spurious') !== 0 ? ': it was fixed by somebody else' : ''}.`,
  kvm_mmu_zap_all_fast: ({ word }) =>
    `A memory slot goes: all ${figure(word('usedPages'))} shadow pages become obsolete at once, and are freed one by one.`,
  kvm_mmu_split_huge_page: ({ wide, word }) =>
    `The large page from frame ${frameName(wide('gfn'))} on (level ${word('level')}) is split.`,
  kvm_tdp_mmu_spte_changed: ({ wide, word }) =>
    `An entry of the second-level tables changes: frame ${frameName(wide('gfn'))}, level ${word('level')}. This guest needs no shadow of its tables.`,
  kvm_cr: ({ who, events, word }) =>
    `${who} ${events.names.text(word('rw'))}s CR${word('cr')}: 0x${hexOf(word('value'), word('value', 1))}.`,
  kvm_inj_exception: ({ who, events, word }) =>
    `KVM gives ${who} the exception ${events.names.text(word('exception'))}, error ${flagWords(word('error'))}.`,
  kvm_emulate_insn: ({ who, address }) => `KVM emulates ${who}’s instruction at ${address('rip')}.`,
  vcpu_match_mmio: ({ address }) => `The address ${address('gva')} is known to be a device’s.`,
  kvm_mmio: ({ who, events, word, address }) =>
    `${who}: ${events.names.text(word('type'))} of ${word('len')} bytes at a device, ${address('gpa')}.`,
  kvm_unmap_hva_range: ({ address }) =>
    `The host takes pages back (${address('start')} to ${address('end')}): sptes that map them are zapped, without lines of their own.`,
};

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function elementWords({ word, walk }: Telling): string {
  const [hi, lo, level] = [word('pte'), word('pte', 1), word('level')];
  const step = walk?.at(level);
  const place = step === undefined ? 'An entry' : `Entry ${hex(step.index, 3)}`;
  const table =
    step?.table === undefined
      ? `the guest’s L${level} table`
      : `the guest’s L${level} table ${frameName(step.table)}`;
  if ((lo & 1) === 0) return `${place} of ${table} is not present: the walk ends.`;
  const target = frameName(frameOf(hi, lo));
  if (leadsOn(walk?.geometry ?? geometryOf(4), level, lo))
    return `${place} of ${table} is present: go on to frame ${target}.`;
  const rights = rightsWords(hi, lo);
  return `${place} of ${table} maps frame ${target}, ${rights}${(lo & 0x40) === 0 ? ', not dirty' : ''}.`;
}

function setSpteWords(t: Telling): string {
  const { word, wide, walk, events } = t;
  const level = word('level');
  const at = wide('at');
  const index = Math.floor((at % 4096) / 8);
  const life = t.h.placeOf(t.event);
  const where =
    life === undefined ? `a shadow page that the trace does not name` : `shadow page ${shadowName(life)}`;
  const rights = rightsWords(word('spte'), word('spte', 1));
  const said = `Entry ${hex(index, 3)} of ${where} now maps frame ${frameName(wide('gfn'))}, ${rights}${level > 1 ? ` (level ${level})` : ''}.`;
  const asked = lastRequested(events, t.event);
  if (asked === undefined || walk === undefined || asked === wide('gfn')) return said;
  return `${said} It was not asked for: neighbours with their accessed bit set are taken along.`;
}

/** The frame that the fault under way asked for. */
function lastRequested(events: TraceEvents, event: number): number | undefined {
  const lane = events.lane(event);
  for (let e = event - 1; e >= 0 && e > event - 64; e--) {
    if (events.lane(e) !== lane) continue;
    const kind = events.kind(e);
    if (kind.name === 'kvm_mmu_spte_requested') return events.wide(e, kind.fields.get('gfn')?.offset ?? 0);
    if (kind.name === 'kvm_exit' || kind.name === 'kvm_entry') return undefined;
  }
  return undefined;
}

/** What an event means, in a sentence or two. */
export function captionOf(h: TraceHistory, event: number, walk: Walk | undefined): string {
  const { events } = h;
  const kind = events.kind(event);
  const place = (name: string, offset: number): number => {
    const field = kind.fields.get(name);
    if (field === undefined) throw new Error(`${kind.name} has no field ${name}`);
    return field.offset + offset;
  };
  const tell = TELL[kind.name];
  if (tell === undefined) throw new Error(`there are no words for ${kind.name}`);
  return tell({
    events,
    h,
    event,
    who: whoOf(events, event),
    walk,
    word: (name, offset = 0) => events.word(event, place(name, offset)),
    wide: (name) => events.wide(event, place(name, 0)),
    address: (name) => grouped(events.word(event, place(name, 0)), events.word(event, place(name, 1))),
  });
}

/** What the trace cannot show at this moment (sheet 7.4, reading traps). */
export function unknownOf(h: TraceHistory, event: number, pages: readonly PageNow[]): string[] {
  const { events } = h;
  const says: string[] = [];
  const name = events.kind(event).name;
  if (name === 'kvm_exit' && /cr3|CR_ACCESS/i.test(events.payload(event)))
    says.push(
      'Which tables CR3 leads to now is not printed, unless a kvm_cr line follows: it shows at the next walk.',
    );
  if (name === 'kvm_exit' && /reason invlpg/i.test(events.payload(event)))
    says.push('The entry that INVLPG drops has no line of its own; only what is set in its place has.');
  if (name === 'kvm_emulate_insn') says.push('What the emulated instruction stores is not printed.');
  const synced = pages.filter(
    (p) => p.synced !== undefined && p.entries.some((e) => e.event < (p.synced ?? 0)),
  );
  for (const page of synced.slice(0, 2))
    says.push(
      `${shadowName(page.id)} was synced at line ${figure(events.line(page.synced ?? 0))}: entries from before may have been dropped or changed then.`,
    );
  const unsync = pages.filter((p) => p.unsync && !p.gone);
  if (unsync.length > 0)
    says.push(
      `The guest may have changed ${unsync.length === 1 ? `table ${frameName(unsync[0]?.gfn ?? 0)}` : `${unsync.length} tables that are unsync`} since KVM read ${unsync.length === 1 ? 'it' : 'them'} last: such stores leave no line.`,
    );
  const older = pages.filter((p) => p.older).length;
  if (older > 0)
    says.push(
      `${figure(older)} shadow ${older === 1 ? 'page is' : 'pages are'} older than the trace: entries set before it began are not shown.`,
    );
  return says;
}

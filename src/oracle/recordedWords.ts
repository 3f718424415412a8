import { figure } from '../base';
import { isHost } from './kvm/format';
import type { Recorded } from './recordedText';

/** How often each thing is in a case: operations as `op read`, what the host did as `host memslot`, events by their names. */
type Seen = (what: string) => number;

/** What a case shows, if it does, as a clause; the rarer it is among recordings the earlier it stands, for that is what the case is chosen for. */
const TRAITS: readonly (readonly [says: string, shows: (seen: Seen) => boolean])[] = [
  ['a device’s page is met', (seen) => seen('mark_mmio_spte') + seen('outcome mmio') > 0],
  ['the host takes a page back', (seen) => seen('host madvise_dontneed') > 0],
  ['the dirty log is read', (seen) => seen('host get_dirty_log') > 0],
  ['a memory slot goes, and every shadow page with it', (seen) => seen('zap_all_fast') > 0],
  ['memory slots change', (seen) => seen('host memslot') > 0 && seen('zap_all_fast') === 0],
  ['the VMM writes to the guest’s memory', (seen) => seen('host host_write') > 0],
  ['shadow pages are few', (seen) => seen('limit') > 0],
  ['a large page is mapped in pieces', (seen) => seen('direct') > 0],
  ['one instruction stores many words', (seen) => seen('op rep_stos') > 0],
  ['the guest compares and exchanges under a lock', (seen) => seen('op cmpxchg') > 0],
  ['the kernel writes with CR0.WP off', (seen) => seen('WP off') > 0],
  ['CR4 changes', (seen) => seen('op mov_cr4') > 0],
  ['the guest frees a table', (seen) => seen('unshadow_user') > 0],
  ['tables are no longer shadowed', (seen) => seen('remove_shadows') + seen('prepare_zap_page') > 0],
  ['stores to tables are emulated', (seen) => seen('emulate') + seen('emulated_cmpxchg') > 0],
  ['user mode runs too', (seen) => seen('user') > 0],
  ['pages are executed', (seen) => seen('op fetch') > 0],
  ['entries are dropped by INVLPG', (seen) => seen('op invlpg') > 0],
  ['a table goes out of sync and comes back', (seen) => unsynced(seen) > 0 && synced(seen) > 0],
  ['a table goes out of sync', (seen) => unsynced(seen) > 0 && synced(seen) === 0],
  ['CR3 is loaded', (seen) => seen('op mov_cr3') > 0],
  ['pages are used for the first time', () => true],
];

const unsynced = (seen: Seen): number => seen('unsync_page') + seen('unsync');
const synced = (seen: Seen): number => seen('sync_page') + seen('resync');

const MODES: Readonly<Record<string, string>> = {
  '64': '64-bit guest',
  pae: 'PAE guest',
  '32': '32-bit guest',
};
const CR0_WP = 0x1_0000;

/** Clauses that a title has room for. */
const IN_TITLE = 2;

/** A case in words for people: everything is read off what was recorded, nothing off its name. */
export interface RecordedWords {
  /** What is particular about it: `The dirty log is read; a large page is mapped in pieces`. */
  readonly title: string;
  /** `64-bit guest, 2 vCPUs, 57 operations`. */
  readonly guest: string;
  /** What came about how often: `13 page faults`, and so on; what did not is left out. */
  readonly counts: readonly string[];
  /** Everything it shows, as clauses. */
  readonly shows: readonly string[];
}

export function recordedWords(recorded: Recorded): RecordedWords {
  const { c } = recorded;
  const seen = seenIn(recorded);
  const shows = TRAITS.filter(([, is]) => is(seen)).map(([says]) => says);
  const title = shows.slice(0, IN_TITLE).join('; ');
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    guest: [
      MODES[c.mode] ?? c.mode,
      ...(c.vcpus.length > 1 ? [`${c.vcpus.length} vCPUs`] : []),
      plural(c.ops.length, 'operation'),
    ].join(', '),
    counts: (
      [
        [seen('page_fault'), 'page fault'],
        [seen('inj_exception') + seen('inject_pf'), 'fault', ' given to the guest'],
        [unsynced(seen), 'table', ' unsynced'],
        [synced(seen), 'table', ' synced'],
      ] as const
    ).flatMap(([count, what, then = '']) => (count === 0 ? [] : [plural(count, what) + then])),
    shows,
  };
}

const plural = (count: number, what: string): string => `${figure(count)} ${what}${count === 1 ? '' : 's'}`;

/** Counts what a case holds. */
function seenIn(recorded: Recorded): Seen {
  const counts = new Map<string, number>();
  const see = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const event = (fields: { readonly ev: string } & Readonly<Record<string, unknown>>): void => {
    see(fields.ev);
    if (typeof fields.outcome === 'string') see(`outcome ${fields.outcome}`);
    // The pieces of a large page have a shadow page that no table of the guest stands behind.
    if (typeof fields.sp === 'string' && fields.sp.includes('/direct')) see('direct');
  };
  const { c, system } = recorded;
  if (c.vcpus.some(({ cr0 }) => (Number(cr0) & CR0_WP) === 0)) see('WP off');
  if (system === 'kvm') {
    if (recorded.c.nrMmuPages !== undefined) see('limit');
    for (const entry of recorded.c.ops) {
      see(`${isHost(entry) ? 'host' : 'op'} ${entry.kind}`);
      if (!isHost(entry)) operation(entry);
      entry.events?.forEach(event);
    }
  } else
    for (const op of recorded.c.ops) {
      see(`op ${op.kind}`);
      operation(op);
      op.pre?.events?.forEach(event);
      op.events.forEach(event);
    }
  return (what) => counts.get(what) ?? 0;

  function operation(op: { readonly kind: string; readonly cpl: number; readonly value?: string }): void {
    if (op.cpl === 3) see('user');
    if (op.kind === 'mov_cr0' && (Number(op.value) & CR0_WP) === 0) see('WP off');
  }
}

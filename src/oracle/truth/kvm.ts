import { checkKvmCase, KVM_NOTED } from '../kvm/compare';
import { isHost, parseKvmCase } from '../kvm/format';
import { Tally, type TruthProgress, type TruthSection, tableOf } from './report';

/** What the recording's format can say. */
const MODES = ['64', 'pae', '32'];
const OPERATIONS = [
  ...['read', 'write', 'fetch', 'cmpxchg', 'rep_stos', 'nop'],
  ...['mov_cr0', 'mov_cr3', 'mov_cr4', 'read_cr3', 'invlpg'],
];
const HOST = ['memslot', 'get_dirty_log', 'set_cpl', 'host_write', 'madvise_dontneed'];
const EVENTS = [
  ...['page_fault', 'pagetable_walk', 'paging_element', 'walker_error', 'set_accessed_bit', 'set_dirty_bit'],
  ...['get_page', 'sync_page', 'unsync_page', 'prepare_zap_page', 'spte_requested', 'set_spte'],
  ...['mark_mmio_spte', 'handle_mmio_page_fault', 'check_mmio_spte', 'inj_exception', 'zap_all_fast'],
];
const SITUATIONS = [
  'two vCPUs or more',
  'CR0.WP = 0 at the start',
  'a limit of shadow pages',
  'host huge pages',
  'a read-only slot',
  'dirty logging',
  'an operation of user mode',
  'a write that lies in two words',
];

/** Replays KVM's cases one by one; between two it says how far it has come. */
export function* checkKvm(lines: readonly string[]): Generator<TruthProgress, TruthSection> {
  const modes = new Tally();
  const operations = new Tally();
  const host = new Tally();
  const events = new Tally();
  const situations = new Tally();
  const noted = new Tally();
  let [passed, failed] = [0, 0];
  for (const [done, line] of lines.entries()) {
    yield { section: 'kvm', done, of: lines.length };
    const parsed = parseKvmCase(line);
    if (parsed.kind === 'error') {
      failed++;
      continue;
    }
    const c = parsed.value;
    modes.add(c.mode);
    const seen = new Set<string>();
    const see = (what: string, is: boolean): void => {
      if (is) seen.add(what);
    };
    see('two vCPUs or more', c.vcpus.length > 1);
    see(
      'CR0.WP = 0 at the start',
      c.vcpus.some(({ cr0 }) => (BigInt(cr0) & 0x1_0000n) === 0n),
    );
    see('a limit of shadow pages', c.nrMmuPages !== undefined);
    see('host huge pages', (c.hostHugePages ?? []).length > 0);
    for (const entry of c.ops) {
      if (isHost(entry)) host.add(entry.kind);
      else {
        operations.add(entry.kind);
        see('an operation of user mode', entry.cpl === 3);
        const word = c.mode === '32' ? 4 : 8;
        see(
          'a write that lies in two words',
          entry.kind === 'write' && Number(BigInt(entry.va ?? 0) % BigInt(word)) + (entry.size ?? 0) > word,
        );
      }
      for (const { ev } of entry.events ?? []) events.add(ev);
    }
    for (const slot of [...c.memslots, ...c.ops.filter(isHost)]) {
      see('a read-only slot', slot.flags?.includes('readonly') === true);
      see('dirty logging', slot.flags?.includes('log_dirty') === true);
    }
    for (const what of seen) situations.add(what);
    const { differences, notes } = checkKvmCase(c);
    if (differences.length === 0) passed++;
    else failed++;
    for (const note of notes) noted.add(KVM_NOTED.find(({ of }) => of.test(note.what))?.says ?? note.what);
  }
  return {
    id: 'kvm',
    title: 'The shadow MMU of KVM',
    against: 'Linux 6.1 (Debian), KVM on AMD with nested paging off, recorded through its own tracepoints',
    how: 'Each operation of a recorded guest is made again, access by access. Equal must be: its result, every event in its order, every changed word of the guest, every change of a shadow page, and the guest’s memory at the end.',
    unit: 'cases',
    passed,
    failed,
    tables: [
      tableOf('Modes of the guest (cases)', MODES, modes.counts),
      tableOf('Operations of the guest', OPERATIONS, operations.counts),
      tableOf('Operations of the host', HOST, host.counts),
      tableOf('Events compared', EVENTS, events.counts),
      tableOf('Situations (cases)', SITUATIONS, situations.counts),
    ],
    deviations: KVM_NOTED.map(({ says }) => ({ name: says, count: noted.counts.get(says) ?? 0 })),
    leftOut: [
      'the number of used pages that zap_all_fast prints',
      'bits of a page’s role that no tracepoint prints, where the recorder could not tell',
      'stores of the recorder’s own code to its stack',
    ],
  };
}

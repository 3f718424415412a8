import { checkXenCase, XEN_COMPARED } from '../xen/compare';
import { parseXenCase } from '../xen/format';
import { Tally, type TruthProgress, type TruthSection, tableOf } from './report';

const MODES = ['64', 'pae', '32'];
const OPERATIONS = [
  ...['read', 'write', 'fetch', 'cmpxchg', 'rep_stos'],
  ...['mov_cr0', 'mov_cr3', 'mov_cr4', 'invlpg'],
];
const PROPAGATED = ['demand_read', 'demand_write', 'prefetch', 'resync', 'validate'];
const OUTCOMES = ['fixed', 'emulated', 'not_shadow', 'mmio'];
const SITUATIONS = [
  'with the marker’s faults in between',
  'a page out of sync at the start',
  'CR0.WP = 0 at the start',
  'an operation of user mode',
  'stores before an operation',
];

/** Replays Xen's cases one by one; between two it says how far it has come. */
export function* checkXen(lines: readonly string[]): Generator<TruthProgress, TruthSection> {
  const modes = new Tally();
  const operations = new Tally();
  const events = new Tally();
  const propagated = new Tally();
  const outcomes = new Tally();
  const situations = new Tally();
  let [passed, failed] = [0, 0];
  const untold = new Tally();
  for (const [done, line] of lines.entries()) {
    yield { section: 'xen', done, of: lines.length };
    const parsed = parseXenCase(line);
    if (parsed.kind === 'error') {
      failed++;
      continue;
    }
    const c = parsed.value;
    modes.add(c.mode);
    if (c.marker === 'fault') situations.add('with the marker’s faults in between');
    if (c.start.oos.some((gfn) => gfn !== null)) situations.add('a page out of sync at the start');
    if (c.vcpus.some(({ cr0 }) => (BigInt(cr0) & 0x1_0000n) === 0n))
      situations.add('CR0.WP = 0 at the start');
    if (c.ops.some(({ cpl }) => cpl === 3)) situations.add('an operation of user mode');
    if (c.ops.some(({ pre }) => (pre?.stores ?? []).length > 0)) situations.add('stores before an operation');
    for (const op of c.ops) {
      operations.add(op.kind);
      for (const event of [...(op.pre?.events ?? []), ...op.events]) {
        if (XEN_COMPARED.includes(event.ev)) events.add(event.ev);
        else untold.add(event.ev);
        if (event.ev === 'propagate') propagated.add(String(event.kind));
        if (event.ev === 'outcome')
          outcomes.add(event.fast === true ? `${event.outcome}, fast` : String(event.outcome));
      }
    }
    if (checkXenCase(c).length === 0) passed++;
    else failed++;
  }
  return {
    id: 'xen',
    title: 'The shadow code of Xen',
    against: 'Xen 4.17.7, an HVM guest without hardware-assisted paging, with dumps of its shadow state',
    how: 'Each case begins with the shadow that was dumped. Equal must be after every operation: its result, the guest’s memory, every entry of every shadow, the out-of-sync slots, the roots, and the events that the format says are to be compared.',
    unit: 'cases',
    passed,
    failed,
    tables: [
      tableOf('Modes of the guest (cases)', MODES, modes.counts),
      tableOf('Operations of the guest', OPERATIONS, operations.counts),
      tableOf('Events compared', XEN_COMPARED, events.counts),
      tableOf('Entries propagated, by reason', PROPAGATED, propagated.counts),
      tableOf('Ends of a page fault', OUTCOMES, outcomes.counts),
      tableOf('Situations (cases)', SITUATIONS, situations.counts),
    ],
    deviations: [],
    leftOut: [
      ...[...untold.counts].sort().map(([name, count]) => `the event ${name} (recorded ${count} times)`),
      'reference counts, recorded fixups and the trace flags of a fault',
      'accessed and dirty bits of shadow leaves, which the processor sets',
    ],
  };
}

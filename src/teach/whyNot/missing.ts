import type { Run } from '../../engine';
import { bareNoun } from '../eventWords';
import { type Known, knownGraph } from './known';
import { operationAt, standing } from './span';
import { whyNotIn } from './whyNot';

/** What a person may ask about: decisions, not what every step does. In the order in which equally near ones are offered. */
const ASKED: readonly string[] = [
  ...['PageFault', 'GuestPageFault', 'TlbHit', 'TlbFlushed', 'AccessedDirtySet'],
  ...['Unsynced', 'Resynced', 'Refreshed', 'EntryEmulated', 'WriteAccessRemoved', 'VersionBumped'],
  ...['FastPath', 'SnapshotTaken', 'Crushed', 'Punted', 'Unshadowed', 'ShadowCreated', 'ShadowDestroyed'],
  ...['ShadowEntrySet', 'FixupAdded', 'FixupHit', 'PrefetchDone', 'MarkedDirty', 'ResyncSkipped'],
  ...['KvmUnsyncPage', 'KvmSyncPage', 'KvmFastPageFault', 'KvmSetSpte', 'KvmSpteCleared', 'KvmGetPage'],
  ...['KvmPrepareZapPage', 'KvmMmio', 'KvmDirty'],
  ...['OosOpen', 'ResyncEntry', 'ResyncEnd', 'SpteSet', 'SpteWrprot', 'SpteGrantW', 'XiTlbFlush'],
  ...[
    'XiEmulated',
    'SptiAlloc',
    'SptiRecycle',
    'PageZero',
    'LpDivide',
    'DirtySet',
    'ChainWalk',
    'LinearScan',
  ],
  ...['NestedViolation', 'NestedMapped', 'PageLogged', 'DeviceAccess'],
  ...['TrapEmulated', 'UpdateQueued', 'QueueFlushed', 'Hypercall', 'UpdateRefused', 'HiddenFault'],
  ...['MarksPropagated', 'TableUnsynced', 'TableSynced', 'ShadowSet', 'SpuriousFault', 'EmulationRetried'],
  ...['FlushAsked', 'ShootdownSent'],
];

/** Something that did not happen in an operation, though it could have. */
export interface Missing {
  readonly kind: string;
  /** `page fault of the processor`: after "Why no". */
  readonly noun: string;
}

/**
 * What did not happen in the operation that the cursor stands in, and could have: a way leads there from some step that was taken.
 * Nearest first.
 */
export function missingAt(
  run: Run,
  cursor: number,
  known: Known = knownGraph(run.built.design.name),
): readonly Missing[] {
  const span = operationAt(run, cursor);
  if (span === undefined) return [];
  const happened = new Set<string>();
  for (let step = span.from; step < span.to; step++)
    if (run.actorOf(step) === span.actor)
      for (const { kind } of run.eventsIn(step, step + 1)) happened.add(kind);
  const wanted = ASKED.filter((kind) => !happened.has(kind));
  const nearest = new Map(wanted.map((kind) => [kind, Number.POSITIVE_INFINITY]));
  const here = run.cursor;
  for (let step = span.from; step < span.to; step++) {
    if (run.actorOf(step) !== span.actor) continue;
    run.seek(step);
    const stack = standing(run, span.actor);
    // Where the program goes is no decision about anything.
    if (stack.length < 2) continue;
    for (const kind of wanted)
      nearest.set(kind, Math.min(nearest.get(kind) as number, known.to(kind).ofStack(stack)));
  }
  run.seek(here);
  return wanted
    .filter((kind) => Number.isFinite(nearest.get(kind)))
    .filter((kind) => whyNotIn(run, span, kind, known).kind === 'decided')
    .sort((a, b) => (nearest.get(a) as number) - (nearest.get(b) as number))
    .map((kind) => ({ kind, noun: bareNoun(kind) ?? kind }));
}

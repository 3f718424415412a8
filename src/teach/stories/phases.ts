import { FAULT, type Run } from '../../engine';

/** A beat at which a story stops by itself: something begins or is decided that is worth a look. */
export type Phase = 'walk' | 'fault' | 'classify' | 'unsync' | 'resync' | 'flush';

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  walk: 'a walk has ended',
  fault: 'a page fault',
  classify: 'the fault is judged',
  unsync: 'a table goes out of sync',
  resync: 'a table is brought up to date',
  flush: 'TLBs are flushed',
};

/** Steps at which the hypervisor says what kind of fault it has before it. */
const JUDGED =
  /^(sh_page_fault\.(judge|decide|deliver)|kvm_page_fault\.judge|xi_page_fault\.row\d+|pv_shadow_fault\.(guarded|convert))$/;
const WALKED =
  /^(guest_walk_tables\.(mark|done|return)|nested_walk\.done|kvm_walk_addr\.check|xi_walk_guest\.end)$/;

/** Where nobody else walks, the processor's own walk is what there is to see; below a hypervisor every access has one. */
const WALKED_ALONE = /^hardware_walk\.done$/;

const BY_EVENT: Readonly<Record<string, Phase>> = {
  Unsynced: 'unsync',
  KvmUnsyncPage: 'unsync',
  TableUnsynced: 'unsync',
  Resynced: 'resync',
  Refreshed: 'resync',
  KvmSyncPage: 'resync',
  ResyncEnd: 'resync',
  TableSynced: 'resync',
  TlbFlushed: 'flush',
  XiTlbFlush: 'flush',
  QueueFlushed: 'flush',
};

/** Kinds of events that make a phase. */
export const PHASE_EVENTS: readonly string[] = Object.keys(BY_EVENT);

/** The phase that the beat [from, to) brings, or nothing. A fault counts before what is done about it. */
export function phaseOf(run: Run, from: number, to: number): Phase | undefined {
  let found: Phase | undefined;
  const alone = run.built.design.name === 'native';
  for (let step = from; step < to; step++) {
    if ((run.flagsOf(step) & FAULT) !== 0) return 'fault';
    const { label } = run.nameOf(step);
    if (JUDGED.test(label)) found ??= 'classify';
    else if (WALKED.test(label) || (alone && WALKED_ALONE.test(label))) found ??= 'walk';
  }
  if (found !== undefined) return found;
  for (const { kind } of run.eventsIn(from, to)) {
    const phase = BY_EVENT[kind];
    if (phase !== undefined) return phase;
  }
  return undefined;
}

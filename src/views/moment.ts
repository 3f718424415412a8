import { assertNever, figure } from '../base';
import { captionAt, type Run, VIOLATION } from '../engine';
import type { LaneKind } from '../kernel';
import { readsBefore, removalNow } from './xen/removals';

/** The moment at a cursor, in words. */
export interface MomentWords {
  readonly step: number;
  readonly of: number;
  /** `vCPU 1`; empty before the first step. */
  readonly actor: string;
  /** `in the guest`, `page walk`, … */
  readonly doing: string;
  readonly lane: LaneKind;
  /** What just happened and why. */
  readonly caption: string;
  /** Sentences of invariants that broke in this beat. */
  readonly broken: readonly string[];
  /** How the run ended, when this is its end. */
  readonly ending: string;
}

const DOING: Readonly<Record<LaneKind, string>> = {
  guest: 'in the guest',
  walk: 'page walk',
  hypervisor: 'in the hypervisor',
  resync: 'resync',
  hardware: 'in the processor',
  drain: 'to memory',
  idle: 'idle work',
};

/** What kind of work a step is, as the lanes colour it. */
export function laneOf(run: Run, step: number): LaneKind {
  const { step: named, procedure } = run.nameOf(step);
  return (
    named?.lane ??
    procedure?.lane ??
    (run.world.actors[run.actorOf(step)]?.kind === 'drain' ? 'drain' : 'hardware')
  );
}

export function momentWords(run: Run, cursor: number): MomentWords {
  const step = cursor - 1;
  const of = run.length;
  if (step < 0)
    return { step: 0, of, actor: '', doing: '', lane: 'idle', caption: before(run), broken: [], ending: '' };
  const from = beatStart(run, cursor);
  return {
    step: cursor,
    of,
    actor: run.world.actors[run.actorOf(step)]?.name ?? '',
    doing: DOING[laneOf(run, step)],
    lane: laneOf(run, step),
    caption: `${captionAt(run, cursor) ?? `${run.nameOf(step).label}.`}${soFar(run, cursor)}`,
    broken: run.violations.filter((v) => v.step >= from && v.step < cursor).map((v) => v.violation.says),
    ending: cursor === of ? endingWords(run) : '',
  };
}

/** Steps that read, or sum up what one page was read for; the others say themselves how much it was. */
const READING: ReadonlySet<string> = new Set([
  'sh_rm_write_access_from_l1.entry',
  'sh_rm_write_access_from_l1.done',
  'sh_remove_write_access.guess',
  'sh_remove_write_access.hint-done',
]);

/** In the middle of a search: how many entries it has read. Not said by the step itself, which reads one. */
function soFar(run: Run, cursor: number): string {
  if (!READING.has(run.nameOf(cursor - 1).label)) return '';
  const removal = removalNow(run, cursor);
  const reads = removal === undefined ? 0 : readsBefore(removal, cursor);
  return reads < 2 ? '' : ` ${figure(reads)} entries read so far.`;
}

function beatStart(run: Run, cursor: number): number {
  // Only worth looking for when something in reach broke.
  return run.violations.length === 0 || !hasFlag(run, VIOLATION, cursor) ? cursor : run.beatBefore(cursor);
}

function hasFlag(run: Run, flag: number, cursor: number): boolean {
  for (let step = run.beatBefore(cursor); step < cursor; step++)
    if ((run.flagsOf(step) & flag) !== 0) return true;
  return false;
}

function before(run: Run): string {
  if (run.length === 0) return 'Nothing runs in this scenario: no vCPU has an operation.';
  const actor = run.actorOf(0);
  const op = run.built.spec.sources[actor]?.[0]?.text;
  const name = run.world.actors[actor]?.name ?? '';
  return `Before the first step. ${name} goes first${op === undefined ? '' : `: ${op}`}.`;
}

export function endingWords(run: Run): string {
  const { ending } = run;
  switch (ending.kind) {
    case 'open':
      return '';
    case 'done':
      return 'This is the end of the run: everybody is done.';
    case 'deadlock':
      return `Nobody can go on: ${ending.actors.join(' and ')} wait for each other.`;
    case 'bound':
      return `The run was stopped after ${figure(ending.steps)} steps: it may never end.`;
    default:
      return assertNever(ending, 'ending');
  }
}

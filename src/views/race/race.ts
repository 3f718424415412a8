import { type Run, stepCaption } from '../../engine';
import type { LaneKind } from '../../kernel';
import { laneOf } from '../moment';
import { type SharedWord, sharedWords } from './words';

/** A stretch of a counterexample that a person takes in at once: one actor, one sentence. */
export interface RaceRow {
  /** Steps [from, to) of the run. */
  readonly from: number;
  readonly to: number;
  readonly actor: number;
  /** In whose lane it stands: what a store buffer does stands in its vCPU's. */
  readonly column: number;
  readonly lane: LaneKind;
  /** The line of pseudo-code of its last step. */
  readonly line: string;
  /** What happened and why. */
  readonly said: string;
  /** What the same actor did just before it, beat by beat: nothing of that is about the words. */
  readonly before: readonly string[];
  /** What the shared words say after it, one per word; and whether that is new. */
  readonly words: readonly { readonly text: string; readonly changed: boolean }[];
  /** It holds the last choice that could still have avoided it. */
  readonly avoidable: boolean;
  /** It holds the first step that what was removed would not have let pass. */
  readonly missed: boolean;
  /** It is the last one: here it breaks. */
  readonly breaks: boolean;
}

/** A counterexample, or a safe schedule, as lanes with the shared words beside them. */
export interface RaceView {
  readonly actors: readonly { readonly index: number; readonly name: string; readonly does: string }[];
  readonly words: readonly string[];
  readonly rows: readonly RaceRow[];
}

export interface RaceMarks {
  /** Steps of the run that are shown: a counterexample ends where it breaks. */
  readonly length: number;
  /** The step that should not have been chosen. */
  readonly avoidable?: number;
  /** The step that what was removed would not have let pass. */
  readonly missed?: number;
  /** What the violation is about, by its printed name. */
  readonly where?: string;
  /** The last row breaks something. */
  readonly breaks: boolean;
  /** Everybody with a program has a lane, whether or not anything has been done in it. */
  readonly everybody?: boolean;
}

/** The lanes of the first steps of a run. The run must have been recorded that far. */
export function raceView(run: Run, marks: RaceMarks): RaceView {
  const length = Math.min(marks.length, run.length);
  const words = sharedWords(run, length, marks.where);
  let before = run.peek(0, () => words.map(({ read }) => read()));
  const rows: RaceRow[] = [];
  let folded: string[] = [];
  let from = 0;
  for (const beat of beatsOf(run, length, marks.avoidable)) {
    const after = run.peek(beat.to, () => words.map(({ read }) => read()));
    const avoidable =
      marks.avoidable !== undefined && marks.avoidable >= beat.from && marks.avoidable < beat.to;
    const missed = marks.missed !== undefined && marks.missed >= beat.from && marks.missed < beat.to;
    const breaks = marks.breaks && beat.to === length;
    const changed = after.some((text, n) => text !== before[n]);
    const last = beat.to === length || run.actorOf(beat.to) !== run.actorOf(beat.from);
    const said = saidAt(run, beat.to);
    if (!changed && !avoidable && !missed && !breaks && !last && !about(run, beat, words)) {
      folded.push(said);
      continue;
    }
    rows.push({
      from,
      to: beat.to,
      actor: run.actorOf(beat.from),
      column: columnOf(run, run.actorOf(beat.from)),
      lane: laneOf(run, beat.to - 1),
      line: run.nameOf(beat.to - 1).step?.line.trim() ?? 'the oldest store leaves the buffer',
      said,
      before: folded,
      words: after.map((text, n) => ({ text, changed: text !== before[n] })),
      avoidable,
      missed,
      breaks,
    });
    before = after;
    folded = [];
    from = beat.to;
  }
  return {
    actors: actorsOf(run, rows, marks.everybody === true),
    words: words.map(({ name }) => name),
    rows,
  };
}

function columnOf(run: Run, actor: number): number {
  return run.world.actors[actor]?.kind === 'drain' ? run.built.machine.drains(actor) : actor;
}

const saidAt = (run: Run, cursor: number): string =>
  stepCaption(run, cursor - 1) ?? 'The oldest store of the buffer reaches memory.';

interface Beat {
  readonly from: number;
  readonly to: number;
}

/** Beats, cut at the choice that matters: that choice ends a row of its own. */
function beatsOf(run: Run, length: number, avoidable: number | undefined): Beat[] {
  const out: Beat[] = [];
  for (let from = 0; from < length; ) {
    let to = Math.min(run.beatAfter(from), length);
    if (avoidable !== undefined && avoidable >= from && avoidable + 1 < to) to = avoidable + 1;
    out.push({ from, to });
    from = to;
  }
  return out;
}

/** Whether a beat tells of something that happened to one of the words: a walk that read it, say. */
function about(run: Run, { from, to }: Beat, words: readonly SharedWord[]): boolean {
  return run
    .eventsIn(from, to)
    .some((event) =>
      words.some(
        ({ entry }) =>
          entry !== undefined &&
          event.index === entry.index &&
          (event.frame === entry.frame || event.gmfn === entry.frame || event.smfn === entry.frame),
      ),
    );
}

/** Who acts in it, and what each is doing in its own words: its first operation. */
function actorsOf(run: Run, rows: readonly RaceRow[], everybody: boolean): RaceView['actors'] {
  const all = run.built.machine.programs.flatMap((ops, actor) =>
    everybody && ops.length > 0 ? [actor] : [],
  );
  const acting = [...new Set([...all, ...rows.map(({ column }) => column)])].sort((a, b) => a - b);
  return acting.map((index) => ({
    index,
    name: run.world.actors[index]?.name ?? `actor ${index}`,
    does: run.built.spec.sources[index]?.map(({ text }) => text).join('; ') ?? '',
  }));
}

import { type Run, stepCaption } from '../../engine';
import type { LaneKind } from '../../kernel';
import { laneOf } from '../moment';
import { sharedWords } from './words';

/** A stretch of a counterexample that a person takes in at once: one actor, one sentence. */
export interface RaceRow {
  /** Steps [from, to) of the run. */
  readonly from: number;
  readonly to: number;
  readonly actor: number;
  readonly lane: LaneKind;
  /** The line of pseudo-code of its last step. */
  readonly line: string;
  /** What happened and why. */
  readonly said: string;
  /** What the shared words say after it, one per word; and whether that is new. */
  readonly words: readonly { readonly text: string; readonly changed: boolean }[];
  /** It holds the last choice that could still have avoided it. */
  readonly avoidable: boolean;
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
  /** What the violation is about, by its printed name. */
  readonly where?: string;
  /** The last row breaks something. */
  readonly breaks: boolean;
}

/** The lanes of the first steps of a run. The run must have been recorded that far. */
export function raceView(run: Run, marks: RaceMarks): RaceView {
  const length = Math.min(marks.length, run.length);
  const words = sharedWords(run, length, marks.where);
  const stretches = stretchesOf(run, length, marks.avoidable);
  let before = run.peek(0, () => words.map(({ read }) => read()));
  const rows = stretches.map(({ from, to }, i): RaceRow => {
    const after = run.peek(to, () => words.map(({ read }) => read()));
    const said = before;
    before = after;
    return {
      from,
      to,
      actor: run.actorOf(from),
      lane: laneOf(run, to - 1),
      line: run.nameOf(to - 1).step?.line.trim() ?? 'the oldest store leaves the buffer',
      said: stepCaption(run, to - 1) ?? 'The oldest store of the buffer reaches memory.',
      words: after.map((text, n) => ({ text, changed: text !== said[n] })),
      avoidable: marks.avoidable !== undefined && marks.avoidable >= from && marks.avoidable < to,
      breaks: marks.breaks && i === stretches.length - 1,
    };
  });
  return { actors: actorsOf(run, rows), words: words.map(({ name }) => name), rows };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Beats, cut at the choice that matters: that choice ends a row of its own. */
function stretchesOf(run: Run, length: number, avoidable: number | undefined): Stretch[] {
  const out: Stretch[] = [];
  for (let from = 0; from < length; ) {
    let to = Math.min(run.beatAfter(from), length);
    if (avoidable !== undefined && avoidable >= from && avoidable + 1 < to) to = avoidable + 1;
    out.push({ from, to });
    from = to;
  }
  return out;
}

/** Who acts in it, and what each is doing in its own words: its first operation. */
function actorsOf(run: Run, rows: readonly RaceRow[]): RaceView['actors'] {
  const acting = [...new Set(rows.map(({ actor }) => actor))].sort((a, b) => a - b);
  return acting.map((index) => ({
    index,
    name: run.world.actors[index]?.name ?? `actor ${index}`,
    does: run.built.spec.sources[index]?.map(({ text }) => text).join('; ') ?? '',
  }));
}

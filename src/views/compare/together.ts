import { OP_ENDED, type Run } from '../../engine';

/** A guest operation that has ended in both runs, or in one where the other has none like it. */
export interface Stop {
  readonly actor: number;
  readonly op: number;
  /** As its text has it. */
  readonly text: string;
  /** Cursors just after it; a run that does not do it stays where it is. */
  readonly a: number;
  readonly b: number;
  /** Which of the runs do it. */
  readonly in: 'both' | 'a' | 'b';
  /** Steps it took from the stop before it, in each run: whoever else ran meanwhile included. */
  readonly stepsA: number;
  readonly stepsB: number;
}

interface End {
  readonly actor: number;
  readonly op: number;
  readonly cursor: number;
}

/** Where each guest operation of a run ends, in order. */
export function endsOf(run: Run): End[] {
  const out: End[] = [];
  for (let i = 0; i < run.length; i++)
    if ((run.flagsOf(i) & OP_ENDED) !== 0)
      out.push({ actor: run.actorOf(i), op: run.opOf(i), cursor: i + 1 });
  return out;
}

const keyOf = ({ actor, op }: { readonly actor: number; readonly op: number }): string => `${actor} ${op}`;

const textOf = (run: Run, { actor, op }: { readonly actor: number; readonly op: number }): string =>
  run.built.spec.sources[actor]?.[op]?.text ?? `operation ${op + 1}`;

/**
 * Two runs of the same guest program, side by side by its operations: in the order in which they end in the first run, each at
 * the moment by which the second has ended it, too. Neither run ever goes back. What only one of them does has a stop of its own.
 */
export function stopsOf(a: Run, b: Run): Stop[] {
  const endsB = endsOf(b);
  const endsA = endsOf(a);
  const inB = new Map(endsB.map((end) => [keyOf(end), end]));
  const inA = new Set(endsA.map(keyOf));
  const out: Stop[] = [];
  let [at, bt] = [0, 0];
  const add = (end: End, run: Run, toA: number, toB: number, who: Stop['in']): void => {
    out.push({
      actor: end.actor,
      op: end.op,
      text: textOf(run, end),
      a: toA,
      b: toB,
      in: who,
      stepsA: toA - at,
      stepsB: toB - bt,
    });
    [at, bt] = [toA, toB];
  };
  for (const end of endsA) {
    const other = inB.get(keyOf(end));
    add(end, a, end.cursor, Math.max(bt, other?.cursor ?? bt), other === undefined ? 'a' : 'both');
  }
  for (const end of endsB) if (!inA.has(keyOf(end))) add(end, b, at, Math.max(bt, end.cursor), 'b');
  return out;
}

/** A pair of moments that are shown together. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  /** How many stops have been reached. */
  readonly stop: number;
}

/**
 * Every pair of moments from beginning to end, beat by beat: within an operation both go on by a beat, and whoever is through
 * with it waits for the other. So they are together again at every stop.
 */
export function pairsOf(a: Run, b: Run, stops: readonly Stop[]): Pair[] {
  const out: Pair[] = [{ a: 0, b: 0, stop: 0 }];
  let [at, bt] = [0, 0];
  const until = (toA: number, toB: number, stop: number): void => {
    const done = stop;
    while (at < toA || bt < toB) {
      if (at < toA) at = Math.min(toA, a.beatAfter(at));
      if (bt < toB) bt = Math.min(toB, b.beatAfter(bt));
      out.push({ a: at, b: bt, stop: at === toA && bt === toB ? done : done - 1 });
    }
    // An operation that is over at once still has its stop.
    const last = out.at(-1);
    if (last !== undefined && last.stop < stop) out[out.length - 1] = { ...last, stop };
  };
  stops.forEach((stop, i) => {
    until(stop.a, stop.b, i + 1);
  });
  until(a.length, b.length, stops.length);
  return out;
}

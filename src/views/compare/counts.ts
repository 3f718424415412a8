import type { Run } from '../../engine';

/** A count of both runs at a pair of moments. */
export interface Count {
  readonly name: string;
  /** What one count means. */
  readonly says: string;
  readonly a: number | undefined;
  readonly b: number | undefined;
}

/** What every run can be asked, whatever its design: kinds of events, counted. */
const COMMON = [
  { name: 'page faults', says: 'Page faults that the processor has raised.', kinds: ['PageFault'] },
  {
    name: 'faults of the guest',
    says: 'Page faults that the guest itself was given.',
    kinds: ['GuestPageFault', 'GuestHandler'],
  },
  {
    name: 'entries read by walks',
    says: 'Entries of tables that processors have read to translate: of the guest’s, of shadows, of nested tables.',
    kinds: ['WalkedLevel', 'NestedEntryRead'],
  },
  { name: 'TLB hits', says: 'Accesses that a TLB could answer.', kinds: ['TlbHit'] },
  {
    name: 'TLB flushes',
    says: 'Times that a TLB was flushed, of one page or of all.',
    kinds: ['TlbFlushed'],
  },
  { name: 'locks taken', says: 'Locks of the hypervisor that were taken.', kinds: ['LockTaken'] },
] as const;

interface Tally {
  /** Per count of `COMMON`: the steps in which it rose, ascending. */
  readonly steps: readonly (readonly number[])[];
  readonly length: number;
}

const tallies = new WeakMap<Run, Tally>();

function tallyOf(run: Run): Tally {
  const known = tallies.get(run);
  if (known?.length === run.length) return known;
  const steps = COMMON.map((): number[] => []);
  const which = new Map<string, number>(
    COMMON.flatMap(({ kinds }, i) => kinds.map((kind) => [kind, i] as const)),
  );
  for (const event of run.eventsIn(0, run.length)) {
    // What a hypervisor reads in software is no walk of a processor's.
    if (event.kind === 'WalkedLevel' && event.walker !== 0) continue;
    const i = which.get(event.kind);
    if (i !== undefined) steps[i]?.push(event.step);
  }
  const tally = { steps, length: run.length };
  tallies.set(run, tally);
  return tally;
}

/** How many of an ascending list are below a bound. */
function below(steps: readonly number[], bound: number): number {
  let [lo, hi] = [0, steps.length];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((steps[mid] as number) < bound) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Names of what can be counted and plotted, with how to count it at a cursor. */
export interface Counter {
  readonly name: string;
  readonly says: string;
  readonly at: (run: Run, cursor: number) => number;
}

export const COMMON_COUNTERS: readonly Counter[] = [
  {
    name: 'steps',
    says: 'Steps of everybody: the guest, its processors, the hypervisor.',
    at: (_, cursor) => cursor,
  },
  ...COMMON.map(({ name, says }, i) => ({
    name,
    says,
    at: (run: Run, cursor: number) => below(tallyOf(run).steps[i] ?? [], cursor),
  })),
];

/** The designs' own counters at a pair of moments, and the common ones before them. What neither ever counts is left out. */
export function countsAt(a: Run, b: Run, at: { readonly a: number; readonly b: number }): Count[] {
  const common = COMMON_COUNTERS.map(({ name, says, at: count }) => ({
    name,
    says,
    a: count(a, at.a),
    b: count(b, at.b),
  })).filter((one) => one.a + one.b > 0);
  const [left, right] = [ownAt(a, at.a), ownAt(b, at.b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const own = names.flatMap((name): Count[] => {
    const [one, other] = [left.get(name), right.get(name)];
    if ((one?.final ?? 0) + (other?.final ?? 0) === 0) return [];
    const says = one?.says || other?.says || '';
    return [{ name: name.replaceAll('_', ' '), says, a: one?.value, b: other?.value }];
  });
  return [...common, ...own];
}

interface Own {
  readonly value: number;
  readonly final: number;
  readonly says: string;
}

function ownAt(run: Run, cursor: number): Map<string, Own> {
  const now = run.peek(cursor, () => run.world.counters.all());
  const final = run.peek(run.length, () => run.world.counters.all());
  return new Map(
    run.world.counters.specs.map(({ name, says }) => [
      name,
      { value: now[name] ?? 0, final: final[name] ?? 0, says },
    ]),
  );
}

/** Names of what can be plotted: what either run counts at all. */
export const countable = (a: Run, b: Run): string[] =>
  countsAt(a, b, { a: a.length, b: b.length }).map(({ name }) => name);

/** A count after each stop, in both runs; the first value is that of the beginning. What a run does not count is nothing. */
export function series(
  a: Run,
  b: Run,
  stops: readonly { readonly a: number; readonly b: number }[],
  name: string,
): { readonly a: readonly number[]; readonly b: readonly number[] } {
  const places = [{ a: 0, b: 0 }, ...stops];
  const common = COMMON_COUNTERS.find((one) => one.name === name);
  const own = (run: Run, cursor: number): number =>
    run.peek(cursor, () => {
      const spec = run.world.counters.specs.find((one) => one.name.replaceAll('_', ' ') === name);
      return spec === undefined ? 0 : run.world.counters.value(spec.name);
    });
  const at = common?.at ?? own;
  return { a: places.map((place) => at(a, place.a)), b: places.map((place) => at(b, place.b)) };
}

import { changedWords, type Difference } from '../difference';
import { hex64 } from '../kvm/print';
import { numberOf, type RecordedEvent, type Seen, wordOf, type XenCase, type XenOp } from './format';
import { type Outcome, XenReplay } from './replay';
import { RecordedShadows, type Shadow } from './shadowState';

/** Events that are compared; of others the format says that differences are tolerable. */
export const XEN_COMPARED: readonly string[] = [
  ...['page_fault', 'unsync', 'resync', 'make_shadow', 'destroy_shadow', 'remove_shadows'],
  ...['propagate', 'outcome'],
];
const COMPARED = new Set(XEN_COMPARED);
/** Fields that are not compared: who faulted is known by the order, flags are tolerable. */
const LEFT_OUT = new Set(['by', 'access', 'flags']);

export function eventText(event: RecordedEvent): string {
  return Object.keys(event)
    .filter((name) => !LEFT_OUT.has(name))
    .sort()
    .map((name) => `${name}=${name === 'shadow' ? withoutMarks(String(event[name])) : String(event[name])}`)
    .join(' ');
}

/**
 * Whether sh_unsync has done it is read from the flags of the fault, and where the recorder has no flags it says no. Such a "no" is
 * left out: what became of the page is seen by the entry that is derived next.
 */
function withoutGuesses(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.map((event, i) => {
    if (event.ev !== 'unsync') return event;
    const outcome = events.slice(i).find(({ ev }) => ev === 'outcome');
    if (outcome === undefined || 'flags' in outcome) return event;
    const { done: _, ...rest } = event;
    return rest;
  });
}

function compareEvents(
  where: string,
  expected: readonly RecordedEvent[],
  got: readonly RecordedEvent[],
): Difference[] {
  const recorded = withoutGuesses(expected.filter(({ ev }) => COMPARED.has(ev)));
  for (let i = 0; i < Math.max(recorded.length, got.length); i++) {
    const { done, ...plain } = got[i] ?? { ev: 'nothing more' };
    const b = eventText(
      recorded[i]?.ev === 'unsync' && recorded[i]?.done === undefined
        ? plain
        : { ...plain, ...(done === undefined ? {} : { done }) },
    );
    const a = eventText(recorded[i] ?? { ev: 'nothing more' });
    // What follows the first difference would only repeat it.
    if (a !== b) return [{ where, what: `event ${i}`, expected: a, got: b }];
  }
  return [];
}

/** What is tracked of the guest's memory: possible tables whole, of data frames the first 512 bytes. */
function tracked(gpa: number): boolean {
  const frame = Math.floor(gpa / 4096);
  if (frame >= 0x10 && frame < 0x30) return true;
  const data =
    (frame >= 0x800 && frame < 0x900) ||
    (frame >= 0xa00 && frame < 0xa10) ||
    (frame >= 0xc00 && frame < 0xc10);
  return data && gpa % 4096 < 512;
}

function compareMem(where: string, expected: Seen['mem'], got: Outcome['mem']): Difference[] {
  const text = (hi: number, lo: number): string => hex64(hi, lo);
  const a = new Map(
    (expected ?? []).map(([gpa, value]) => [numberOf(gpa), text(wordOf(value).hi, wordOf(value).lo)]),
  );
  const b = new Map(
    [...got].filter(([gpa]) => a.has(gpa) || tracked(gpa)).map(([gpa, w]) => [gpa, text(w.hi, w.lo)]),
  );
  return changedWords(where, a, b);
}

/** A leaf without A and D, which the processor sets and nothing reads: the recorder saw them at other moments. */
function withoutMarks(entry: string): string {
  const leaf = /^(!?[0-9a-f]+):([0-9a-f]+?)(nx)?$/.exec(entry);
  if (leaf === null) return entry;
  const [, frame, flags, nx] = leaf;
  return `${frame}:${(Number.parseInt(flags as string, 16) & ~0x60).toString(16)}${nx ?? ''}`;
}

type Differences = ReadonlyMap<string, readonly [string, string]>;

/** A recorded and a simulated shadow of one key, and what was found to differ up to some of their writes. */
interface Pair {
  readonly a: Shadow | undefined;
  readonly b: Shadow | undefined;
  /** How many of each one's writes have been looked at. */
  seen: readonly [number, number];
  readonly found: Map<string, readonly [string, string]>;
}

const has = (shadow: Shadow | undefined): string => (shadow === undefined ? 'no shadow' : 'a shadow');

/** Looks at the entries written since a pair was looked at last. */
function lookAgain(key: string, pair: Pair): void {
  const { a, b, found, seen } = pair;
  if (a === undefined || b === undefined) return;
  const compare = (index: number): void => {
    const place = `${key}[${index}]`;
    const [left, right] = [a.entries.get(index) ?? '0', b.entries.get(index) ?? '0'];
    const [x, y] = left === right ? ['', ''] : [withoutMarks(left), withoutMarks(right)];
    if (x === y) found.delete(place);
    else found.set(place, [x, y]);
  };
  for (let i = seen[0]; i < a.written.length; i++) compare(a.written[i] as number);
  for (let i = seen[1]; i < b.written.length; i++) compare(b.written[i] as number);
  pair.seen = [a.written.length, b.written.length];
}

/** Compares shadows by key, each entry only when one side has written it. */
class ShadowComparison {
  private last = new Map<string, Pair>();

  differences(expected: ReadonlyMap<string, Shadow>, got: ReadonlyMap<string, Shadow>): Differences {
    const now: typeof this.last = new Map();
    const out = new Map<string, readonly [string, string]>();
    const look = (key: string): void => {
      const [a, b] = [expected.get(key), got.get(key)];
      const kept = this.last.get(key);
      const pair = kept !== undefined && kept.a === a && kept.b === b ? kept : paired(key, a, b);
      lookAgain(key, pair);
      now.set(key, pair);
      for (const [place, both] of pair.found) out.set(place, both);
    };
    for (const key of expected.keys()) look(key);
    for (const key of got.keys()) if (!expected.has(key)) look(key);
    this.last = now;
    return out;
  }
}

function paired(key: string, a: Shadow | undefined, b: Shadow | undefined): Pair {
  const found = new Map<string, readonly [string, string]>();
  if (a === undefined || b === undefined) found.set(key, [has(a), has(b)]);
  else if (a.pinned !== b.pinned) found.set(`${key} pinned`, [String(a.pinned), String(b.pinned)]);
  return { a, b, seen: [0, 0], found };
}

export function resultText(op: XenOp): string {
  const { ok, value, pf } = op.result;
  const what = pf === undefined ? (ok === true ? 'ok' : '?') : `#PF error ${pf.error} cr2 ${pf.cr2}`;
  return value === undefined ? what : `${what}, value ${hex64(wordOf(value).hi, wordOf(value).lo)}`;
}

export function gotResult(op: XenOp, got: Outcome): string {
  const { fault, value } = got;
  const what =
    fault === undefined
      ? got.done
        ? 'ok'
        : 'not done'
      : `#PF error 0x${fault.error.toString(16)} cr2 ${hex64(fault.va.hi, fault.va.lo)}`;
  return op.result.value === undefined ? what : `${what}, value ${hex64(value.hi, value.lo)}`;
}

/** Compares a case as it goes; differences that last are told when they appear. */
class Comparison {
  readonly differences: Difference[] = [];
  private readonly recorded: RecordedShadows;
  private readonly shadows = new ShadowComparison();
  private told: Differences = new Map();
  private oos: readonly (string | null)[];
  private roots: readonly (string | null)[];

  constructor(c: XenCase) {
    this.recorded = new RecordedShadows(c);
    this.oos = c.start.oos;
    this.roots = c.start.roots;
  }

  add(...found: readonly Difference[]): void {
    this.differences.push(...found);
  }

  seen(where: string, seen: Partial<Seen> | undefined, got: Outcome): void {
    this.add(...compareEvents(where, seen?.events ?? [], got.events));
    this.add(...compareMem(where, seen?.mem, got.mem));
    this.state(where, seen, got);
  }

  state(where: string, seen: Partial<Seen> | undefined, got: Outcome): void {
    this.recorded.apply(seen?.shadow);
    const now = this.shadows.differences(this.recorded.shadows, got.shadows);
    for (const [place, [expected, is]] of now) {
      const before = this.told.get(place);
      if (before?.[0] === expected && before[1] === is) continue;
      this.add({ where, what: `shadow ${place}`, expected, got: is });
    }
    this.told = now;
    this.oos = seen?.state?.oos ?? this.oos;
    this.roots = seen?.state?.roots ?? this.roots;
    const list = (values: readonly (string | number | null)[]): string =>
      values
        .map((v) => (v === null ? '-' : typeof v === 'number' ? `0x${v.toString(16)}` : v))
        .join(' ')
        .replace(/( -)+$/, '');
    const [a, b] = [list(this.oos), list(got.oos)];
    if (a !== b) this.add({ where, what: 'out-of-sync slots', expected: a, got: b });
    const [r, s] = [list(this.roots), list(got.roots)];
    if (r !== s) this.add({ where, what: 'roots', expected: r, got: s });
  }
}

/** An operation of a case, with what the design did in it and before it. */
export interface XenCompared {
  readonly op: XenOp;
  readonly before: Outcome | undefined;
  readonly got: Outcome;
  readonly differences: readonly Difference[];
}

/** Replays a case operation by operation. The first differences include those of the state at the start. */
export function* compareXen(c: XenCase, replay: XenReplay): Generator<XenCompared, void> {
  const comparison = new Comparison(c);
  comparison.state('start', undefined, replay.start());
  let told = 0;
  for (const [i, op] of c.ops.entries()) {
    const before = replay.before(i);
    if (before !== undefined) comparison.seen(`before op ${op.op}`, op.pre, before);
    const got = replay.run(i);
    const [expected, is] = [resultText(op), gotResult(op, got)];
    if (expected !== is) comparison.add({ where: `op ${op.op}`, what: 'result', expected, got: is });
    comparison.seen(`op ${op.op}`, op, got);
    yield { op, before, got, differences: comparison.differences.slice(told) };
    told = comparison.differences.length;
  }
}

/** Replays a case on the design and lists every difference. */
export function checkXenCase(c: XenCase): readonly Difference[] {
  const differences: Difference[] = [];
  let where = 'start';
  try {
    const replay = new XenReplay(c);
    let next = 0;
    const name = (op: XenOp | undefined): string => (op === undefined ? 'final' : `op ${op.op}`);
    where = name(c.ops[0]);
    for (const found of compareXen(c, replay)) {
      differences.push(...found.differences);
      where = name(c.ops[++next]);
    }
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    differences.push({ where, what: 'replay', expected: 'an operation that can be replayed', got });
  }
  return differences;
}

import {
  type Bounds,
  FPF_PROTECTIONS,
  type FpfSize,
  fpf,
  outcomeText,
  protectionTable,
  shortest,
  verify,
} from '../../checker';
import { type Bench, type BenchArgs, type Measure, median, wholeArg } from '../bench';
import { buildSpin, type SpinSize, spinMissing } from '../peers/spin';

/** A terminal can bear more than a page. */
const BOUNDS: Partial<Bounds> = { states: 500_000_000, bytes: 8 * 2 ** 30 };
const SIZES = ['n', 'k', 'b', 'fence'] as const;
/** Short explorations are measured again, long ones are steady by themselves. Seconds. */
const LONG = 2;
const REPEATS = 5;
const PAGE_TABLE = { bytes: 4096, cells: 1024 } as const;

interface Explored {
  readonly states: number;
  readonly transitions: number;
  readonly bytes: number;
  readonly seconds: number;
}

function sizeOf(args: BenchArgs): SpinSize {
  const size = {
    n: wholeArg(args, 'n', 3),
    k: wholeArg(args, 'k', 3),
    b: wholeArg(args, 'b', 2),
    fence: wholeArg(args, 'fence', 1),
  };
  if (size.n < 1 || size.n > 7) throw new Error(`--n is ${size.n}, expected 1 to 7 vCPUs. Example: --n 2.`);
  if (size.b !== 2 && size.b !== 4)
    throw new Error(`--b is ${size.b}, expected buffers of 2 or 4 stores. Example: --b 2.`);
  if (size.fence > 1) throw new Error(`--fence is ${size.fence}, expected 0 or 1. Example: --fence 1.`);
  return size;
}

function modelSize({ n, k, b, fence, pad }: SpinSize): FpfSize {
  const size = { vcpus: n, operations: k, depth: b, fence: fence === 1 };
  return pad === undefined ? size : { ...size, padding: PAGE_TABLE.cells };
}

/** One whole exploration; every state counts, also beyond one that breaks the invariant. */
function exploreOnce(size: SpinSize): Explored {
  const subject = fpf(modelSize(size));
  const start = performance.now();
  const outcome = verify(subject, { onWrong: 'count', bounds: BOUNDS });
  const seconds = (performance.now() - start) / 1000;
  if (outcome.kind !== 'holds') throw new Error(outcomeText(outcome));
  const { states, transitions, bytes } = outcome.covered;
  return { states, transitions, bytes, seconds };
}

function warmUp(): void {
  for (let i = 0; i < 5; i++) exploreOnce({ n: 2, k: 2, b: 2, fence: 1 });
}

function explored(size: SpinSize): Explored {
  warmUp();
  const first = exploreOnce(size);
  if (first.seconds >= LONG) return first;
  const seconds = [first.seconds];
  while (seconds.length < REPEATS) seconds.push(exploreOnce(size).seconds);
  return { ...first, seconds: median(seconds) };
}

function figures(size: SpinSize, own: Explored): Measure[] {
  const { n, k, b, fence } = size;
  return [
    ...Object.entries({ n, k, b, fence }).map(([name, value]) => ({ name, value, unit: '' })),
    { name: 'states', value: own.states, unit: '' },
    { name: 'transitions', value: own.transitions, unit: '' },
    { name: 'seconds', value: own.seconds, unit: 's' },
    { name: 'statesPerSecond', value: own.states / own.seconds, unit: '/s' },
    { name: 'bytesPerState', value: own.bytes / own.states, unit: 'B', target: '≤ 32 B, reach for 16' },
  ];
}

/** Ours and SPIN's in turn, so that both have the machine as it is. The counts must be equal. */
function againstSpin(size: SpinSize, prefix: string, target: string): Measure[] {
  const spin = buildSpin(size);
  try {
    warmUp();
    const pairs = Array.from({ length: 3 }, () => ({ theirs: spin.run(), ours: exploreOnce(size) }));
    for (const { theirs, ours } of pairs) {
      if (theirs.states !== ours.states || theirs.transitions !== ours.transitions)
        throw new Error(
          `SPIN counts ${theirs.states} states and ${theirs.transitions} transitions, the checker ${ours.states} and ${ours.transitions}. Expected the same of the same model.`,
        );
    }
    const seconds = median(pairs.map(({ theirs }) => theirs.seconds));
    const ratio = seconds / median(pairs.map(({ ours }) => ours.seconds));
    return [
      { name: `${prefix}Seconds`, value: seconds, unit: 's' },
      { name: `${prefix}Ratio`, value: ratio, unit: '×', target },
    ];
  } finally {
    spin.dispose();
  }
}

/** A verdict with every reduction, against SPIN with its own. The models are the same, the counts need not be. */
function reduced(withSpin: boolean): Measure[] {
  const size: SpinSize = { n: 4, k: 2, b: 2, fence: 1 };
  const once = () => {
    const subject = fpf(modelSize(size));
    const start = performance.now();
    const outcome = verify(subject, { fuse: true, reduce: true, symmetry: true, bounds: BOUNDS });
    const seconds = (performance.now() - start) / 1000;
    if (outcome.kind !== 'holds') throw new Error(outcomeText(outcome));
    return { states: outcome.covered.states, seconds };
  };
  once();
  const runs = [once(), once(), once()];
  const seconds = median(runs.map((run) => run.seconds));
  const own: Measure[] = [
    { name: 'reducedStates', value: runs[0]?.states ?? 0, unit: '' },
    { name: 'reducedSeconds', value: seconds, unit: 's' },
  ];
  if (!withSpin) return own;
  const spin = buildSpin({ ...size, reduce: true });
  try {
    const theirs = spin.run();
    return [
      ...own,
      { name: 'spinReducedStates', value: theirs.states, unit: '' },
      { name: 'spinReducedSeconds', value: theirs.seconds, unit: 's' },
      { name: 'spinReducedRatio', value: theirs.seconds / seconds, unit: '×', target: '≥ 15×, reach for 40' },
    ];
  } finally {
    spin.dispose();
  }
}

/** The protection table of the protocol with three vCPUs: every row, with its shortest counterexample. */
function table(): Measure[] {
  const start = performance.now();
  const { rows } = protectionTable(FPF_PROTECTIONS, (without) =>
    fpf({ vcpus: 3, operations: 2, depth: 2, fence: true, without }),
  );
  const seconds = (performance.now() - start) / 1000;
  const broken = rows.filter(({ result }) => result.outcome.kind === 'violation').length;
  if (broken !== FPF_PROTECTIONS.length)
    throw new Error(`${broken} of ${FPF_PROTECTIONS.length} protections matter. Expected all of them to.`);
  return [{ name: 'protectionTableSeconds', value: seconds, unit: 's', target: '< 10 s a row' }];
}

/** The shortest way to break it without its fences, with four vCPUs. */
function counterexample(): Measure[] {
  const size = modelSize({ n: 4, k: 1, b: 2, fence: 0 });
  const found = Array.from({ length: 3 }, () => {
    const subject = fpf(size);
    const start = performance.now();
    const outcome = shortest(subject, { fuse: true, symmetry: true });
    const seconds = (performance.now() - start) / 1000;
    if (outcome.kind !== 'violation') throw new Error(outcomeText(outcome));
    return { seconds, steps: outcome.schedule.length };
  });
  return [
    { name: 'counterexampleSteps', value: found[0]?.steps ?? 0, unit: '' },
    {
      name: 'counterexampleSeconds',
      value: median(found.map(({ seconds }) => seconds)),
      unit: 's',
      target: '< 0.5 s, reach for 0.2',
    },
  ];
}

export const checker: Bench = {
  name: 'checker',
  about:
    'The fast page fault of the Promela text, every interleaving, one thread, against SPIN -O2 -DNOREDUCE (--n --k --b --fence choose a size; with one, SPIN runs only for --spin)',
  async run(args) {
    const size = sizeOf(args);
    const own = figures(size, explored(size));
    const sized = SIZES.some((name) => args[name] !== undefined);
    if (sized && args.spin === undefined) return own;
    const missing = spinMissing();
    const peer: Measure[] =
      missing === undefined
        ? againstSpin(size, 'spin', '≥ 1.0×, reach for 1.5')
        : [{ name: 'spinRatio', value: missing, unit: '' }];
    if (sized) return [...own, ...peer];
    const padded: SpinSize = { n: 2, k: 3, b: 2, fence: 1, pad: PAGE_TABLE.bytes };
    const pagePeer = missing === undefined ? againstSpin(padded, 'spinPageTable', '≥ 8×, reach for 15') : [];
    return [...own, ...peer, ...pagePeer, ...reduced(missing === undefined), ...counterexample(), ...table()];
  },
};

import { readdirSync, readFileSync } from 'node:fs';
import { checkKvmCase, parseKvmCase } from '../../oracle/kvm';
import { checkXenCase, parseXenCase } from '../../oracle/xen';
import { type Bench, type Measure, wholeArg } from '../bench';

const SAMPLES = 'src/testing/oracles';

/** Reads and replays the recorded line; how many entries it has, and in how many things it differs. */
type Replay = (line: string) => { readonly operations: number; readonly differences: number };

const unread = (error: string): never => {
  throw new Error(`A sample cannot be read: ${error}. Run the bench in the project's folder.`);
};

const REPLAYS: Readonly<Record<'kvm' | 'xen', Replay>> = {
  kvm: (line) => {
    const parsed = parseKvmCase(line);
    const c = parsed.kind === 'ok' ? parsed.value : unread(parsed.error);
    return { operations: c.ops.length, differences: checkKvmCase(c).differences.length };
  },
  xen: (line) => {
    const parsed = parseXenCase(line);
    const c = parsed.kind === 'ok' ? parsed.value : unread(parsed.error);
    return { operations: c.ops.length, differences: checkXenCase(c).length };
  },
};

function linesOf(oracle: string): string[] {
  const folder = `${SAMPLES}/${oracle}`;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n'))
    .filter((line) => line.trim() !== '');
}

/** As many rounds through the samples as give so many operations: a full recording has tens of thousands. */
function speed(oracle: 'kvm' | 'xen', atLeast: number): { operations: number; perSecond: number } {
  const lines = linesOf(oracle);
  let [operations, differences] = [0, 0];
  const start = performance.now();
  do
    for (const line of lines) {
      const done = REPLAYS[oracle](line);
      operations += done.operations;
      differences += done.differences;
    }
  while (operations < atLeast);
  const perSecond = operations / ((performance.now() - start) / 1000);
  if (differences > 0)
    throw new Error(`${oracle}: ${differences} differences. Run \`npm run oracle:${oracle}\` first.`);
  return { operations, perSecond };
}

/** Cases of the real KVM and the real Xen, read, replayed on the designs and compared, from a cold start. */
export const replay: Bench = {
  name: 'replay',
  about: 'recorded cases of KVM and Xen: read, replayed and compared (operations per second)',
  async run(args) {
    const atLeast = wholeArg(args, 'operations', 10_000);
    const out: Measure[] = [];
    for (const oracle of ['kvm', 'xen'] as const) {
      const { operations, perSecond } = speed(oracle, atLeast);
      out.push(
        { name: `${oracle}Operations`, value: operations, unit: '' },
        { name: `${oracle}PerSecond`, value: Math.round(perSecond), unit: '1/s', target: '≥ 2,000 /s' },
      );
    }
    return out;
  },
};

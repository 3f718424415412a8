import { readFileSync } from 'node:fs';
import { LabRun, usualConfig } from '../../lab';
import { type Bench, type Measure, wholeArg } from '../bench';
import { compilerMissing, runLoop } from '../peers/accessLoop';

/** The lab's measures beside the words of the loop in C. */
const SAME: Readonly<Record<string, string>> = {
  'tlb hits': 'hits',
  'tlb fills': 'fills',
  walks: 'walks',
  'walk reads': 'reads',
  'page faults': 'faults',
  'accessed or dirty set': 'marks',
  'cr3 loads': 'cr3',
  invlpg: 'invlpg',
};

/**
 * Seconds that a processor has spent on this thread, as the loop in C is timed; where the system does not tell, on the process, the
 * compiler's and the collector's threads included.
 */
function processor(): number {
  try {
    const [nanoseconds = ''] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e9;
  } catch {
    return process.cpuUsage().user / 1e6;
  }
}

interface Timed {
  readonly run: LabRun;
  readonly seconds: number;
}

/** Performs so many accesses, all of which the guest has ready beforehand. */
function timed(workload: string, design: string, accesses: number, ready: boolean): Timed {
  const run = new LabRun({ ...usualConfig(workload, design), accesses });
  if (ready) run.prepare(accesses + accesses / 4);
  const began = processor();
  while (!run.advance(100_000));
  return { run, seconds: processor() - began };
}

function againstC(workload: string, accesses: number, repeats: number): Measure[] {
  const runs = Array.from({ length: repeats }, () => timed(workload, 'native', accesses, true));
  // The least of its rounds, as the loop in C is timed.
  const seconds = Math.min(...runs.map((one) => one.seconds));
  const out: Measure[] = [
    { name: `${workload}PerSecond`, value: Math.round(accesses / seconds), unit: 'accesses/s' },
  ];
  const [first] = runs;
  const missing = compilerMissing();
  if (first === undefined || missing !== undefined)
    return [...out, { name: `${workload}OverC`, value: missing ?? 'skipped', unit: '' }];
  const { run } = first;
  const values = run.values();
  const { built, streams } = run.world;
  const [columns] = streams;
  if (columns === undefined) throw new Error('the run has a stream');
  const loop = runLoop(columns, values[0] as number, built.spec, 3);
  for (const [measure, word] of Object.entries(SAME)) {
    const here = values[run.measures.findIndex(({ name }) => name === measure)];
    if (here !== loop.counts[word])
      throw new Error(
        `The loop in C counts ${loop.counts[word]} ${word}, the lab ${here} ${measure}. They must be equal.`,
      );
  }
  return [
    ...out,
    { name: `${workload}CPerSecond`, value: Math.round(accesses / loop.seconds), unit: 'accesses/s' },
    { name: `${workload}OverC`, value: loop.seconds / seconds, unit: '×', target: '≥ 0.2×, better 0.3×' },
  ];
}

/** Accesses per second of the lab, against a plain loop in C over the same operations, which must count the same. */
export const lab: Bench = {
  name: 'lab',
  about: 'workloads: accesses per second, bare hardware against the same loop in C, and each design as it is',
  async run(args) {
    const accesses = wholeArg(args, 'accesses', 2_000_000);
    const repeats = wholeArg(args, 'repeats', 3);
    // Bare hardware first: a page of the lab, too, runs one design in a worker of its own.
    const bare = [...againstC('compute', accesses, repeats), ...againstC('compile', accesses, repeats)];
    const whole = ['xen', 'xi', 'kvm', 'nested'].map((design) => ({
      name: `compile${design}PerSecond`,
      value: Math.round(accesses / 4 / timed('compile', design, accesses / 4, false).seconds),
      unit: 'accesses/s',
    }));
    return [...bare, ...whole];
  },
};

import { Random } from '../../base';
import { type Bench, median, quantile, timeEach, wholeArg } from '../bench';
import { recordLong } from '../longRun';

export const jump: Bench = {
  name: 'jump',
  about: 'From any to any other of a million recorded steps, and what the record takes in memory',
  async run(args) {
    const steps = wholeArg(args, 'steps', 1_000_000);
    const jumps = wholeArg(args, 'jumps', 5_000);
    const seed = wholeArg(args, 'seed', 1);
    const { run, perStep } = recordLong(args.design ?? 'xen', seed, steps);
    const random = new Random(seed);
    const times = timeEach(() => run.seek(random.below(run.length + 1)), jumps, 50);
    return [
      { name: 'seed', value: seed, unit: '' },
      { name: 'steps', value: run.length, unit: '' },
      { name: 'medianMilliseconds', value: median(times) * 1000, unit: 'ms' },
      {
        name: 'p99Milliseconds',
        value: quantile(times, 0.99) * 1000,
        unit: 'ms',
        target: '< 5 ms, reach for 0.5',
      },
      { name: 'worstMilliseconds', value: quantile(times, 1) * 1000, unit: 'ms' },
      { name: 'megabytes', value: run.bytes / 1e6, unit: 'MB', target: '≤ 100 MB, reach for 60' },
      { name: 'microsecondsToRecordAStep', value: perStep * 1e6, unit: 'µs' },
    ];
  },
};

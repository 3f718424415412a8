import { type Bench, median, timeEach, wholeArg } from '../bench';
import { recordLong } from '../longRun';

/** Steps taken back in one go: enough for the clock to see, few enough to have many goes. */
const GO = 2_000;

export const stepBack: Bench = {
  name: 'stepBack',
  about: 'One step back in a recorded run of 100,000 steps, as a person steps: journal, hash and cursor',
  async run(args) {
    const steps = wholeArg(args, 'steps', 100_000);
    const seed = wholeArg(args, 'seed', 1);
    const { run } = recordLong(args.design ?? 'xen', seed, steps);
    const back = timeEach(
      () => {
        if (run.cursor < GO) run.seek(run.length);
        for (let i = 0; i < GO; i++) run.seek(run.cursor - 1);
      },
      200,
      20,
    );
    const forward = timeEach(
      () => {
        if (run.cursor > run.length - GO) run.seek(0);
        for (let i = 0; i < GO; i++) run.seek(run.cursor + 1);
      },
      200,
      20,
    );
    return [
      { name: 'seed', value: seed, unit: '' },
      { name: 'steps', value: run.length, unit: '' },
      {
        name: 'microsecondsBack',
        value: (median(back) / GO) * 1e6,
        unit: 'µs',
        target: '< 1 µs, reach for 0.1',
      },
      { name: 'microsecondsForward', value: (median(forward) / GO) * 1e6, unit: 'µs' },
    ];
  },
};

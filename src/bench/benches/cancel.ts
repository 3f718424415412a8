import { protectionsOf } from '../../checker';
import { libraryEntry } from '../../library';
import { printDiagnostic, resolve } from '../../scenario';
import { Explorer } from '../../session/racing/explorer';
import { type Bench, median, wholeArg } from '../bench';

/** The largest exploration of the library. */
const SCENARIO = 'kvm-three-vcpus-three-numbers';
const TIMES = 12;
/** Cancelled after so many milliseconds and multiples of it: at other moments of other slices. */
const AFTER = 137;

/** Milliseconds from the moment a cancel is sent to the answer that the exploration has ended. */
function cancelled(id: string, after: number): Promise<number> {
  const found = libraryEntry(id);
  if (found === undefined) throw new Error(`The library has no scenario ${id}. Example: ${SCENARIO}.`);
  const read = resolve(found.text);
  if (read.kind === 'error') throw new Error(read.error.map(printDiagnostic).join('\n'));
  const { spec, design } = read.value;
  return new Promise((done, fail) => {
    // The timer fires late, by what is left of the slice under way: that is part of what somebody waits.
    const due = performance.now() + after;
    const explorer = new Explorer({
      now: () => performance.now(),
      later: (callback) => setImmediate(callback),
      tell: (message) => {
        if (message.kind === 'table') {
          if (message.cancelled) done(performance.now() - due);
          else fail(new Error(`${id} was explored in less than ${after} ms. Choose a larger --scenario.`));
        } else if (message.kind === 'failed') fail(new Error(message.why));
      },
    });
    setTimeout(() => explorer.hear({ kind: 'cancel', id: 1 }), after);
    const job = { spec, protections: protectionsOf(spec, design), options: {} };
    explorer.hear({ kind: 'start', id: 1, job });
  });
}

export const cancel: Bench = {
  name: 'cancel',
  about:
    'How soon a large exploration has ended once it is cancelled, at several moments (--scenario chooses another, --times how many moments)',
  async run(args) {
    const id = args.scenario ?? SCENARIO;
    const times = Math.max(1, wholeArg(args, 'times', TIMES));
    const waits: number[] = [];
    for (let i = 1; i <= times; i++) waits.push(await cancelled(id, i * AFTER));
    return [
      { name: 'cancelMedian', value: median(waits), unit: 'ms' },
      { name: 'cancelLongest', value: Math.max(...waits), unit: 'ms', target: '< 100 ms' },
    ];
  },
};

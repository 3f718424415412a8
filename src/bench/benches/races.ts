import { protectionsOf, RaceSearch, scenarioWithout } from '../../checker';
import { libraryEntry } from '../../library';
import { printDiagnostic, resolve } from '../../scenario';
import type { Bench, Measure } from '../bench';

/** Three vCPUs of a whole hypervisor: two fast page faults and a write-protection. */
const SCENARIO = 'kvm-three-vcpus-three-numbers';
const SLICE = 4096;

export const races: Bench = {
  name: 'races',
  about:
    'The protection table of a scenario of the library, row by row: verdict, shortest schedule, last avoidable choice (--scenario chooses another, --rows how many rows)',
  async run(args) {
    const id = args.scenario ?? SCENARIO;
    const found = libraryEntry(id);
    if (found === undefined) throw new Error(`The library has no scenario ${id}. Example: ${SCENARIO}.`);
    const read = resolve(found.text);
    if (read.kind === 'error') throw new Error(read.error.map(printDiagnostic).join('\n'));
    const { spec, design } = read.value;
    const without = scenarioWithout(spec, design);
    const removals = [undefined, ...protectionsOf(spec, design).map(({ name }) => name)];
    return removals.slice(0, Number(args.rows ?? removals.length)).flatMap((name): Measure[] => {
      const start = performance.now();
      const search = new RaceSearch(without(new Set(name === undefined ? [] : [name])));
      let result = search.advance(SLICE);
      while (result === undefined) result = search.advance(SLICE);
      const seconds = (performance.now() - start) / 1000;
      const { outcome, counterexample, states } = result;
      const broken = outcome.kind === 'violation' ? outcome.violation.invariant : outcome.kind;
      const row = name ?? 'all';
      return [
        { name: `${row}Verdict`, value: broken, unit: '' },
        { name: `${row}Steps`, value: counterexample?.schedule.length ?? '-', unit: '' },
        { name: `${row}States`, value: states, unit: '' },
        { name: `${row}Seconds`, value: seconds, unit: 's', target: '< 10 s' },
      ];
    });
  },
};

import { fpf, SPIN_COUNTS, verify } from '../../checker';
import { judge, recordRun } from '../../engine';
import { designs } from '../../hypervisor';
import { LIBRARY, type LibraryEntry } from '../../library';
import { resolve } from '../../scenario';
import { Tally, type TruthProgress, type TruthSection, tableOf } from './report';

/** The checker's counts of states against SPIN's, for sizes that take no time. */
export function* checkSpin(): Generator<TruthProgress, TruthSection> {
  let [passed, failed] = [0, 0];
  const rows: { name: string; count: number }[] = [];
  for (const [done, { vcpus, operations, depth, fence, states, transitions }] of SPIN_COUNTS.entries()) {
    yield { section: 'spin', done, of: SPIN_COUNTS.length };
    const { covered } = verify(fpf({ vcpus, operations, depth, fence }), { onWrong: 'count' });
    if (covered.states === states && covered.transitions === transitions) passed++;
    else failed++;
    rows.push({
      name: `${vcpus} vCPUs, ${operations} ${operations === 1 ? 'operation' : 'operations'} each, buffers of ${depth}, ${fence ? 'fenced' : 'no fence'}`,
      count: covered.states,
    });
  }
  return {
    id: 'spin',
    title: 'The model checker against SPIN',
    against: 'SPIN on the Promela text of KVM’s fast page fault, without reduction',
    how: 'The number of distinct states and of transitions of the whole space must be equal.',
    unit: 'models',
    passed,
    failed,
    tables: [{ title: 'Distinct states', rows }],
    deviations: [],
    leftOut: [],
  };
}

/** What can be said of the library without running it. */
function libraryCounts(): Pick<TruthSection, 'id' | 'title' | 'against' | 'unit' | 'tables' | 'how'> {
  const [scenarios, expectations, broken] = [1, 2, 3].map(() => new Tally()) as [Tally, Tally, Tally];
  for (const { design, text, violates } of LIBRARY) {
    scenarios.add(design);
    expectations.add(design, (text.match(/^\s*(expect|never|always|sometimes)\b/gm) ?? []).length);
    broken.add(design, violates.length > 0 ? 1 : 0);
  }
  const names = [...designs.keys()].filter((name) => scenarios.counts.has(name));
  const invariants = new Map(names.map((name) => [name, designs.get(name)?.invariants.length ?? 0]));
  return {
    id: 'library',
    title: 'The scenarios of the library',
    against: 'the documents that each scenario names as its origin',
    how: 'Every scenario is run twice and must pass through the same states; it must show what it says it shows, and keep every invariant of its design but those that it announces as broken.',
    unit: 'scenarios',
    tables: [
      tableOf('Scenarios, by design', names, scenarios.counts),
      tableOf('Expectations in their texts, by design', names, expectations.counts),
      tableOf('Invariants watched at every step, by design', names, invariants),
      tableOf('Scenarios that break an invariant on purpose', names, broken.counts),
    ],
  };
}

/** What the tests hold of every scenario of the library: counted only. The tests fail when one of them does not hold. */
export const librarySection = (): TruthSection => ({
  ...libraryCounts(),
  passed: LIBRARY.length,
  failed: 0,
  onlyCounted: true,
  deviations: [],
  leftOut: [],
});

/** Runs scenarios twice and holds them against what they announce; those that do not keep it are named. */
export function* checkLibrary(
  entries: readonly LibraryEntry[] = LIBRARY,
): Generator<TruthProgress, TruthSection> {
  const wrong: string[] = [];
  for (const [done, { title, text }] of entries.entries()) {
    yield { section: 'library', done, of: entries.length };
    if (!holds(text)) wrong.push(title);
  }
  return {
    ...libraryCounts(),
    passed: entries.length - wrong.length,
    failed: wrong.length,
    deviations: wrong.map((name) => ({ name, count: 1 })),
    leftOut: [],
  };
}

/** Whether a scenario resolves, keeps what it announces, and passes through the same states when it is run again. */
function holds(text: string): boolean {
  const resolved = resolve(text);
  if (resolved.kind === 'error') return false;
  const { spec, design } = resolved.value;
  const [run, again] = [recordRun(spec, design), recordRun(spec, design)];
  if (!judge(run).ok || run.length !== again.length) return false;
  for (let step = 0; step <= run.length; step++) {
    run.seek(step);
    again.seek(step);
    if (run.store.hash !== again.store.hash) return false;
  }
  return true;
}

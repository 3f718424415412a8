import { litmusDifference, parseLitmusExpected, runLitmus } from '../litmus';
import { checkWalk } from '../walks';
import { parseWalkCase } from '../walksFormat';
import { type Recordings, Tally, type TruthProgress, type TruthSection, tableOf } from './report';

const ENDS = ['through', '#PF', '#GP'];

/** Single accesses against a recorded processor. */
export function* checkWalks(lines: readonly string[]): Generator<TruthProgress, TruthSection> {
  const [modes, accesses, ends, hardware] = [1, 2, 3, 4].map(() => new Tally()) as [
    Tally,
    Tally,
    Tally,
    Tally,
  ];
  let [passed, failed] = [0, 0];
  for (const [done, line] of lines.entries()) {
    if (done % 50 === 0) yield { section: 'walks', done, of: lines.length };
    const parsed = parseWalkCase(line);
    if (parsed.kind === 'error') {
      failed++;
      continue;
    }
    const c = parsed.value;
    modes.add(c.mode === '64' && c.pdpe1gb === 0 ? '64, without 1 GiB pages' : c.mode);
    accesses.add(`${c.access} at CPL ${c.cpl}`);
    ends.add(c.hw?.fault ?? c.result.fault ?? 'through');
    for (const note of c.hw?.notes ?? []) hardware.add(note);
    if (checkWalk(c).length === 0) passed++;
    else failed++;
  }
  return {
    id: 'walks',
    title: 'The processor’s page walk',
    against:
      'an emulated x86 processor (QEMU), corrected where its own deviations from real hardware are known',
    how: 'One access from an empty TLB. Equal must be: the fault, its error code and CR2, the physical address, and the accessed and dirty bits of every entry.',
    unit: 'accesses',
    passed,
    failed,
    tables: [
      tableOf('Modes', ['64', '64, without 1 GiB pages', 'pae', '32'], modes.counts),
      tableOf(
        'Accesses',
        ['read', 'write', 'fetch'].flatMap((kind) => [`${kind} at CPL 0`, `${kind} at CPL 3`]),
        accesses.counts,
      ),
      tableOf('Ends', ENDS, ends.counts),
    ],
    deviations: [...hardware.counts].sort().map(([name, count]) => ({ name, count })),
    leftOut: ['accessed bits above the entry where a fault was found, which a processor may set or not'],
  };
}

/** Litmus tests explored in every order, against the verdicts of the memory model's reference. */
export function* checkMemoryOrder(
  tests: Recordings['litmus'],
  verdicts: string,
): Generator<TruthProgress, TruthSection> {
  const expected = parseLitmusExpected(verdicts);
  let [passed, failed] = [0, 0];
  const rows: { name: string; count: number }[] = [];
  for (const [done, { name, text }] of tests.entries()) {
    yield { section: 'litmus', done, of: tests.length };
    const line = runLitmus(name, text);
    const agrees =
      line.kind === 'ok' &&
      expected.kind === 'ok' &&
      litmusDifference(line.value, expected.value) === undefined;
    if (agrees) passed++;
    else failed++;
    if (line.kind === 'ok')
      rows.push({ name: `${line.value.name}: ${line.value.verdict}`, count: line.value.states });
  }
  return {
    id: 'litmus',
    title: 'Memory order',
    against: 'the verdicts of herd’s model of x86-TSO',
    how: 'Every order of steps and of store buffers is explored; what can happen must be what the reference allows, and what cannot must be what it forbids.',
    unit: 'litmus tests',
    passed,
    failed,
    tables: [{ title: 'Distinct states explored', rows }],
    deviations: [],
    leftOut: [],
  };
}

import { defined, hex, Random } from '../base';
import { type Run, startRun } from '../engine';
import { printDiagnostic, resolve } from '../scenario';

const PAGES = 32;
const ROUND = 400;
/** Operations are numbered in 16 bits. */
const ROUNDS = 160;
const BASE = 0x40_0000;

const va = (page: number): string => `0x${hex(BASE + page * 0x1000)}`;
const frame = (page: number): string => `0x${hex(0x40 + page, 3)}`;

/** A busy guest: two processors that read and write 32 pages, take them away and give them back, and reload CR3. */
export function longScenario(design: string, seed: number): string {
  const random = new Random(seed);
  const program = (vcpu: number): string[] => [
    `vcpu ${vcpu}`,
    `repeat ${ROUNDS}`,
    ...Array.from({ length: ROUND }, () => `  ${operation(random)}`),
    'end',
  ];
  return [
    'scenario "A long run"',
    `design ${design}`,
    'paging x86-64, 128 frames',
    'tlb 16',
    `map ${va(0)} -> ${frame(0)} rw user count ${PAGES}`,
    'direct 0xffff_8100_0000_0000',
    ...program(0),
    ...program(1),
    `schedule random ${seed}`,
    '',
  ].join('\n');
}

function operation(random: Random): string {
  const page = random.below(PAGES);
  const kind = random.below(100);
  if (kind < 45) return `load ${va(page)}`;
  if (kind < 80) return `store ${va(page)} = ${random.below(1000)}`;
  if (kind < 90) return `pte ${va(page)} = ${frame(page)} ${random.chance(0.5) ? 'rw' : 'r'} user`;
  return kind < 98 ? `invlpg ${va(page)}` : 'cr3 0x010';
}

/** Records `steps` steps of it (at most as many as a run may have), and says how long a step took, in seconds. */
export function recordLong(design: string, seed: number, steps: number): { run: Run; perStep: number } {
  const resolved = resolve(longScenario(design, seed));
  if (resolved.kind === 'error') {
    throw new Error(
      `the bench's own scenario is wrong: ${printDiagnostic(defined(resolved.error[0], 'an error'))}`,
    );
  }
  const run = startRun(resolved.value.spec, resolved.value.design);
  const start = performance.now();
  run.extend(steps);
  const perStep = (performance.now() - start) / 1000 / run.length;
  if (run.length < steps)
    throw new Error(`the bench's run ended after ${run.length} steps; expected ${steps}`);
  return { run, perStep };
}

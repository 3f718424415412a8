import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScenarioSpec } from '../../engine';
import type { AccessColumns } from '../../machine';

const SOURCE = 'src/bench/peers/accesses.c';

/** What the loop in C has counted, and the least time of its rounds, in seconds of its processor. */
export interface LoopRun {
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Why there is no loop in C to compare with, in words; undefined if there is one. */
export function compilerMissing(): string | undefined {
  if (spawnSync('cc', ['--version']).error === undefined) return undefined;
  return 'skipped: cc not found (Debian: apt-get install gcc)';
}

/** Compiles the loop (-O2) and runs it on so many operations of a program, over the memory that a scenario begins with. */
export function runLoop(
  columns: AccessColumns,
  operations: number,
  spec: ScenarioSpec,
  rounds: number,
): LoopRun {
  const folder = mkdtempSync(join(tmpdir(), 'accesses-'));
  try {
    const program = join(folder, 'accesses');
    const data = join(folder, 'operations');
    execFileSync('cc', ['-O2', '-o', program, SOURCE], { stdio: 'ignore' });
    const root = spec.vcpus[0]?.cr3.lo ?? 0;
    const head = [
      operations,
      spec.machine.guestFrames,
      spec.machine.tlbEntries,
      root >>> 12,
      spec.memory.length,
    ];
    const { code, vaHi, vaLo, valueHi, valueLo } = columns;
    const words = spec.memory.flatMap(({ frame, cell, value }) => [frame, cell, value]);
    const all = [
      Int32Array.from(head),
      ...[code, vaHi, vaLo, valueHi, valueLo].map((c) => c.subarray(0, operations)),
    ];
    const parts = [...all, Int32Array.from(words)];
    writeFileSync(data, Buffer.concat(parts.map((p) => Buffer.from(p.buffer, p.byteOffset, p.byteLength))));
    const said = execFileSync(program, [data, String(rounds)], { encoding: 'utf8' })
      .trim()
      .split(' ');
    const counts: Record<string, number> = {};
    for (let i = 0; i < said.length; i += 2) counts[said[i] as string] = Number(said[i + 1]);
    const { seconds = Number.NaN, ...rest } = counts;
    return { seconds, counts: rest };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

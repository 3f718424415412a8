import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODEL = 'src/testing/oracles/spin/fpf.pml';

export interface SpinSize {
  readonly n: number;
  readonly k: number;
  readonly b: number;
  readonly fence: number;
  /** Bytes of a page table that every state carries. */
  readonly pad?: number;
  /** With its partial-order reduction. */
  readonly reduce?: boolean;
}

export interface SpinRun {
  readonly states: number;
  /** Without the first state, which SPIN counts as a step. */
  readonly transitions: number;
  readonly seconds: number;
}

/** A verifier that SPIN generated and gcc compiled, to be run as often as wanted. */
export interface Spin {
  run(): SpinRun;
  /** Removes it. */
  dispose(): void;
}

/** Why there is no SPIN to compare with, in words; undefined if there is one. */
export function spinMissing(): string | undefined {
  const missing = [
    ['spin', '-V'],
    ['gcc', '--version'],
  ].filter(([program = '', flag = '']) => spawnSync(program, [flag]).error !== undefined);
  if (missing.length === 0) return undefined;
  return `skipped: ${missing.map(([program]) => program).join(' and ')} not found (Debian: apt-get install spin gcc)`;
}

function figure(output: string, pattern: RegExp): number {
  const match = pattern.exec(output);
  if (match === null) throw new Error(`SPIN's verifier printed no ${pattern.source}:\n${output}`);
  return Number(match[1]);
}

/** Generates and compiles the verifier: -O2, no reduction unless asked for; it goes on past errors, so that it counts every state. */
export function buildSpin({ n, k, b, fence, pad, reduce = false }: SpinSize): Spin {
  const folder = mkdtempSync(join(tmpdir(), 'spin-'));
  copyFileSync(MODEL, join(folder, 'fpf.pml'));
  const sizes = [`-DN=${n}`, `-DK=${k}`, `-DB=${b}`, `-DFENCE=${fence}`];
  const padding = pad === undefined ? [] : [`-DPAD=${pad}`];
  const vector = pad === undefined ? [] : [`-DVECTORSZ=${2 * pad}`];
  const quiet = { cwd: folder, stdio: 'ignore' } as const;
  execFileSync('spin', [...sizes, ...padding, '-a', 'fpf.pml'], quiet);
  execFileSync('gcc', ['-O2', ...(reduce ? [] : ['-DNOREDUCE']), ...vector, '-o', 'pan', 'pan.c'], quiet);
  return {
    run() {
      const { stdout } = spawnSync(join(folder, 'pan'), ['-c0', '-m1000000'], {
        cwd: folder,
        encoding: 'utf8',
      });
      return {
        states: figure(stdout, /(\d+) states, stored/),
        transitions: figure(stdout, /(\d+) transitions/) - 1,
        seconds: figure(stdout, /elapsed time ([\d.e+-]+) seconds/),
      };
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

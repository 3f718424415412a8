import { Random } from '../../base';
import type { GuestOp } from '../../machine';
import type { Context } from './entries';
import { hostProgram, mayCrash } from './hostOperations';
import { layoutOf, ROOTS } from './layout';
import { randomProgram } from './operations';
import { buildDriven, CRASHED, type Played, play } from './play';
import { type Appetite, type DriverWorld, drawWorld } from './settings';

/** A random world, its programs, and how it came out: all of it follows from the seed, the appetite and what is off. */
export interface Driven {
  readonly seed: number;
  readonly world: DriverWorld;
  readonly programs: readonly (readonly GuestOp[])[];
  readonly played: Played;
}

function programsOf(r: Random, w: DriverWorld): GuestOp[][] {
  const layout = layoutOf(w.mode);
  const each = Math.ceil(w.operations / w.vcpus);
  const { regs } = buildDriven(w).machine;
  const programs = regs.map((registers, v) => {
    const { weights, pages, indices, turnable } = w;
    const roots = (w.loyal ? [w.starts[v] ?? 0] : w.roots).map((nth) => ROOTS[nth] as number);
    const [cr0, cr4] = [registers.get('cr0'), registers.get('cr4')];
    const context: Context = { layout, weights, pages, indices, roots, turnable, cr0, cr4 };
    return randomProgram(r, context, each);
  });
  const wp = programs.every((program) => program.every((op) => op.kind !== 'cr0'));
  return [...programs, hostProgram(r, w.hostOperations, wp, w.host)];
}

export function drive(seed: number, appetite: Appetite = {}, broken?: string): Driven {
  const r = new Random(seed);
  const world = drawWorld(r, appetite, broken);
  const programs = programsOf(r, world);
  return { seed, world, programs, played: play(world, programs, r) };
}

/** Whether anything went wrong that may not: an invariant, or trouble that the guest's surroundings do not explain. */
export const wentWrong = ({ programs, played }: Driven): boolean =>
  played.violations.length > 0 ||
  (played.trouble !== undefined && !(played.trouble === CRASHED && mayCrash(programs)));

import { defined, type Random } from '../../base';
import type { GuestOp } from '../../machine';
import { DATA, PAGES } from './layout';
import { design } from './settings';

/** What an argument of an operation may be, by what the design says it is. */
const ARGUMENTS: Readonly<Record<string, (r: Random) => number>> = {
  'guest frame': (r) => (r.chance(0.6) ? DATA + r.below(6) : r.pick([...PAGES, 0x1f0])),
};

/** Operations that a correct guest's world outside may do at any time without harm. */
const HARMLESS: readonly string[] = [];

/** A program of the world outside the guest. */
export function hostProgram(r: Random, length: number): GuestOp[] {
  const able = (design.operations ?? []).filter((one) => HARMLESS.includes(one.name));
  if (able.length === 0) return [];
  return Array.from({ length }, () => {
    const { name, args } = r.pick(able);
    const values = args.map((arg) => defined(ARGUMENTS[arg], `a random ${arg}`)(r));
    return { kind: 'call', name, args: values };
  });
}

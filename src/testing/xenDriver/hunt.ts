import { appetiteFor } from './appetites';
import { design } from './design';
import { type Driven, drive, wentWrong } from './drive';

/** A switch of the design that protects something. */
export interface Protection {
  readonly name: string;
  readonly protects: string;
}

/** Whatever the design's switches say: a new one is hunted for without being named anywhere else. */
export const PROTECTIONS: readonly Protection[] = design.switches.flatMap(({ name, protects }) =>
  protects === undefined ? [] : [{ name, protects }],
);

/** How many operations may pass before a protection that is off must have been missed. */
export const BUDGET = 100_000;

/** What a hunt came to: the operations it took until the switch's own invariant was the first to break, or all of the budget. */
export interface Hunted {
  readonly protection: Protection;
  readonly seed: number;
  readonly operations: number;
  /** The world in which it broke; none if it never did. */
  readonly driven: Driven | undefined;
  /** What was seen to break first in the worlds before. */
  readonly others: readonly string[];
}

const first = ({ played }: Driven): readonly string[] => [
  ...new Set(played.violations.map((v) => v.invariant)),
];

/** Seeds of worlds are far apart for different hunts, so that none sees another's worlds. */
const worldSeed = (seed: number, n: number): number => (Math.imul(seed + 1, 0x9e3779b1) + n) | 0;

/** With one protection off and all others on, drives worlds of its appetite until the invariant it protects is among the first to break. */
export function hunt(protection: Protection, seed: number, budget = BUDGET): Hunted {
  const appetite = appetiteFor(protection.name);
  const others: string[] = [];
  let operations = 0;
  for (let n = 0; operations < budget; n++) {
    const driven = drive(worldSeed(seed, n), appetite, protection.name);
    operations += driven.played.operations;
    const broken = first(driven);
    if (broken.includes(protection.protects)) return { protection, seed, operations, driven, others };
    if (broken.length > 0) others.push(broken.join('+'));
    else if (wentWrong(driven)) others.push(driven.played.trouble ?? '');
  }
  return { protection, seed, operations, driven: undefined, others };
}

/** How a hunt went, in a line. */
export function huntTrace({ protection, seed, operations, driven, others }: Hunted): string {
  const seen = new Map<string, number>();
  for (const other of others) seen.set(other, (seen.get(other) ?? 0) + 1);
  const before = [...seen].map(([what, times]) => `${what} (${times} times)`).join(', ');
  const end = driven === undefined ? 'was not broken' : `broke in the world of seed ${driven.seed}`;
  return `seed ${seed}: ${protection.protects} ${end} in ${operations} operations without ${protection.name}${before === '' ? '' : `; first to break elsewhere: ${before}`}`;
}

import type { Random } from '../base';

/** A whole number from `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + random.below(to - from + 1);

/** So many different whole numbers from `from` to `to`, in the order drawn. */
export function distinct(random: Random, count: number, from: number, to: number): number[] {
  const found = new Set<number>();
  while (found.size < count) found.add(between(random, from, to));
  return [...found];
}

/** The same things in another order. */
export function shuffled<T>(random: Random, things: readonly T[]): T[] {
  const out = [...things];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** The first thing drawn that will do. Generators that draw what can rarely do are wrong: after a thousand, it is said. */
export function drawUntil<T>(draw: () => T, willDo: (drawn: T) => boolean): T {
  for (let i = 0; i < 1000; i++) {
    const drawn = draw();
    if (willDo(drawn)) return drawn;
  }
  throw new Error('an exercise draws again and again and never finds what will do');
}

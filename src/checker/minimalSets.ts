/** Answers whether nothing breaks with a set kept. */
export type Ask = Generator<ReadonlySet<string>, readonly (readonly string[])[], boolean>;

/**
 * Finds every smallest set of `names` that is still safe, asking as little as it can (it yields a set and is given the answer).
 * That more protection never harms is taken for granted.
 *
 * From a safe set one name after another is left out where it stays safe: that is a smallest set. Any other smallest set
 * lacks something of each one found so far; so the largest sets that do are asked about, until none of them is safe.
 */
export function* minimalSets(names: readonly string[]): Ask {
  const found: (readonly string[])[] = [];
  const refused = new Set<string>();
  for (;;) {
    const seed = yield* nextSeed(names, found, refused);
    if (seed === undefined) return found;
    found.push(yield* shrunk(seed));
  }
}

function* nextSeed(
  names: readonly string[],
  found: readonly (readonly string[])[],
  refused: Set<string>,
): Generator<ReadonlySet<string>, readonly string[] | undefined, boolean> {
  for (const left of hitting(found)) {
    const kept = names.filter((name) => !left.has(name));
    const key = kept.join();
    if (refused.has(key)) continue;
    if (yield new Set(kept)) return kept;
    refused.add(key);
  }
  return undefined;
}

function* shrunk(safe: readonly string[]): Generator<ReadonlySet<string>, readonly string[], boolean> {
  let kept = safe;
  for (const name of safe) {
    const less = kept.filter((other) => other !== name);
    if (yield new Set(less)) kept = less;
  }
  return kept;
}

/** Every smallest set that has something of each of the given sets. */
export function hitting(sets: readonly (readonly string[])[]): ReadonlySet<string>[] {
  let out: ReadonlySet<string>[] = [new Set()];
  for (const set of sets) {
    const wider = out.flatMap((hit) =>
      set.some((name) => hit.has(name)) ? [hit] : set.map((name) => new Set([...hit, name])),
    );
    out = wider.filter(
      (one, i) =>
        !wider.some((other, j) => {
          const inside = [...other].every((name) => one.has(name));
          return inside && (other.size < one.size || (other.size === one.size && j < i));
        }),
    );
  }
  return out;
}

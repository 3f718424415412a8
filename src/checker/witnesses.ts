import type { Invariant, World } from '../kernel';

/**
 * What invariants remember beyond the state is made part of what tells states apart, as far as it stands in witnesses. Only of a
 * world in its first state: one that is built to be explored.
 */
export function tellApart(world: World, invariants: readonly Invariant<never>[]): void {
  for (const { part, remembers } of invariants as readonly Invariant<unknown>[])
    if (remembers !== undefined && remembers !== 'journal')
      for (const region of remembers(world.part(part))) world.store.tellApartBy(region);
}

/** Names of the invariants that judge by the journal: of them an exploration knows only the ways it has gone. */
export function journalReaders(invariants: readonly Invariant<never>[]): string[] {
  return invariants.filter(({ remembers }) => remembers === 'journal').map(({ name }) => name);
}

import { defined } from '../../base';
import type { Exits } from '../../machine';

/**
 * Exits that the page's first scenario does not take, and that are fetched right after its first picture: mode changes, and what
 * is done from outside. `whole.ts` hands them in; a run that began before has them from then on too.
 */
export type LaterExits = Pick<Exits, 'setCr0' | 'setCr4' | 'setEfer' | 'operations'>;

let exits: LaterExits | undefined;

export function supply(later: LaterExits): void {
  exits = later;
}

/** Asking for them before they are there is a broken promise of ours: nothing that needs them can be on stage yet. */
export const supplied = (): LaterExits =>
  defined(exits, 'the exits of Xen that are fetched after the first picture');

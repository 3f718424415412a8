import { checkKvm } from './kvm';
import { checkSpin } from './own';
import type { Recordings, TruthProgress, TruthSection } from './report';
import { checkMemoryOrder, checkWalks } from './walks';
import { checkXen } from './xen';

export { checkLibrary, librarySection } from './own';
export * from './report';

/** Everything that is checked against something outside, section by section. Whoever iterates decides when to go on. */
export function* checkAll(given: Recordings): Generator<TruthProgress | TruthSection, void> {
  yield yield* checkKvm(given.kvm);
  yield yield* checkXen(given.xen);
  yield yield* checkWalks(given.walks);
  yield yield* checkMemoryOrder(given.litmus, given.verdicts);
  yield yield* checkSpin();
}

export const isSection = (what: TruthProgress | TruthSection): what is TruthSection => 'id' in what;

/** All sections, checked in one go. */
export const truthOf = (given: Recordings): readonly TruthSection[] => [...checkAll(given)].filter(isSection);

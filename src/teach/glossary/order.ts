import { termsOf } from './term';

const term = termsOf('Order');

/** Words for who comes first, and who sees it when. */
export const ORDER = [
  term(
    'store-buffer',
    'store buffer',
    'Where a processor’s stores wait until they reach memory. The others do not see them there; reads of the same processor overtake them.',
    'store buffers',
    'its buffer',
  ),
  term(
    'barrier',
    'barrier',
    'An instruction that waits until the store buffer is empty.',
    'barriers',
    'MFENCE',
  ),
  term(
    'compare-and-exchange',
    'compare-and-exchange',
    'One instruction that writes a new value only if the old one is still there, with nobody in between.',
    'cmpxchg',
  ),
  term(
    'invariant',
    'invariant',
    'A sentence about the state that must always hold, or at named moments. When it does not, that is a bug.',
    'invariants',
  ),
  term('race', 'race', 'The outcome depends on who is first, and at least one order is wrong.', 'races'),
];

import { termsOf } from './term';

const term = termsOf('XI');

/** Words of the XI mechanism. */
export const XI = [
  term(
    'backlink',
    'backlink',
    'A record paired with one entry of a shadow that links it to all others that map the same page.',
    'backlinks',
  ),
  term(
    'chain',
    'chain',
    'The backlinks of one page, linked to each other: whoever wants every mapping of the page follows it.',
    'chains',
  ),
  term(
    'kit',
    'kit',
    'A shadow table with its snapshot and two pages of backlinks, taken from a pool as one.',
    'kits',
    'SPTI',
  ),
];

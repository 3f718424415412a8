import { strToU8 } from 'fflate';
import { defined } from '../../base';
import { DICTIONARY_1 } from './v1';

/** Every version's dictionary, for as long as its links are to open: that is, for ever. */
const DICTIONARIES: readonly Uint8Array[] = [strToU8(DICTIONARY_1)];

/** What links of a version (from 1) are deflated against. */
export function dictionaryOf(version: number): Uint8Array {
  return defined(DICTIONARIES[version - 1], `the dictionary of links of version ${version}`);
}

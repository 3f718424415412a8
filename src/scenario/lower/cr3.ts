import { type Word, word } from '../../base';

/** CR3 for a root table that begins a frame. */
export const makeCr3 = (root: number): Word => word(root >>> 20, root << 12);

import type { PagingMode } from '../../machine';
import type { ColumnKey, ColumnModel } from './model';

/** The columns by the level of their tables; 0 is memory. */
export const COLUMN_KEYS: readonly ColumnKey[] = ['mem', 'L1', 'L2', 'L3', 'L4'];

/** What the manual calls a table, by its level. */
export const TABLE_NAMES = ['', 'PT', 'PD', 'PDPT', 'PML4'] as const;

/** The columns of a paging mode, with the address bits that index each level; memory last. */
export function columnsOf(mode: PagingMode): ColumnModel[] {
  const columns: ColumnModel[] = [];
  for (let level = mode.levels; level >= 1; level--) {
    const low = mode.shift[level] as number;
    const high = low + Math.round(Math.log2((mode.indexMask[level] as number) + 1)) - 1;
    const key = COLUMN_KEYS[level] as ColumnKey;
    columns.push({ key, level, title: key, sub: `bits ${high}–${low}` });
  }
  return [...columns, { key: 'mem', level: 0, title: 'Memory', sub: 'frames' }];
}

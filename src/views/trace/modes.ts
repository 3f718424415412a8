import type { ColumnKey, ColumnModel } from '../scene/model';

/** How each kind of guest tables splits an address: by the level at which its walks begin. */
interface Mode {
  /** First bit, and number of bits, by level. */
  readonly shift: readonly number[];
  readonly bits: readonly number[];
}

const MODES: Readonly<Record<2 | 3 | 4, Mode>> = {
  4: { shift: [0, 12, 21, 30, 39], bits: [12, 9, 9, 9, 9] },
  3: { shift: [0, 12, 21, 30], bits: [12, 9, 9, 2] },
  2: { shift: [0, 12, 22], bits: [12, 10, 10] },
};

export const TABLE_NAMES = ['', 'PT', 'PD', 'PDPT', 'PML4'] as const;
const KEYS: readonly ColumnKey[] = ['mem', 'L1', 'L2', 'L3', 'L4'];

export const modeOf = (top: number): Mode => MODES[top >= 4 ? 4 : top === 3 ? 3 : 2];

/** The columns of the stage, the top level first. */
export function columnsFor(top: number): ColumnModel[] {
  const { shift, bits } = modeOf(top);
  const levels = Array.from({ length: shift.length - 1 }, (_, i) => shift.length - 1 - i);
  return [
    ...levels.map((level): ColumnModel => {
      const low = shift[level] ?? 0;
      return {
        key: KEYS[level] ?? 'L1',
        level,
        title: `L${level}`,
        sub: `bits ${low + (bits[level] ?? 0) - 1}–${low}`,
      };
    }),
    { key: 'mem', level: 0, title: 'Memory', sub: 'frames' },
  ];
}

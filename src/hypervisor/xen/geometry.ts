import type { ModeName, PagingMode, PagingModes } from '../../machine';
import * as T from './types';

/** How a guest's mode is shadowed. A guest without paging is shadowed as a 2-level one, by a table of Xen's own. */
export type GeometryName = Exclude<ModeName, 'off'>;

/**
 * What follows from a guest's paging mode for its shadow (sheet 1.3). Shadow tables have 64-bit entries, 512 to a page, in every
 * mode; where a shadow has several pages they lie in a row, and its entries are counted through.
 */
export interface Geometry {
  readonly name: GeometryName;
  /** The guest's own tables: levels, indices, what is a large page. */
  readonly guest: PagingMode;
  /** Guest entries are 32 bits wide. */
  readonly narrow: boolean;
  /** Bytes of a guest entry. */
  readonly entryBytes: 4 | 8;
  /** Levels of the guest's tables. In PAE mode the third is the four cached entries. */
  readonly levels: 2 | 3 | 4;
  /** Level of the shadows that a vCPU's shadow_table slots hold: 2 where the processor walks PAE tables. */
  readonly topLevel: 2 | 4;
  /** Type of the shadow of a guest table, by level; the third of PAE has none. */
  readonly types: readonly number[];
  /** Type of a splintered large page. */
  readonly fl1: number;
  /** Tables that one fault may have to make, each of this type's pages (shadow_prealloc). */
  readonly path: { readonly tables: number; readonly pages: number };
}

/** The geometries of one machine, by name. */
export function geometries(modes: PagingModes): Readonly<Record<GeometryName, Geometry>> {
  return {
    '32': {
      name: '32',
      guest: modes['32'],
      narrow: true,
      entryBytes: 4,
      levels: 2,
      topLevel: 2,
      types: [T.SH_NONE, T.SH_L1_32, T.SH_L2_32],
      fl1: T.SH_FL1_32,
      path: { tables: 1, pages: 2 },
    },
    pae: {
      name: 'pae',
      guest: modes.pae,
      narrow: false,
      entryBytes: 8,
      levels: 3,
      topLevel: 2,
      types: [T.SH_NONE, T.SH_L1_PAE, T.SH_L2_PAE],
      fl1: T.SH_FL1_PAE,
      path: { tables: 1, pages: 1 },
    },
    '64': {
      name: '64',
      guest: modes['64'],
      narrow: false,
      entryBytes: 8,
      levels: 4,
      topLevel: 4,
      types: [T.SH_NONE, T.SH_L1_64, T.SH_L2_64, T.SH_L3_64, T.SH_L4_64],
      fl1: T.SH_FL1_64,
      path: { tables: 3, pages: 1 },
    },
  };
}

/** The geometry that a shadow of this type belongs to. */
export function familyOf(type: number): GeometryName {
  if (T.is64(type)) return '64';
  return isNarrow(type) ? '32' : 'pae';
}

/** Pages of a shadow: a 2-level guest's L1 takes two and its L2 four, for its entries become twice as wide. */
export function pagesOfType(type: number): 1 | 2 | 4 {
  if (type === T.SH_L1_32 || type === T.SH_FL1_32) return 2;
  return type === T.SH_L2_32 ? 4 : 1;
}

/** Whether the guest entries behind a shadow are 32 bits wide. */
export const isNarrow = (type: number): boolean =>
  type === T.SH_L1_32 || type === T.SH_FL1_32 || type === T.SH_L2_32;

/**
 * Shadow entries per guest entry: an sl2e covers 2 MiB and a 2-level guest's entry 4, so its sl2e's come in pairs, of which
 * only the first counts as a reference.
 */
export const strideOf = (type: number): 1 | 2 => (type === T.SH_L2_32 ? 2 : 1);

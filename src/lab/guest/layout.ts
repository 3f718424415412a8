import { A, D, P, U, W } from '../../machine';

/** How a guest's tables and addresses lie in a paging mode. */
export interface Layout {
  readonly paging: 'x86-64' | 'pae' | '32-bit';
  /** Levels of tables. */
  readonly levels: 2 | 3 | 4;
  /** Bytes of an entry, and how many bits of an address choose one: a table is a frame. */
  readonly entryBytes: 4 | 8;
  readonly indexBits: 9 | 10;
  /** The direct map's first address, halves, and as the scenario language has it. */
  readonly directHi: number;
  readonly directLo: number;
  readonly direct: string;
  /** First entry of the root that belongs to the kernel. */
  readonly kernelIndex: number;
  /** A 32-bit kernel writes an entry of 8 bytes as two stores. */
  readonly halves: boolean;
  /** What an entry of the root holds beside the frame: in PAE mode all other bits are reserved. */
  readonly rootFlags: number;
  /** Where programs have their regions: first addresses. */
  readonly text: number;
  readonly heap: number;
  readonly mapped: number;
}

/** An entry that names a table, as Linux has it: _PAGE_TABLE. */
export const TABLE = P | W | U | A | D;

export const LAYOUTS: Readonly<Record<Layout['paging'], Layout>> = {
  'x86-64': {
    paging: 'x86-64',
    levels: 4,
    entryBytes: 8,
    indexBits: 9,
    directHi: 0xffff8100 | 0,
    directLo: 0,
    direct: '0xffff_8100_0000_0000',
    kernelIndex: 256,
    halves: false,
    rootFlags: TABLE,
    text: 0x40_0000,
    heap: 0x1000_0000,
    mapped: 0x7f00_0000_0000,
  },
  pae: {
    paging: 'pae',
    levels: 3,
    entryBytes: 8,
    indexBits: 9,
    directHi: 0,
    directLo: 0xc000_0000 | 0,
    direct: '0xc000_0000',
    kernelIndex: 3,
    halves: true,
    rootFlags: P,
    text: 0x0804_8000,
    heap: 0x1000_0000,
    mapped: 0x8000_0000,
  },
  '32-bit': {
    paging: '32-bit',
    levels: 2,
    entryBytes: 4,
    indexBits: 10,
    directHi: 0,
    directLo: 0xc000_0000 | 0,
    direct: '0xc000_0000',
    kernelIndex: 768,
    halves: false,
    rootFlags: TABLE,
    text: 0x0804_8000,
    heap: 0x1000_0000,
    mapped: 0x8000_0000,
  },
};

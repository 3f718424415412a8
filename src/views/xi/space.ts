/** Entries of a shadow page table, and bytes of a page: real size (sheet 4.2). */
export const ENTRIES = 512;
export const PAGE_BYTES = 4096;

/** What stands beside one shadow entry, in bytes (sheet 7): the entry, its place in the snapshot, its backlink. */
export const SPTE_BYTES = 8;
export const SNAPSHOT_BYTES = 8;
export const BACKLINK_BYTES = 16;

/** A kit: what is taken from the pool to make one shadow table. */
export const KIT_PARTS = [
  { name: 'shadow table', pages: 1, letter: 'T' },
  { name: 'snapshot', pages: 1, letter: 'S' },
  { name: 'backlinks', pages: 2, letter: 'B' },
] as const;
export const KIT_PAGES = 4;

/** What a domain sets aside, and how far it goes. */
export interface Reservation {
  /** Memory of the domain, in pages. */
  readonly memory: number;
  /** Pages set aside: the share, rounded down. */
  readonly pages: number;
  /** Kits they hold: a quarter, rounded down. */
  readonly kits: number;
  readonly bytes: number;
  /** How often these kits, all used as leaf tables, could map all memory of the domain. */
  readonly coverage: number;
}

const MIB = 2 ** 20;

/**
 * The reservation of a domain (sheet 5.1): `share` of its memory, in kits of four pages.
 * @param mib memory of the domain in MiB
 * @param share from 0 to 1; 0.05 is what the source names
 */
export function reservation(mib: number, share: number): Reservation {
  const memory = (mib * MIB) / PAGE_BYTES;
  const pages = Math.floor(share * memory + 1e-9);
  const kits = Math.floor(pages / KIT_PAGES);
  return {
    memory,
    pages,
    kits,
    bytes: kits * KIT_PAGES * PAGE_BYTES,
    coverage: memory === 0 ? 0 : (kits * ENTRIES) / memory,
  };
}

/** What else the same pages could be made into. */
export interface OtherKit {
  readonly name: string;
  readonly says: string;
  /** Pages for one shadow table. */
  readonly pages: number;
  readonly tables: number;
}

/**
 * The same number of pages, with less in a kit (sheet 7).
 * @param pages set aside
 * @param attached share of the tables that have a snapshot, where snapshots come from a pool of their own: 0 to 1
 */
export function otherKits(pages: number, attached: number): readonly OtherKit[] {
  const of = (name: string, each: number, says: string): OtherKit => ({
    name,
    says,
    pages: each,
    tables: Math.floor(pages / each + 1e-9),
  });
  return [
    of(
      'XI’s kit',
      KIT_PAGES,
      'Table, snapshot, two pages of backlinks: nothing else to look for in a fault.',
    ),
    of(
      'snapshots on demand',
      KIT_PAGES - 1 + attached,
      'Snapshots come from a pool of their own: only tables that are being changed have one.',
    ),
    of('no backlinks', 2, 'Table and snapshot: whoever maps a page must be searched for.'),
    of('neither', 1, 'The table alone.'),
  ];
}

/** Memory sizes that sliders and plots go through, in MiB: 64 MiB to 16 GiB. */
export const MEMORY_MIB: readonly number[] = Array.from({ length: 9 }, (_, i) => 64 * 2 ** i);

/**
 * Bytes that Xen's later default sets aside (libxl__get_required_paging_memory): 256 pages for each vCPU, and for each MiB one page
 * for the p2m and one for shadows. Another design, as a yardstick.
 */
export const laterXenBytes = (mib: number, vcpus: number): number => (256 * vcpus + 2 * mib) * PAGE_BYTES;

/** `12.8 MiB`, `400 KiB`, `24 bytes`: three digits that matter. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1).replace(/\.0$/, '')} ${units[unit]}`;
}

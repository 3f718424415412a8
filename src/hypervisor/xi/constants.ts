/** Entries of the largest shadow table: a slot (a place in an SPT, and the backlink beside it) is kit * 512 + index. */
export const MOST_ENTRIES = 512;
/** Pages of a kit: the shadow page table, its snapshot, two pages of backlinks (sheet 4.2). */
export const KIT_PAGES = 4;
/** Bytes of a backlink: two words, `prev` and `next` (sheet 4.3). */
export const BACKLINK_BYTES = 16;
export const BACKLINKS_PER_PAGE = 4096 / BACKLINK_BYTES;

/** What an SPTE is, in its bits 9 and 10, which the processor ignores. */
export const SPTE_PAGE = 1 << 9;
export const SPTE_TABLE = 1 << 10;

/** What an SPTE leads to, as events and captions say it. */
export const TO_NOTHING = 0;
export const TO_PAGE = 1;
export const TO_LARGE = 2;
export const TO_TABLE = 3;

/** Whose chain a backlink is in. */
export const CHAIN_NONE = 0;
/** The guest page that the SPTE maps (of a large page: its first). */
export const CHAIN_PAGE = 1;
/** The SPTI that the SPTE points to. */
export const CHAIN_PARENTS = 2;

/** Shapes of guests, as a kit's row holds them. */
export const SHAPES = ['32', 'pae', '64'] as const;
export type ShapeName = (typeof SHAPES)[number];

/** The quadrant of an SPTI with no guest table behind it (a divided large page). */
export const NO_QUADRANT = 4;

/** Why an operation holds on to a kit that is not on the walk path: places among a vCPU's holds. */
export const RESYNCING = 0;
export const MAKING = 1;
export const DIVIDING = 2;
export const PIECES = 3;

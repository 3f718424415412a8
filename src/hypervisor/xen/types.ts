/** Shadow types by number, as Xen's private.h has them since the snapshot patch (sheet 1.2). */
export const SH_NONE = 0;
export const SH_L1_32 = 1;
export const SH_FL1_32 = 2;
export const SH_L2_32 = 3;
export const SH_L1_PAE = 4;
export const SH_FL1_PAE = 5;
export const SH_L2_PAE = 6;
export const SH_L2H_PAE = 7;
export const SH_L1_64 = 8;
export const SH_FL1_64 = 9;
export const SH_L2_64 = 10;
export const SH_L2H_64 = 11;
export const SH_L3_64 = 12;
export const SH_L4_64 = 13;
export const SH_P2M_TABLE = 14;
export const SH_MONITOR_TABLE = 15;
export const SH_OOS_SNAPSHOT = 16;
export const SH_MAX_SHADOW = SH_L4_64;

const NAMES = [
  'none',
  'l1_32',
  'fl1_32',
  'l2_32',
  'l1_pae',
  'fl1_pae',
  'l2_pae',
  'l2h_pae',
  'l1_64',
  'fl1_64',
  'l2_64',
  'l2h_64',
  'l3_64',
  'l4_64',
  'p2m_table',
  'monitor_table',
  'oos_snapshot',
] as const;

const LEVELS = [0, 1, 1, 2, 1, 1, 2, 2, 1, 1, 2, 2, 3, 4, 0, 0, 0] as const;

export const typeName = (type: number): string => NAMES[type] ?? `type ${type}`;

/** Level of the entries of a shadow of this type; 0 for pages that are not shadows. */
export const levelOfType = (type: number): number => LEVELS[type] ?? 0;

/** A splintered superpage: its backpointer is a GFN, no guest page stands behind it. */
export const isFl1 = (type: number): boolean =>
  type === SH_FL1_32 || type === SH_FL1_PAE || type === SH_FL1_64;

export const L1_TYPES: readonly number[] = [SH_L1_32, SH_L1_PAE, SH_L1_64];

export const isL1 = (type: number): boolean => type === SH_L1_32 || type === SH_L1_PAE || type === SH_L1_64;

/** Shadows of a 64-bit guest's tables. */
export const is64 = (type: number): boolean => type >= SH_L1_64 && type <= SH_L4_64;

/** L1 or splintered superpage: what a search for writable mappings looks into. */
export const mapsPages = (type: number): boolean => isL1(type) || isFl1(type);

/** Types that can point at a shadow of this type, as bits (hash_foreach's masks in sh_remove_shadows). */
export function parentTypes(type: number): number {
  switch (type) {
    case SH_L1_32:
      return 1 << SH_L2_32;
    case SH_L1_PAE:
      return (1 << SH_L2_PAE) | (1 << SH_L2H_PAE);
    case SH_L1_64:
      return (1 << SH_L2_64) | (1 << SH_L2H_64);
    case SH_L2_64:
    case SH_L2H_64:
      return 1 << SH_L3_64;
    case SH_L3_64:
      return 1 << SH_L4_64;
    default:
      return 0;
  }
}

/** Types whose guest tables have 32-bit entries, and those whose have 64-bit ones, as bits of shadow_flags (SHF_32). */
export const SHF_32 = (1 << SH_L1_32) | (1 << SH_L2_32);

/** count_info: the page has at least one shadow (bit 29). */
export const PGC_PAGE_TABLE = 1 << 29;
/** shadow_flags beside the bits 1 << type: the guest may hold writable mappings; the shadow may differ from the page. */
export const SHF_OOS_MAY_WRITE = 1 << 29;
export const SHF_OUT_OF_SYNC = 1 << 30;
/** The type bits of shadow_flags. */
export const SHF_TYPES = (1 << (SH_MAX_SHADOW + 1)) - 2;
export const SHF_L1_ANY = (1 << SH_L1_32) | (1 << SH_L1_PAE) | (1 << SH_L1_64);

/** p2m types. Zero in the table means "as by default", so they start at 1. */
export const P2M_INVALID = 1;
export const P2M_RAM_RW = 2;
export const P2M_RAM_RO = 3;
export const P2M_MMIO_DM = 4;
export const P2M_MMIO_DIRECT = 5;
export const P2M_RAM_LOGDIRTY = 6;

const P2M_NAMES = ['', 'invalid', 'ram_rw', 'ram_ro', 'mmio_dm', 'mmio_direct', 'ram_logdirty'] as const;

/** The p2m type of that name, or -1. */
export const p2mTypeNamed = (name: string): number =>
  name === '' ? -1 : (P2M_NAMES as readonly string[]).indexOf(name);

export const P2M_TYPE_NAMES: readonly string[] = P2M_NAMES.slice(1);

export const isRam = (type: number): boolean =>
  type === P2M_RAM_RW || type === P2M_RAM_RO || type === P2M_RAM_LOGDIRTY;

/** Fetch types: why an entry is derived (sheet 2.6.1). */
export const FT_PREFETCH = 0;
export const FT_DEMAND_READ = 1;
export const FT_DEMAND_WRITE = 2;

/** Results of set_lNe, as bits. */
export const SHADOW_SET_CHANGED = 1;
export const SHADOW_SET_FLUSH = 2;
export const SHADOW_SET_ERROR = 4;

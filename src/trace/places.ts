/** Places of a page's history beside its 512 entries. */
export const LIFE = { unsync: 1024, root: 1025, touched: 1026, synced: 1027 } as const;
/** Of a guest table's, beside its entries. */
export const GUEST = { touched: 1024 } as const;
/** Of a lane's: what it does, and its top table (one more than its number, 0 unknown). */
export const LANE = { mode: 0, top: 1, exit: 2 } as const;
export const MODE = { unknown: 0, guest: 1, kvm: 2 } as const;
/** The upper half of an entry that stands for device memory; no entry of a processor has this bit. */
export const MMIO_HI = 0x4000_0000;

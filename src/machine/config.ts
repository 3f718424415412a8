/** What one simulated machine is made of. All of it is fixed for a run. */
export interface MachineConfig {
  readonly vcpus: number;
  /** Guest-physical frames of RAM: gfn 0 to guestFrames - 1. */
  readonly guestFrames: number;
  /** Machine frames in all: the guest's (0 to guestFrames - 1 unless a p2m says otherwise), then the hypervisor's own. */
  readonly machineFrames: number;
  /** Physical address bits: entry bits from here to 51 are reserved. Real: 40 in the recordings. */
  readonly maxPhysicalBits: number;
  /** 1 GiB pages are supported (CPUID.PDPE1GB). */
  readonly pdpe1gb: boolean;
  /** Bits of a table index in the 4-level mode: 9 on real machines; fewer is a teaching geometry, announced on stage. */
  readonly indexBits: number;
  /** Levels of the 4-level mode's tables in a teaching geometry: 2 to 4. 4 if not said. */
  readonly levels?: number;
  /** Entries of each vCPU's TLB; 0 means every access walks. A power of two times four (sets of four ways), or 0. */
  readonly tlbEntries: number;
  /** Stores a vCPU's buffer holds; 0 means stores reach memory at once. */
  readonly storeBufferDepth: number;
  /** Data frames with computed contents: the first word of frame first+i is value+i. */
  readonly stamp?: {
    readonly firstFrame: number;
    readonly frames: number;
    readonly first: number;
    readonly lastByte: number;
    /** More than the first word: `words` words of 1 or 2 cells, each frame and word some more than the one before. */
    readonly grid?: {
      readonly words: number;
      readonly wordCells: 1 | 2;
      readonly perFrame: number;
      readonly perWord: number;
      /** One more cell of every frame, by its place (0 to 1,023). */
      readonly extra?: { readonly cell: number; readonly value: number };
    };
  };
}

export const REAL_GEOMETRY = {
  maxPhysicalBits: 40,
  pdpe1gb: true,
  indexBits: 9,
  tlbEntries: 64,
  storeBufferDepth: 0,
} as const;

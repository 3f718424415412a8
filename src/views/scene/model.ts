import type { EntityId } from './entity';

/** One column of the scene: a level of the guest's paging mode, or memory at the end of every walk. */
export type ColumnKey = 'L4' | 'L3' | 'L2' | 'L1' | 'mem';

export interface ColumnModel {
  readonly key: ColumnKey;
  /** 4 to 1; 0 for memory. */
  readonly level: number;
  readonly title: string;
  /** `bits 47–39`, or what the column holds. */
  readonly sub: string;
}

/** The address being translated, split the way the walker splits it. */
export interface StripModel {
  /** `read`, `write`, `fetch`. */
  readonly access: string;
  /** Who walks: `vCPU 1`, or `vCPU 1 (software walk)`. */
  readonly who: string;
  readonly address: string;
  readonly chips: readonly StripChip[];
}

export interface StripChip {
  readonly column: ColumnKey;
  /** Three hex digits: the index at this level, or the page offset. */
  readonly text: string;
  readonly state: 'idle' | 'done' | 'active';
}

/**
 * What is worth saying about one entry beyond its 64 bits. Entries without a note are just decoded.
 * Several may hold at once; the scene draws the strongest (wrong, changed, stale, reading, path).
 */
export interface EntryNote {
  /** On the path of the walk in progress, or the very entry being read in this beat. */
  readonly walk?: 'path' | 'reading';
  /** Written in this beat; `was` is the value before, halves. */
  readonly changed?: boolean;
  readonly was?: { readonly hi: number; readonly lo: number };
  /** Differs from what it was derived from, or from what was derived from it. */
  readonly stale?: boolean;
  /** It leads to a table that may differ from the guest's. */
  readonly below?: boolean;
  /** The invariant it breaks, in words. */
  readonly wrong?: string;
  /** Written in place of the target where the bits alone do not say it, at most five letters: `stale`, `gnp`, `mmio`. */
  readonly says?: string;
  /** Its bits are no rights (a magic entry): no marks are drawn. */
  readonly blank?: boolean;
}

/** A guest table or a shadow table, with all its entries in the processor's own layout. */
export interface TableModel {
  readonly id: EntityId;
  readonly side: 'guest' | 'shadow';
  readonly column: ColumnKey;
  readonly level: number;
  /** Machine frame it lies in. */
  readonly frame: number;
  /** `PML4`, `PT`, `l1_64`. */
  readonly name: string;
  /** `0x02e`, `s084`, `s084×2` for a shadow of two pages. */
  readonly frameName: string;
  /** How many pages it has, in a row from `frame`: entries are counted through them. One if it is not said. */
  readonly pages?: number;
  /** Entries it has (512, or fewer in a teaching geometry), each `stride` cells of `words`, low half first. */
  readonly capacity: number;
  readonly stride: 1 | 2;
  readonly words: Int32Array;
  /** Indices of entries that are not zero, ascending. */
  readonly used: readonly number[];
  readonly notes: ReadonlyMap<number, EntryNote>;
  /** Entries that are not zero but stand for nothing (known-absent magic), with what they say: no rows of their own. */
  readonly hollow: ReadonlyMap<number, string>;
  /** Entries that play a part anywhere in this run: shown before others, so that rows do not come and go from step to step. */
  readonly cast: ReadonlySet<number>;
  /** The guest may write it freely: its shadow may differ. */
  readonly outOfSync: boolean;
  /** For a shadow: the guest table it stands for; undefined for a splintered large page. */
  readonly backs?: EntityId;
  /** For a shadow: how many upper entries, CR3s and pins hold it. */
  readonly refcount?: number;
  /** For a shadow: its entries have bits of the design's own. */
  readonly format?: 'kvm' | 'ept';
  /** For a shadow: who holds it, as sayings; else what Xen counts is said. */
  readonly holds?: readonly string[];
  /** For a shadow: the upper entry it remembers as the first that pointed at it; undefined if it remembers none. */
  readonly up?: EntityId;
  /** For a shadow of a kind that can be pinned: it remembers no entry; whether it is pinned now. */
  readonly pinned?: boolean;
  /** vCPUs whose next search begins in this table, because their last one found something here. */
  readonly remembered?: readonly number[];
  /** It was destroyed in this beat: what it was, for the last time. */
  readonly gone?: boolean;
  /** Short marks beside the name: which vCPU's CR3 points here (`v0`). */
  readonly tags: readonly string[];
  /** Its place in the column: by the address it maps, then by frame. */
  readonly order: number;
  /** Created in this beat, or holding an entry that matters now: kept when a column is too full for all. */
  readonly hot: boolean;
  readonly fresh: boolean;
  /** It belongs to the kernel's own view of memory: shown, but after everything else. */
  readonly scenery: boolean;
}

/** A frame in the memory column. */
export interface FrameModel {
  readonly id: EntityId;
  readonly frame: number;
  readonly frameName: string;
  /** `data`, `page table`, `device`. */
  readonly role: string;
  /** For page tables: whether the guest may write it. */
  readonly access: 'none' | 'read-only' | 'writable';
  readonly state: 'idle' | 'reading' | 'changed' | 'wrong' | 'touched';
  /** How much it deserves a place when there is none for all: entries that matter point at it. */
  readonly weight: number;
  readonly order: number;
}

/** One item of the penumbra that stands between a guest table and its shadow: in Xen's design, a snapshot in a slot. */
export interface PenumbraItem {
  readonly id: EntityId;
  /** Its rows are entries in a format of their own. */
  readonly format?: 'ept';
  /** The guest table it belongs to, and its shadow. */
  readonly guest: EntityId;
  readonly shadow?: EntityId;
  readonly column: ColumnKey;
  /** `snapshot`, `unsync`. */
  readonly name: string;
  /** `slot 1`. */
  readonly place: string;
  /** Whose it is: `vCPU 1`. */
  readonly owner: string;
  /** Sorts items: owner, then slot. */
  readonly order: number;
  /** Where it was when the beat began, if it changed places. */
  readonly wasOrder?: number;
  /** The lines in it: entries that differ now, with what it holds for them. */
  readonly rows: readonly PenumbraRow[];
  /** How many differ in all, and of how many that the shadow holds. */
  readonly differs: number;
  readonly present: number;
  /** Said in place of a row when no entry is to be shown. */
  readonly says: string;
  readonly state: 'idle' | 'changed' | 'wrong';
  /** Nothing is said by it: shown only while its table, its shadow or an entry of them is in focus. */
  readonly quiet?: boolean;
}

export interface PenumbraRow {
  readonly id: EntityId;
  readonly index: number;
  readonly lo: number;
  readonly hi: number;
  readonly note: EntryNote;
}

/** A remembered writable mapping of an out-of-sync table, or a free place for one; in KVM, an spte that a reverse map names. */
export interface FixupModel {
  readonly id: EntityId;
  /** Undefined while the place is free. */
  readonly holds?: { readonly text: string; readonly entry: EntityId };
  /** Where it is kept, if not beside the table: `v0 place 91`. */
  readonly place?: string;
  /** What a screen reader says, where it is no fixup. */
  readonly said?: string;
  readonly state: 'idle' | 'changed';
}

export interface FixupGroup {
  readonly guest: EntityId;
  readonly title: string;
  /** For a narrow column; `Fixups` if not said. */
  readonly brief?: string;
  readonly items: readonly FixupModel[];
}

/** Entries that are linked one to the next, from a head: who maps a frame, or who points to a shadow. */
export interface ChainModel {
  /** Where the head is kept: a frame in memory, or a shadow. */
  readonly of: EntityId;
  /** The same page under another name: a frame that is a page table. */
  readonly also?: EntityId;
  /** `chain of 0x014`. */
  readonly name: string;
  /** From the head on. */
  readonly links: readonly EntityId[];
  /** It was walked in this beat: drawn without being asked for. */
  readonly walked?: boolean;
}

/** Translation: from an entry to what it points at. */
export interface LinkModel {
  readonly id: string;
  readonly side: 'guest' | 'shadow';
  readonly from: EntityId;
  readonly to: EntityId;
  /** `walk`: the token goes along it; `drift`: present on one side only, or to another target; `wrong`: breaks an invariant. */
  readonly state: 'idle' | 'walk' | 'drift' | 'wrong';
}

/** Derivation: a guest table, what stands between, its shadow. */
export interface DerivationModel {
  readonly guest: EntityId;
  readonly through?: EntityId;
  readonly shadow: EntityId;
  readonly drift: boolean;
}

/** Words of the penumbra band. */
export interface PenumbraModel {
  readonly sub: string;
  /** What would be touched and at what cost; each as one or more sayings, the longest that fits is taken. */
  readonly headline: readonly string[];
  readonly detail: readonly string[];
}

/** Something that happens within the beat that is on stage. Times are not in it: `timeline` gives each its share. */
export type Motion =
  /** The token goes from an entry to what it points at; where `from` is missing it appears there. */
  | { readonly kind: 'travel'; readonly from?: EntityId; readonly to: EntityId }
  /** An entry is read: it lights up. */
  | { readonly kind: 'read'; readonly at: EntityId }
  /** An entry, item or frame gets a new value. */
  | { readonly kind: 'change'; readonly at: EntityId }
  /** Entries read one after the other, with a running count. */
  | {
      readonly kind: 'search';
      readonly reads: readonly EntityId[];
      readonly hits: readonly EntityId[];
      readonly word: string;
      /** How many were read before this beat in the same search: the count goes on from there. */
      readonly before?: number;
      /** By which means, in a word or two: `direct-map guess`. */
      readonly means?: string;
    }
  /** Entries of a table compared one after the other; only those that differ light up. */
  | {
      readonly kind: 'compare';
      readonly table: EntityId;
      readonly all: readonly EntityId[];
      readonly differ: readonly EntityId[];
    }
  /** Items of the penumbra change places, all at the same time. */
  | { readonly kind: 'swap'; readonly items: readonly EntityId[] }
  | { readonly kind: 'appear'; readonly at: EntityId }
  | { readonly kind: 'vanish'; readonly at: EntityId };

/** A broken invariant: its short name and the sentence. */
export interface Wrong {
  readonly invariant: string;
  readonly says: string;
}

/** The way back from a frame to every entry that maps it, where a design keeps one. */
export interface ReverseModel {
  readonly from: readonly EntityId[];
  /** How it is kept, as sayings, the longest first. */
  readonly says: readonly string[];
}

/** Everything the scene shows at one moment, as plain data: the same cursor gives an equal model. */
export interface SceneModel {
  /** Hex digits of the machine's highest frame, at least 3: rows keep their width while frames come and go. */
  readonly frameDigits: number;
  /** No page table is in use, and the programs' words have names: what there is to see is processors, buffers and memory. */
  readonly flat?: boolean;
  /** The machine has store buffers: they get a strip of the penumbra. */
  readonly buffered?: boolean;
  readonly columns: readonly ColumnModel[];
  readonly strip: StripModel | undefined;
  readonly tables: readonly TableModel[];
  readonly frames: readonly FrameModel[];
  readonly penumbra: readonly PenumbraItem[];
  readonly penumbraWords: PenumbraModel | undefined;
  readonly fixups: readonly FixupGroup[];
  readonly fixupNote: string;
  readonly links: readonly LinkModel[];
  /** For designs that keep some. */
  readonly chains?: readonly ChainModel[];
  readonly derivations: readonly DerivationModel[];
  /** What the lower half is called, if not `SHADOW`. */
  readonly below?: string | undefined;
  /** There is no lower half, only a foot with `shadowNote`. */
  readonly alone?: boolean | undefined;
  /** Said in the shadow's half when there is no shadow at all. */
  readonly shadowNote: string;
  /** Said when the geometry is not the one that everybody knows: sayings, of which the longest that fits is taken. */
  readonly announce: readonly string[];
  readonly motions: readonly Motion[];
  /** Reverse maps, by the frame or table they are of. */
  readonly reverse?: ReadonlyMap<EntityId, ReverseModel> | undefined;
  /** Entities named by an invariant that is broken now. */
  readonly wrong: ReadonlyMap<EntityId, Wrong>;
}

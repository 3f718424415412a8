import type { LoggedEvent } from '../../../kernel';
import type { EntityId } from '../entity';
import type {
  ChainModel,
  DerivationModel,
  EntryNote,
  FixupGroup,
  FrameModel,
  Motion,
  PenumbraItem,
  PenumbraModel,
  ReverseModel,
} from '../model';
import type { Moment } from '../read/moment';

/** A table of the hypervisor's own, before it becomes a card. */
export interface ShadowFacts {
  readonly frame: number;
  readonly level: number;
  /** Pages it takes, in a row; one if it is not said. */
  readonly pages?: number;
  /** Entries it has, if not those of a table of the guest's mode on each page. */
  readonly entries?: number;
  /** `l1_64`. */
  readonly name: string;
  /** Guest frame of the table it stands for; -1 where there is none (a splintered large page). */
  readonly backs: number;
  /** How many hold it; undefined for what is not counted. */
  readonly refcount?: number;
  /** The upper entry it remembers; whether it is pinned, for kinds that can be; see TableModel. */
  readonly up?: EntityId;
  readonly pinned?: boolean;
  readonly remembered?: readonly number[];
  readonly gone?: boolean;
  readonly loadedBy: readonly number[];
  readonly fresh: boolean;
  /** Its entries have bits of the design's own, which are decoded as such. */
  readonly format?: 'kvm' | 'ept';
  /** It may differ from the guest's table; if it is not said, whether the design calls the table out of sync. */
  readonly outOfSync?: boolean;
  /** Who holds it, as sayings, the longest first: said where it is in focus, in place of what Xen counts. */
  readonly holds?: readonly string[];
  /** What an entry says that its bits do not: undefined for ordinary entries. */
  readonly says: (hi: number, lo: number) => string | undefined;
  /** Entries that stand for nothing and are shown only when they matter (known-absent magic). */
  readonly hollow: (hi: number, lo: number) => boolean;
}

/** What a design adds to the guest's tables and memory: the shadow's half and what stands between. */
export interface DesignFacts {
  readonly shadows: readonly ShadowFacts[];
  readonly derivations: readonly DerivationModel[];
  readonly penumbra: readonly PenumbraItem[];
  readonly words: PenumbraModel | undefined;
  readonly fixups: readonly FixupGroup[];
  readonly fixupNote: string;
  readonly chains?: readonly ChainModel[];
  /** Notes on entries, guest's or shadow's, by entity. */
  readonly notes: ReadonlyMap<EntityId, EntryNote>;
  /** Guest tables that may differ from their shadow. */
  readonly outOfSync: ReadonlySet<number>;
  /** What the guest may do to a page table, where the hypervisor has a say in it. */
  readonly access: (frame: number) => FrameModel['access'];
  /** What a frame of the memory column is, if it is neither data nor a table (`device`). */
  readonly role?: (frame: number) => string | undefined;
  /** The reverse maps of frames and tables on stage, for designs that keep them. */
  readonly reverse?: (
    things: readonly { readonly id: EntityId; readonly frame: number }[],
  ) => ReadonlyMap<EntityId, ReverseModel>;
  /** What is special about the shadows of this guest's mode: sayings, the longest first. */
  readonly announce?: readonly string[];
  /** What the lower half is called, if not `SHADOW`. */
  readonly below?: string;
  /** Nothing will ever stand in the lower half: it is left out, all but a foot with the note. */
  readonly alone?: boolean;
  /** Said in the lower half when there is nothing to show there. */
  readonly note: string;
}

/**
 * How one design is put on stage. It reads the design's accessors and the beat's events; a design without a source of its
 * own is shown as its guest alone.
 */
export interface SceneSource {
  readonly design: string;
  readonly facts: (moment: Moment) => DesignFacts;
  /** What an event of the design looks like in motion; undefined if it does not move anything. */
  readonly motion: (event: LoggedEvent, moment: Moment) => Motion | Motion[] | undefined;
}

import type { EntityId } from './entity';
import type { Metrics } from './metrics';
import type { ColumnModel, FixupModel, FrameModel, LinkModel, PenumbraItem, TableModel } from './model';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly w: number;
  readonly h: number;
}

/** A line of a card: an entry, or a fold that says what is not shown. */
export type RowLayout =
  | { readonly kind: 'entry'; readonly id: EntityId; readonly index: number; readonly rect: Rect }
  | { readonly kind: 'fold'; readonly text: string; readonly rect: Rect };

export interface CardLayout {
  readonly table: TableModel;
  readonly rect: Rect;
  readonly rows: readonly RowLayout[];
  /** The title line, with the minimap below it. */
  readonly minimap: Rect;
}

/** Tables a column has no room for. */
export interface StackLayout {
  readonly rect: Rect;
  readonly text: string;
  readonly tables: readonly EntityId[];
}

export interface FrameLayout {
  readonly frame: FrameModel;
  readonly rect: Rect;
}

export interface PenumbraLayout {
  readonly item: PenumbraItem;
  readonly rect: Rect;
  /** Where it came from, when it changed places in this beat. */
  readonly from?: Rect;
  readonly rows: readonly { readonly row: PenumbraItem['rows'][number]; readonly rect: Rect }[];
  /** Room for the name beside the place. */
  readonly brief: boolean;
}

export interface FixupLayout {
  readonly title: { readonly text: string; readonly at: Point } | undefined;
  readonly items: readonly { readonly fixup: FixupModel; readonly rect: Rect }[];
}

/** A cubic curve by its four points. */
export interface Curve {
  readonly a: Point;
  readonly b: Point;
  readonly c: Point;
  readonly d: Point;
}

export interface LinkLayout {
  readonly link: LinkModel;
  readonly curve: Curve;
}

/** From the shadow in focus up to an entry that holds it. */
export interface ReferenceLayout {
  readonly from: EntityId;
  readonly up: boolean;
  readonly curve: Curve;
}

/** A few words at the foot of the card in focus. */
export interface TagLayout {
  readonly text: string;
  readonly rect: Rect;
}

/** From a guest table down to its shadow, through what stands between. */
export interface DerivationLayout {
  readonly id: string;
  readonly curves: readonly Curve[];
  readonly drift: boolean;
}

/** A piece of free text with the room it has been given. */
export interface TextLayout {
  readonly text: string;
  readonly rect: Rect;
  readonly role: 'label' | 'quiet' | 'headline' | 'detail' | 'note';
  readonly zone: 'guest' | 'penumbra' | 'shadow';
}

export interface ColumnLayout {
  readonly column: ColumnModel;
  readonly x: number;
  readonly w: number;
  /** The bit range, where it fits beside the title. */
  readonly sub: string;
}

export interface StripLayout {
  readonly words: TextLayout | undefined;
  readonly chips: readonly {
    readonly column: ColumnModel['key'];
    readonly text: string;
    readonly rect: Rect;
    readonly state: 'idle' | 'done' | 'active';
  }[];
}

export interface SceneLayout {
  readonly m: Metrics;
  readonly size: { readonly w: number; readonly h: number };
  readonly band: { readonly top: number; readonly horizon: number };
  /** Where the store buffers stand, if the machine has any. */
  readonly buffers?: Rect | undefined;
  /** Where memory and TLBs stand, if there is no lower half. */
  readonly beneath?: Rect | undefined;
  readonly columns: readonly ColumnLayout[];
  /** Whether only some of the columns are shown, and tabs are needed to reach the others. */
  readonly tabs: boolean;
  readonly strip: StripLayout;
  readonly cards: readonly CardLayout[];
  readonly stacks: readonly StackLayout[];
  readonly frames: readonly FrameLayout[];
  readonly penumbra: readonly PenumbraLayout[];
  readonly fixups: readonly FixupLayout[];
  readonly links: readonly LinkLayout[];
  readonly derivations: readonly DerivationLayout[];
  /** Who holds the shadow in focus; nothing while none is. */
  readonly references: readonly ReferenceLayout[];
  readonly tag: TagLayout | undefined;
  readonly texts: readonly TextLayout[];
  /** Room for the key to the marks, where there is some. */
  readonly legend: Rect | undefined;
  /** Where each visible entity is. Ask `placeOf`, which also knows where folded entries are. */
  readonly places: ReadonlyMap<EntityId, Rect>;
}

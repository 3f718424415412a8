import type { Sources } from '../opening';
import type { Session } from '../session';

export type CommandGroup = 'Move' | 'Play' | 'Run' | 'Switches' | 'Scenario' | 'Look' | 'Ask' | 'Pages';

/**
 * One change a person can make. Keys, menus, the palette and end-to-end tests all go through this list; nothing else
 * changes the session.
 */
export interface Command {
  /** Stable: `beat-forward`, `switch:snapshots`, `open:drift`. */
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** Chords, the first one is shown: `ArrowRight`, `Shift+ArrowRight`, `Mod+k`, `?`. */
  readonly keys?: readonly string[];
  /** Further words the palette finds it by. */
  readonly also?: string;
  readonly enabled?: boolean;
  readonly run: () => void;
}

/** What commands act on. */
export interface CommandContext {
  readonly session: Session;
  readonly sources: Sources;
  /** Actions that need the browser's own dialogs and clipboard; the app provides them. */
  readonly host: Host;
}

/** A file that a person chose or dropped. */
export interface PickedFile {
  readonly name: string;
  readonly text: string;
}

/** What a file is made of. */
export type FileData = string | Uint8Array<ArrayBuffer>;

export interface Host {
  /** The page's address without its fragment, for links. */
  readonly address: () => string;
  /** Puts text on the clipboard; false where the browser does not let the page. */
  readonly copy: (text: string) => Promise<boolean>;
  /** Makes a fragment (`#/1/…`) the page's own, as a new entry of the history: going back leads to what was there before. */
  readonly push: (fragment: string) => void;
  /**
   * Writes a fragment over the page's own, if that begins with `prefix`: no new entry. Returns whether it does, or whether the
   * history is none of this page's.
   */
  readonly amend: (fragment: string, prefix: string) => boolean;
  /** Lets the person choose a file and gives its text. */
  readonly pickFile: () => Promise<PickedFile | undefined>;
  /** Gives the person a file; `type` is its media type, plain text if it is left out. */
  readonly download: (name: string, data: FileData, type?: string) => void;
}

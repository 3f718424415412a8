import { designs } from '../hypervisor';
import { LIBRARY, type LibraryId, libraryEntry } from '../library';
import type { Host } from '../session/commands';
import { laterCommands } from '../session/commands/later';
import { Controls } from '../session/controls';
import type { LibraryEntry, Sources } from '../session/opening';
import { compileText } from '../session/reading';
import { type Platform, Session } from '../session/session';
import { type SameThread, sameThread } from './sameThread';

/** Two vCPUs on bare hardware, each with a walk that succeeds; the second ends in a fault. */
export const TWO_WALKS = `scenario "Two walks"
about "Two processors look addresses up."
design native
paging x86-64, 128 frames
map 0x7f80_8800_3000 -> 0x040 rw user
map 0x7f80_8820_7000 -> 0x045 rw user
vcpu 0
  load 0x7f80_8800_3000
  store 0x7f80_8820_7a30 = 0x1234
vcpu 1
  load 0x7f80_8820_7000
  load 0x7f80_8840_7000
note at vcpu 1 op 0 start "The other processor begins."
`;

/** A frame clock that a test turns by hand. */
export class HandClock {
  time = 0;
  private pending: ((now: number) => void)[] = [];
  readonly now = (): number => this.time;
  readonly request = (callback: (now: number) => void): void => {
    this.pending.push(callback);
  };

  /** Runs the frames asked for, each 16 ms later, until nobody asks or the bound is reached. Returns how many ran. */
  run(most = 10_000): number {
    let frames = 0;
    while (this.pending.length > 0 && frames < most) {
      this.time += 16;
      const now = this.pending;
      this.pending = [];
      for (const callback of now) callback(this.time);
      frames++;
    }
    return frames;
  }
}

/** A storage in memory; `refuse` makes it behave like one that is blocked or full. */
export class MemoryStorage implements Storage {
  private readonly items = new Map<string, string>();
  refuse: string | undefined;

  get length(): number {
    return this.items.size;
  }
  clear(): void {
    this.items.clear();
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    if (this.refuse === 'SecurityError') throw new DOMException('blocked', this.refuse);
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.refuse !== undefined) throw new DOMException('refused', this.refuse);
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

export interface TestSession {
  readonly session: Session;
  readonly controls: Controls;
  readonly sources: Sources;
  readonly clock: HandClock;
  /** Explores when it is told to run. */
  readonly explorer: SameThread;
  readonly storage: MemoryStorage;
  /** Files that were downloaded. */
  readonly files: { readonly name: string; readonly text: string }[];
  /** What was copied, and the fragments that became the page's address. */
  readonly copied: string[];
  readonly pushed: string[];
}

interface TestSessionOptions {
  readonly text?: string;
  /** A scenario of the library instead of a text. */
  readonly library?: LibraryId;
  /** Further scenarios of the library that can be opened, by their own ids. */
  readonly shelf?: readonly LibraryId[];
  readonly storage?: MemoryStorage;
  readonly reducedMotion?: boolean;
  /** What the person chooses when asked for a file. */
  readonly picked?: string;
  /** The browser does not let the page copy. */
  readonly noClipboard?: boolean;
}

export { LIBRARY };

/** A session as the page has it, with a scenario on stage, a clock that is turned by hand and a storage of its own. */
export function testSession({
  library,
  shelf = [],
  text = (library === undefined ? undefined : libraryEntry(library)?.text) ?? TWO_WALKS,
  storage = new MemoryStorage(),
  reducedMotion = false,
  picked,
  noClipboard = false,
}: TestSessionOptions = {}): TestSession {
  const clock = new HandClock();
  const explorer = sameThread();
  const platform: Platform = {
    clock,
    storage: () => storage,
    reducedMotion: () => reducedMotion,
    explorer: () => explorer.worker,
  };
  const entry: LibraryEntry = {
    id: 'first',
    title: 'First',
    topic: 'Beginnings',
    level: 'beginner',
    about: 'An example.',
    design: 'native',
    without: [],
    violates: [],
    text,
  };
  const sources: Sources = {
    compile: compileText,
    library: [entry, ...LIBRARY.filter(({ id }) => shelf.some((one) => one === id))],
    designs: [...designs.values()],
    first: 'first',
  };
  const files: { readonly name: string; readonly text: string }[] = [];
  const copied: string[] = [];
  const pushed: string[] = [];
  const host: Host = {
    pickFile: async () => (picked === undefined ? undefined : { name: 'picked.scenario', text: picked }),
    download: (name, data) =>
      files.push({ name, text: typeof data === 'string' ? data : new TextDecoder().decode(data) }),
    address: () => 'https://example.org/shadowscope/',
    copy: async (content) => {
      if (!noClipboard) copied.push(content);
      return !noClipboard;
    },
    push: (fragment) => pushed.push(fragment),
    amend: (fragment, prefix) => {
      if (pushed.at(-1)?.startsWith(prefix) !== true) return false;
      pushed[pushed.length - 1] = fragment;
      return true;
    },
  };
  const session = new Session(platform);
  const controls = new Controls(session, sources, host);
  controls.furnish(sources, laterCommands);
  controls.execute('open:first');
  return { session, controls, sources, clock, explorer, storage, files, copied, pushed };
}

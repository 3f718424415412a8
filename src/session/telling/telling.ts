import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Run } from '../../engine';
import { parseAnchor } from '../../kernel';
import { encodeLink } from '../../permalink';
import { storyOf } from '../../teach/stories';
import { storyAfter } from '../../teach/stories/path';
import { type Phase, phaseOf } from '../../teach/stories/phases';
import { BEGINNING, type Passage, type Story } from '../../teach/stories/story';
import type { Controls } from '../controls';
import { captureLink } from '../link';
import { openLibrary } from '../opening';
import { pageAddress, STAGE } from '../pages';
import { pause, play } from '../player';
import type { Session } from '../session';
import { type Progress, readProgress, writeProgress } from './progress';

export interface TellingState {
  readonly story: Story | undefined;
  /** Index of the passage that is on show. */
  readonly index: number;
  /** Playing stops by itself where something begins or is decided. */
  readonly stops: boolean;
  /** Why playing stopped where it did. */
  readonly stopped: Phase | 'passage' | undefined;
  readonly progress: Progress;
}

/** Where the stage is, seen from the passage on show. */
export type Whereabouts =
  | { readonly kind: 'here' }
  /** Same run, so many steps before (less than zero) or after the passage's moment. */
  | { readonly kind: 'moved'; readonly steps: number }
  /** Another scenario, another branch, or other switches. */
  | { readonly kind: 'elsewhere' };

/**
 * A story being told. The passage decides what is on stage when somebody goes to it; after that the stage belongs to the
 * person, and the story waits to be returned to. Playing stops at the next passage, and at beats of a new phase.
 */
export class Telling {
  readonly store: StoreApi<TellingState>;
  /** Where the passages' moments lie, by run: looked for at every move otherwise. */
  private readonly places = new WeakMap<Run, Map<string, number>>();

  constructor(private readonly controls: Controls) {
    this.store = createStore<TellingState>()(() => ({
      story: undefined,
      index: 0,
      stops: true,
      stopped: undefined,
      progress: readProgress(controls.session.keeper),
    }));
    controls.session.store.subscribe((now, before) => {
      if (this.state.story === undefined || this.session.led) return;
      if (now.cursor !== before.cursor) this.follow(before.cursor, now.cursor, now.playing);
      else if (now.playing && !before.playing) this.store.setState({ stopped: undefined });
    });
  }

  get state(): TellingState {
    return this.store.getState();
  }

  private get session(): Session {
    return this.controls.session;
  }

  get passage(): Passage | undefined {
    return this.state.story?.passages[this.state.index];
  }

  /** What comes after the story on show. */
  get after(): Story | undefined {
    return this.state.story && storyAfter(this.state.story.id);
  }

  /** Begins a story, at a passage or where it was left. Does nothing when there is no such story. */
  begin(id: string, index?: number): void {
    const story = storyOf(id);
    if (story === undefined) return;
    const read = this.state.progress[id] ?? 0;
    // Read to its end once, it begins anew.
    const at = index ?? (read >= story.passages.length ? 0 : Math.max(0, read - 1));
    const { tabs } = this.session.state;
    this.session.set({
      tabs: { ...tabs, left: 'story', right: 'story', phone: 'stage' },
      editing: false,
      telling: true,
    });
    this.store.setState({ story });
    this.go(at);
  }

  /** Puts the moment of a passage on stage. */
  go(index: number): void {
    const { story } = this.state;
    const passage = story?.passages[index];
    if (story === undefined || passage === undefined) return;
    const before = this.passage;
    this.store.setState({ index, stopped: undefined });
    this.note(story, index);
    this.session.led = true;
    try {
      pause(this.session);
      if (!this.onScene(passage)) {
        if (!openLibrary(this.session, this.controls.sources, passage.scene)) return;
      }
      this.session.set({ page: undefined });
      const to = this.cursorOf(passage);
      // One beat on is shown as what it is, a beat; a jump animates nothing.
      const { run, state } = this.session;
      const near = before?.scene === passage.scene && run?.beatAfter(state.cursor) === to;
      if (near) this.session.travel(to);
      else this.session.jump(to);
      if (!this.amend(story, index)) this.controls.host.push(addressOf(story, index));
    } finally {
      this.session.led = false;
    }
  }

  next(): void {
    this.go(this.state.index + 1);
  }

  back(): void {
    this.go(this.state.index - 1);
  }

  /** To the moment of the passage on show, from wherever the stage is by now. */
  comeBack(): void {
    this.go(this.state.index);
  }

  /** Closes the story. What is on stage stays, under an address of its own, from which going back leads into the story again. */
  leave(): void {
    const { session } = this;
    session.set({ telling: false });
    this.store.setState({ story: undefined, index: 0, stopped: undefined });
    const link = captureLink(session);
    const encoded = link === undefined ? undefined : encodeLink(link);
    this.controls.host.push(encoded?.kind === 'ok' ? encoded.value : STAGE);
  }

  setStops(stops: boolean): void {
    this.store.setState({ stops });
  }

  /** Plays on to the next passage; where that is told of another scenario, goes there. */
  playOn(): void {
    const next = this.state.story?.passages[this.state.index + 1];
    if (next === undefined) return;
    if (!this.onScene(next)) {
      this.next();
      return;
    }
    play(this.session);
  }

  whereabouts(): Whereabouts {
    const { passage } = this;
    if (passage === undefined || !this.onScene(passage)) return { kind: 'elsewhere' };
    const steps = this.session.state.cursor - this.cursorOf(passage);
    return steps === 0 ? { kind: 'here' } : { kind: 'moved', steps };
  }

  private onScene(passage: Passage): boolean {
    const { library, branch, switches } = this.session.state;
    return library === passage.scene && branch === 0 && Object.keys(switches).length === 0;
  }

  /** The moment of a passage in the run on stage, recorded as far as that takes. */
  private cursorOf(passage: Passage): number {
    const { run } = this.session;
    if (run === undefined || passage.at === BEGINNING) return 0;
    const known = this.places.get(run)?.get(passage.at);
    if (known !== undefined) return known;
    const anchor = parseAnchor(passage.at);
    if (anchor.kind === 'error') throw new Error(anchor.error);
    let found = run.find(anchor.value);
    if (!found.exact && run.ending.kind === 'open') {
      run.extend();
      found = run.find(anchor.value);
      run.seek(this.session.state.cursor);
    }
    const places = this.places.get(run) ?? new Map<string, number>();
    this.places.set(run, places.set(passage.at, found.cursor));
    return found.cursor;
  }

  /** The stage has moved: whoever arrives at a passage is at that passage, and playing stops there. */
  private follow(from: number, to: number, playing: boolean): void {
    const { story, index, stops } = this.state;
    const { run } = this.session;
    const passage = this.passage;
    if (story === undefined || run === undefined || passage === undefined || !this.onScene(passage)) return;
    const reached = this.reached(story, from, to, playing);
    if (reached !== undefined && reached !== index) {
      this.store.setState({ index: reached, stopped: 'passage' });
      this.note(story, reached);
      this.amend(story, reached);
      if (playing) pause(this.session);
      return;
    }
    const phase = playing && stops ? newPhase(run, from, to) : undefined;
    this.store.setState({ stopped: phase });
    if (phase !== undefined) pause(this.session);
  }

  /** The passage of this scenario whose moment the cursor has come to; while it plays, or passed. */
  private reached(story: Story, from: number, to: number, playing: boolean): number | undefined {
    const scene = this.passage?.scene;
    const at = story.passages.findIndex((passage) => {
      if (passage.scene !== scene) return false;
      const cursor = this.cursorOf(passage);
      return playing ? cursor > from && cursor <= to : cursor === to;
    });
    return at < 0 ? undefined : at;
  }

  /** One entry of the history for a whole story, however many passages are read. */
  private amend(story: Story, index: number): boolean {
    return this.controls.host.amend(addressOf(story, index), pageAddress('stories', `${story.id}/`));
  }

  private note(story: Story, index: number): void {
    const read = this.state.progress[story.id] ?? 0;
    if (index + 1 <= read) return;
    const progress = { ...this.state.progress, [story.id]: index + 1 };
    this.store.setState({ progress });
    writeProgress(this.session.keeper, progress);
  }
}

const addressOf = (story: Story, index: number): string => pageAddress('stories', `${story.id}/${index + 1}`);

/** A phase that the beat before it was not of: a resync of many entries stops once. */
function newPhase(run: Run, from: number, to: number): Phase | undefined {
  const phase = phaseOf(run, from, to);
  return phase === phaseOf(run, run.beatBefore(from), from) ? undefined : phase;
}

const tellings = new WeakMap<Controls, Telling>();

/** The telling of these controls: there is one. */
export function tellingOf(controls: Controls): Telling {
  const known = tellings.get(controls);
  if (known !== undefined) return known;
  const made = new Telling(controls);
  tellings.set(controls, made);
  return made;
}

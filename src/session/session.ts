import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Run } from '../engine';
import { type BranchRecipe, type LiveRuns, turnOf } from './branching';
import { type Clock, Frames } from './frame';
import { BEAT_MS, Motion } from './motion';
import type { Exploring } from './racing/racing';
import { type Beat, INITIAL, type SessionState } from './state';
import { Keeper } from './storage';

/** What the session needs from outside; a test gives its own. */
export interface Platform {
  readonly clock: Clock;
  readonly storage: () => Storage | undefined;
  readonly reducedMotion: () => boolean;
  /** A thread that explores (racing/worker.ts). */
  readonly explorer: () => Exploring;
}

/** How many steps are recorded at once before the page gets a turn: a few frames' worth. */
const CHUNK = 20_000;

/**
 * What is on stage and what the person chose. The only place that holds live runs; everything that changes it is a command
 * (see commands/), and everybody else reads `store` and `run`.
 */
export class Session {
  readonly store: StoreApi<SessionState> = createStore<SessionState>()(() => INITIAL);
  readonly frames: Frames;
  readonly motion: Motion;
  readonly keeper: Keeper;
  /** How long a beat wants to last at 1×, in milliseconds: whoever draws it knows how much there is to see. */
  pace: (beat: Beat) => number = () => BEAT_MS;
  /** Whoever moves the stage at this moment writes the address too (telling/): it is no new entry by itself. */
  led = false;
  private live: LiveRuns | undefined;
  private nextMessage = 1;
  private readonly recording = (): boolean => this.recordMore();
  private endRecording: (() => void) | undefined;

  constructor(readonly platform: Platform) {
    this.frames = new Frames(platform.clock);
    this.motion = new Motion(this.frames);
    this.keeper = new Keeper(platform.storage);
  }

  get state(): SessionState {
    return this.store.getState();
  }

  set(change: Partial<SessionState>): void {
    this.store.setState(change);
  }

  /** The run on stage, its store at the state's cursor; undefined before the first scenario is open. */
  get run(): Run | undefined {
    return this.live?.run(this.state.branch);
  }

  get runs(): LiveRuns | undefined {
    return this.live;
  }

  say(text: string, tone: 'plain' | 'wrong' = 'plain'): void {
    const rest = this.state.messages.filter((m) => m.text !== text);
    this.set({ messages: [...rest, { id: this.nextMessage++, tone, text }].slice(-4) });
  }

  /** What was said about the moment that is being left. What went wrong stays until it is read away. */
  private forgetSaid(): void {
    const { messages } = this.state;
    if (messages.some((m) => m.tone === 'plain'))
      this.set({ messages: messages.filter((m) => m.tone === 'wrong') });
  }

  dismiss(id: number): void {
    this.set({ messages: this.state.messages.filter((m) => m.id !== id) });
  }

  // ---- runs ----------------------------------------------------------------------------------------------------

  /** Puts other runs on stage, at a cursor of one of them. */
  stage(live: LiveRuns, branch = 0, cursor = 0): void {
    this.stopRecording();
    this.live = live;
    live.run(branch).extend(CHUNK);
    // What is opened wants to be seen; the race finder alone goes on with it.
    const { page } = this.state;
    const shown = page?.name === 'race' ? page : undefined;
    this.set({ branch, playing: false, branches: this.branchInfo(), spec: live.spec, page: shown });
    this.refresh();
    this.jump(cursor);
    this.keepRecording();
  }

  /** Records the rest of the run on stage, a chunk per frame. */
  private keepRecording(): void {
    if (this.run?.ending.kind !== 'open') return;
    this.endRecording = this.frames.begin('recording');
    this.frames.animate(this.recording);
  }

  /** Somebody acts in the past: the run on stage stays, another one leaves it at the cursor and goes on stage. */
  act(actor: number): void {
    const { live } = this;
    if (live === undefined) return;
    const { branch, cursor } = this.state;
    this.follow(turnOf(live, branch, cursor, actor), cursor);
  }

  /** Adds a branch and shows it at a cursor. */
  follow(recipe: BranchRecipe, cursor: number): void {
    const { live } = this;
    if (live === undefined) return;
    const id = live.add(recipe);
    this.set({ branches: this.branchInfo() });
    this.selectBranch(id, cursor);
  }

  selectBranch(id: number, cursor = this.state.cursor): void {
    if (this.live?.branches[id] === undefined) return;
    this.stopRecording();
    this.set({ branch: id, playing: false });
    this.refresh();
    this.jump(cursor);
    this.keepRecording();
  }

  private branchInfo(): SessionState['branches'] {
    return (this.live?.branches ?? []).map(({ recipe, at }, id) => ({
      id,
      parent: recipe?.parent ?? 0,
      at,
      label: recipe?.label ?? 'as written',
    }));
  }

  private refresh(): void {
    const { run } = this;
    if (run === undefined) return;
    this.set({ version: this.state.version + 1, length: run.length, ending: run.ending });
  }

  private recordMore(): boolean {
    const { run } = this;
    if (run === undefined || run.ending.kind !== 'open') return this.stopRecording();
    run.extend(CHUNK / 4);
    run.seek(this.state.cursor);
    // Panels look through the whole run when it has grown: told at every chunk, a long run would cost its square.
    if (run.ending.kind !== 'open' || run.length > 1.25 * this.state.length) this.refresh();
    return run.ending.kind === 'open' || this.stopRecording();
  }

  private stopRecording(): false {
    this.frames.stop(this.recording);
    this.endRecording?.();
    this.endRecording = undefined;
    return false;
  }

  // ---- the cursor ----------------------------------------------------------------------------------------------

  private clamp(cursor: number): number {
    return Math.max(0, Math.min(this.state.length, Math.trunc(cursor)));
  }

  /** Shows a moment without any motion. */
  jump(cursor: number): void {
    const { run } = this;
    if (run === undefined) return;
    const to = this.clamp(cursor);
    this.forgetSaid();
    this.motion.rest();
    run.seek(to);
    this.set({ cursor: to, beat: { from: to === 0 ? 0 : run.beatBefore(to), to } });
  }

  /** Shows the way from the cursor to a later or earlier one: the same picture, backwards at double speed. */
  travel(cursor: number, ended: () => void = () => undefined): void {
    const { run } = this;
    if (run === undefined) return;
    const here = this.state.cursor;
    const to = this.clamp(cursor);
    if (to === here) {
      ended();
      return;
    }
    const backwards = to < here;
    this.forgetSaid();
    run.seek(to);
    this.set({ cursor: to, beat: backwards ? { from: to, to: here } : { from: here, to } });
    const longer = this.beatLasts > 0 ? this.pace(this.state.beat) / BEAT_MS : 0;
    this.motion.start((this.beatLasts * longer) / (backwards ? 2 : 1), backwards, () => {
      // Back at rest, the stage shows the beat that led to where we are.
      if (backwards && this.state.cursor === to)
        this.set({ beat: { from: to === 0 ? 0 : run.beatBefore(to), to } });
      ended();
    });
  }

  /** How long a beat's motion lasts, in milliseconds; 0 when it is not to be shown. */
  get beatLasts(): number {
    return this.state.instant || this.platform.reducedMotion() ? 0 : BEAT_MS / this.state.speed;
  }
}

import { createStore, type StoreApi } from 'zustand/vanilla';
import { assertNever, sentence } from '../../base';
import { OwnThread, type WorkerLike } from '../../session/ownThread';
import type { Explained, Mark, TraceMoment } from '../../trace';
import type { Answers, FromWorker, Opened, Question, ToWorker } from './protocol';

export interface DeskState {
  readonly phase: 'empty' | 'reading' | 'refused' | 'open';
  readonly name: string;
  /** Of reading, 0 to 1. */
  readonly done: number;
  /** Why a file was refused, and what to do. */
  readonly why: string;
  readonly commands: readonly string[];
  readonly opened: Opened | undefined;
  /** The event that is looked at, and what the trace shows there once the worker has said so. */
  readonly event: number;
  readonly moment: TraceMoment | undefined;
  /** The simulator beside the trace: not asked for, under way, or what it has found. */
  readonly explained: Explained | 'running' | undefined;
}

const EMPTY: DeskState = {
  phase: 'empty',
  name: '',
  done: 0,
  why: '',
  commands: [],
  opened: undefined,
  event: 0,
  moment: undefined,
  explained: undefined,
};

/** The page's side of a trace: opens files, asks the worker, and knows what is looked at. What is open stays while the person is elsewhere. */
export class TraceDesk {
  readonly store: StoreApi<DeskState> = createStore<DeskState>()(() => EMPTY);
  private readonly thread: OwnThread<ToWorker, FromWorker>;
  private id = 0;
  private nth = 0;
  private readonly waiting = new Map<
    number,
    { done: (answer: unknown) => void; failed: (e: Error) => void }
  >();
  private ended: (() => void) | undefined;
  /** A moment has been asked for and has not come; the newest wish waits until it has. */
  private asking = false;

  constructor(
    make: () => WorkerLike<ToWorker, FromWorker>,
    /** Told when work begins; what it gives back is called when it ends. The page is not idle in between. */
    private readonly begin: () => () => void = () => () => undefined,
  ) {
    this.thread = new OwnThread({
      make,
      hear: (message) => this.hear(message),
      failed: (why) => {
        this.forget();
        this.fail(why);
      },
      does: 'reads traces',
    });
  }

  get state(): DeskState {
    return this.store.getState();
  }

  /** Opens a file in place of what is open. */
  open(file: Blob, name: string): void {
    this.end();
    this.id++;
    this.forget();
    this.store.setState({ ...EMPTY, phase: 'reading', name });
    this.ended = this.begin();
    this.thread.tell({ kind: 'open', id: this.id, file, name });
  }

  cancel(): void {
    if (this.state.phase === 'reading') this.thread.tellIfMade({ kind: 'cancel', id: this.id });
  }

  /** Puts the trace away. */
  close(): void {
    this.end();
    this.thread.end();
    this.forget();
    this.id++;
    this.store.setState(EMPTY);
  }

  ask<Q extends Question>(question: Q): Promise<Answers[Q['what']]> {
    const nth = ++this.nth;
    return new Promise((resolve, reject) => {
      this.waiting.set(nth, { done: (answer) => resolve(answer as Answers[Q['what']]), failed: reject });
      this.thread.tellIfMade({ kind: 'ask', id: this.id, nth, question });
    });
  }

  /** Goes to an event. While the worker is at one, only the newest wish is kept: nothing piles up behind a scrub. */
  go(event: number): void {
    const { opened } = this.state;
    if (opened === undefined) return;
    const to = Math.min(Math.max(0, Math.round(event)), opened.events - 1);
    if (to === this.state.event && this.state.moment?.event === to) return;
    this.store.setState({ event: to });
    void this.look();
  }

  step(by: number): void {
    this.go(this.state.event + by);
  }

  /** To the next (or last) event of a kind; nothing happens if there is none. */
  async seek(mark: Mark | 'entry', forward: boolean): Promise<void> {
    const to = await this.ask({ what: 'next', event: this.state.event, mark, forward });
    if (to !== undefined) this.go(to);
  }

  /** Runs the simulator beside the trace, and goes to the first line at which they differ. */
  async explain(): Promise<void> {
    if (this.state.explained === 'running') return;
    const { id } = this;
    const ended = this.begin();
    this.store.setState({ explained: 'running' });
    try {
      const explained = await this.ask({ what: 'explain' });
      if (id !== this.id) return;
      this.store.setState({ explained });
      const op = explained.ops[explained.first ?? -1];
      if (op !== undefined) this.go(op.rows[op.differs ?? 0]?.event ?? op.to - 1);
    } catch (error) {
      if (id === this.id) this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      ended();
    }
  }

  private async look(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { id } = this;
    const shown = this.begin();
    try {
      for (let at = -1; at !== this.state.event && id === this.id; ) {
        at = this.state.event;
        const moment = await this.ask({ what: 'moment', event: at });
        if (id === this.id) this.store.setState({ moment });
      }
    } catch (error) {
      if (id === this.id) this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.asking = false;
      shown();
    }
  }

  private forget(): void {
    for (const { failed } of this.waiting.values()) failed(new Error('The trace was closed.'));
    this.waiting.clear();
  }

  private end(): void {
    this.ended?.();
    this.ended = undefined;
  }

  private fail(why: string): void {
    this.end();
    this.store.setState({
      ...EMPTY,
      phase: 'refused',
      why: `${sentence(why)} Open the file again, or another one.`,
      commands: [],
    });
  }

  private hear(message: FromWorker): void {
    if (message.id !== this.id) return; // of a file that was given up
    switch (message.kind) {
      case 'progress':
        this.store.setState({ done: message.done });
        return;
      case 'opened':
        this.end();
        this.store.setState({
          phase: 'open',
          done: 1,
          opened: message.opened,
          event: message.opened.begin,
          moment: undefined,
        });
        void this.look();
        return;
      case 'refused':
        this.end();
        this.store.setState({ phase: 'refused', why: message.why, commands: message.commands });
        return;
      case 'cancelled':
        this.end();
        this.store.setState(EMPTY);
        return;
      case 'answer':
        this.waiting.get(message.nth)?.done(message.answer);
        this.waiting.delete(message.nth);
        return;
      case 'failed': {
        const asked = message.nth === undefined ? undefined : this.waiting.get(message.nth);
        if (asked === undefined) this.fail(message.why);
        else {
          this.waiting.delete(message.nth ?? 0);
          asked.failed(new Error(message.why));
        }
        return;
      }
      default:
        assertNever(message);
    }
  }
}

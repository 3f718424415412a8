import { createStore, type StoreApi } from 'zustand/vanilla';
import { assertNever } from '../../base';
import type { ProtectionRow, ProtectionTable } from '../../checker';
import { OwnThread, type WorkerLike } from '../ownThread';
import type { FromWorker, Job, Progress, ToWorker } from './protocol';

/** Where looking for a race stands. */
export interface RaceState {
  readonly job: Job | undefined;
  readonly running: boolean;
  readonly progress: Progress | undefined;
  readonly rows: readonly ProtectionRow[];
  /** Once it is over. */
  readonly table: ProtectionTable | undefined;
  readonly cancelled: boolean;
  /** Why it could not be done. */
  readonly failed: string | undefined;
  /** The row whose counterexample is shown, by the name of what is removed; undefined: nothing is. */
  readonly shown: string | undefined;
}

const IDLE: RaceState = {
  job: undefined,
  running: false,
  progress: undefined,
  rows: [],
  table: undefined,
  cancelled: false,
  failed: undefined,
  shown: undefined,
};

/** The worker that explores. */
export type Exploring = WorkerLike<ToWorker, FromWorker>;

/** The page's side: starts and cancels jobs in a worker, and keeps what it has said. */
export class Racing {
  readonly store: StoreApi<RaceState> = createStore<RaceState>()(() => IDLE);
  private readonly thread: OwnThread<ToWorker, FromWorker>;
  private id = 0;
  private ended: (() => void) | undefined;

  constructor(
    make: () => Exploring,
    /** Told when work begins; what it gives back is called when it ends. The page is not idle in between. */
    private readonly begin: () => () => void = () => () => undefined,
  ) {
    this.thread = new OwnThread({
      make,
      hear: (message) => this.hear(message),
      failed: (why) => this.fail(why),
      does: 'explores',
    });
  }

  get state(): RaceState {
    return this.store.getState();
  }

  /** Starts a job; one that is running is given up. */
  start(job: Job): void {
    this.end();
    this.id++;
    this.store.setState({ ...IDLE, job, running: true });
    this.ended = this.begin();
    this.thread.tell({ kind: 'start', id: this.id, job });
  }

  cancel(): void {
    if (this.state.running) this.thread.tellIfMade({ kind: 'cancel', id: this.id });
  }

  show(removed: string | undefined): void {
    this.store.setState({ shown: removed });
  }

  /** Gives everything up: the panel is closed. */
  dispose(): void {
    this.end();
    this.thread.end();
    this.store.setState(IDLE);
  }

  private end(): void {
    this.ended?.();
    this.ended = undefined;
  }

  private fail(why: string): void {
    this.end();
    this.store.setState({ running: false, failed: why });
  }

  private hear(message: FromWorker): void {
    if (message.id !== this.id) return; // of a job that was given up
    switch (message.kind) {
      case 'progress':
        this.store.setState({ progress: message.progress });
        return;
      case 'row':
        this.store.setState({ rows: [...this.state.rows, message.row] });
        return;
      case 'table':
        this.end();
        this.store.setState({ running: false, table: message.table, cancelled: message.cancelled });
        return;
      case 'failed':
        this.fail(message.why);
        return;
      default:
        assertNever(message);
    }
  }
}

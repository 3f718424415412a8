import { createStore, type StoreApi } from 'zustand/vanilla';
import { assertNever } from '../../base';
import type { ProtectionRow, ProtectionTable } from '../../checker';
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

/** The part of a worker that is used; a test gives its own. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** The page's side: starts and cancels jobs in a worker, and keeps what it has said. */
export class Racing {
  readonly store: StoreApi<RaceState> = createStore<RaceState>()(() => IDLE);
  private worker: WorkerLike | undefined;
  private id = 0;
  private ended: (() => void) | undefined;

  constructor(
    private readonly makeWorker: () => WorkerLike,
    /** Told when work begins; what it gives back is called when it ends. The page is not idle in between. */
    private readonly begin: () => () => void = () => () => undefined,
  ) {}

  get state(): RaceState {
    return this.store.getState();
  }

  /** Starts a job; one that is running is given up. */
  start(job: Job): void {
    this.end();
    this.id++;
    this.store.setState({ ...IDLE, job, running: true });
    this.ended = this.begin();
    this.worker ??= this.made();
    this.worker.postMessage({ kind: 'start', id: this.id, job });
  }

  cancel(): void {
    if (this.state.running) this.worker?.postMessage({ kind: 'cancel', id: this.id });
  }

  show(removed: string | undefined): void {
    this.store.setState({ shown: removed });
  }

  /** Gives everything up: the panel is closed. */
  dispose(): void {
    this.end();
    this.worker?.terminate();
    this.worker = undefined;
    this.store.setState(IDLE);
  }

  private end(): void {
    this.ended?.();
    this.ended = undefined;
  }

  private made(): WorkerLike {
    const worker = this.makeWorker();
    worker.onmessage = (event) => this.hear(event.data);
    worker.onerror = (event) => {
      worker.terminate();
      this.worker = undefined;
      this.fail(
        event.message === '' ? 'the part of the page that explores could not be fetched' : event.message,
      );
    };
    return worker;
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

import { scenarioWithout, TableSearch } from '../../checker';
import { designs } from '../../hypervisor';
import type { FromWorker, Job, ToWorker } from './protocol';

/** How long a slice of work lasts, in milliseconds: a cancel is heard between two. */
const SLICE = 25;
/** How often the page is told, in milliseconds. */
const TELL_EVERY = 100;
/** States of the first slice, before it is known how fast this machine is. */
const FIRST = 64;

export interface Surroundings {
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls back when messages that have arrived by then have been handled. */
  readonly later: (callback: () => void) => void;
  readonly tell: (message: FromWorker) => void;
}

/** The worker's side: does one job at a time, in slices, and tells how far it has come. */
export class Explorer {
  private present: Working | undefined;

  constructor(private readonly around: Surroundings) {}

  hear(message: ToWorker): void {
    if (message.kind === 'start') {
      this.present?.stop();
      this.present = new Working(message.id, message.job, this.around);
      this.present.begin();
    } else if (this.present?.id === message.id) {
      this.present.cancel();
      this.present = undefined;
    }
  }
}

class Working {
  private search: TableSearch | undefined;
  private over = false;
  private told = 0;
  private rowsTold = 0;
  private slice = FIRST;
  /** What speed is measured by: states of finished explorations, and when it was last looked at. */
  private speed = 0;
  private seen = 0;

  constructor(
    readonly id: number,
    private readonly job: Job,
    private readonly around: Surroundings,
  ) {}

  begin(): void {
    this.guarded(() => {
      const { spec, protections, options } = this.job;
      const design = designs.get(spec.design);
      if (design === undefined) throw new Error(`there is no design ${spec.design}`);
      this.search = new TableSearch(protections, scenarioWithout(spec, design), options);
      this.told = this.around.now();
      this.goOn();
    });
  }

  /** No message is sent any more. */
  stop(): void {
    this.over = true;
  }

  cancel(): void {
    if (this.over || this.search === undefined) return;
    this.over = true;
    const table = this.search.cancel();
    this.around.tell({ kind: 'table', id: this.id, table, cancelled: true });
  }

  private goOn(): void {
    this.around.later(() => {
      if (!this.over) this.guarded(() => this.work());
    });
  }

  private work(): void {
    const { around, id, search } = this;
    if (search === undefined) return;
    const began = around.now();
    const statesBefore = search.progress.covered.states;
    const table = search.advance(this.slice);
    const took = around.now() - began;
    this.pace(statesBefore, search.progress.covered.states, took);
    for (const row of search.progress.rows.slice(this.rowsTold)) {
      this.rowsTold++;
      around.tell({ kind: 'row', id, row });
    }
    if (table !== undefined) {
      this.over = true;
      around.tell({ kind: 'table', id, table, cancelled: false });
      return;
    }
    if (around.now() - this.told >= TELL_EVERY) this.tellProgress();
    this.goOn();
  }

  /**
   * The next slice takes about as long as it should. What a state costs differs from model to model and from phase to phase, so a
   * slice is at most twice the last, and where another exploration begins its first one is small again.
   */
  private pace(before: number, after: number, took: number): void {
    const states = Math.max(0, after - before);
    const fitting = took > 0 ? Math.round((this.slice * SLICE) / took) : Infinity;
    this.slice = after < before ? FIRST : Math.max(8, Math.min(65_536, 2 * this.slice, fitting));
    this.seen += states;
  }

  private tellProgress(): void {
    const { around, id, search } = this;
    if (search === undefined) return;
    const now = around.now();
    this.speed = (1000 * this.seen) / (now - this.told);
    this.told = now;
    this.seen = 0;
    const { removed, covered } = search.progress;
    const { states, depth, bytes } = covered;
    const progress = { removed, states, depth, bytes, statesPerSecond: this.speed };
    around.tell({ kind: 'progress', id, progress });
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.over = true;
      const why = error instanceof Error ? error.message : String(error);
      this.around.tell({ kind: 'failed', id: this.id, why });
    }
  }
}

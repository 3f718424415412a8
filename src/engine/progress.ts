import type { Anchor } from '../kernel';
import type { StepTable } from './stepTable';

/**
 * How far each actor has got: the operation it is in, whether that has ended, and how often it has taken each step within
 * it. This is what anchors and `until` are measured by.
 */
export class Progress {
  private readonly op: number[] = [];
  private readonly ended: boolean[] = [];
  private readonly taken: Map<number, number>[] = [];
  /** Number of the step each actor took last. */
  private readonly last: number[] = [];

  constructor(private readonly table: StepTable) {}

  /** Records that `actor` has just taken a step in operation `op`. */
  record(actor: number, op: number, step: number, started: boolean, ended: boolean): void {
    let counts = this.taken[actor];
    if (counts === undefined || this.op[actor] !== op || started) {
      this.op[actor] = op;
      counts = new Map();
      this.taken[actor] = counts;
    }
    this.ended[actor] = ended;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    this.last[actor] = step;
  }

  /** Operation the actor is in, or was in last; -1 before its first. */
  operation(actor: number): number {
    return this.op[actor] ?? -1;
  }

  /** Whether operation `op` of the actor is about to begin, or has ended; also true of any moment after that. */
  reachedOp(actor: number, op: number, edge: 'start' | 'end'): boolean {
    const last = edge === 'start' ? op - 1 : op;
    const here = this.operation(actor);
    return here > last || (here === last && (last < 0 || (this.ended[actor] ?? false)));
  }

  /** Whether the actor has come to this moment, or has gone past the operation it lies in. */
  reached(anchor: Anchor): boolean {
    const here = this.operation(anchor.actor);
    if (here !== anchor.op) return here > anchor.op;
    if (anchor.label === 'start') return true;
    if (anchor.label === 'done') return this.ended[anchor.actor] ?? false;
    let seen = 0;
    for (const [step, count] of this.taken[anchor.actor] ?? []) {
      if (labelMatches(this.table.label(step), anchor.label)) seen += count;
    }
    return seen > anchor.nth;
  }

  /** The moment just after the actor's last step. */
  moment(actor: number): Anchor | undefined {
    const step = this.last[actor];
    if (step === undefined) return undefined;
    const count = this.taken[actor]?.get(step) ?? 1;
    return { actor, op: this.operation(actor), label: this.table.label(step), nth: count - 1 };
  }
}

/** `sh_page_fault.lock` is meant by its full name or by `lock` alone. */
export function labelMatches(full: string, wanted: string): boolean {
  return full === wanted || full.endsWith(`.${wanted}`);
}

import type { Invariant, Violation, When, World } from '../kernel';

/** A violation and the step after which it was first seen. */
export interface Seen {
  readonly step: number;
  readonly violation: Violation;
}

/**
 * Evaluates invariants where their `when` says they hold, and reports each violation when it appears. One that stays is
 * reported once; one that goes away and comes back is reported again.
 */
export class Monitor {
  readonly seen: Seen[] = [];
  private readonly active = new Map<string, Set<string>>();
  private readonly byWhen = new Map<When, Invariant<unknown>[]>();

  constructor(
    private readonly world: World,
    invariants: readonly Invariant<never>[],
  ) {
    for (const invariant of invariants as readonly Invariant<unknown>[]) {
      const list = this.byWhen.get(invariant.when) ?? [];
      list.push(invariant);
      this.byWhen.set(invariant.when, list);
    }
  }

  /** Whether anything is watched at this occasion: lets the caller skip the work of finding out whether it is one. */
  watches(when: When): boolean {
    return this.byWhen.has(when);
  }

  /** Checks what holds on this occasion, after the given step. Returns how many violations appeared. */
  check(when: When, step: number): number {
    let appeared = 0;
    for (const invariant of this.byWhen.get(when) ?? []) {
      const before = this.active.get(invariant.name);
      const found = invariant.check(this.world.part(invariant.part));
      if (found.length === 0) {
        if (before !== undefined) this.active.delete(invariant.name);
        continue;
      }
      const now = new Set<string>();
      for (const violation of found) {
        now.add(violation.where);
        if (before?.has(violation.where)) continue;
        this.seen.push({ step, violation });
        appeared++;
      }
      this.active.set(invariant.name, now);
    }
    return appeared;
  }
}

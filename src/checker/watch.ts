import { doneBy, isDue, NOTHING_DONE } from '../engine';
import type { Invariant, Violation, When } from '../kernel';
import type { Subject } from './subject';
import type { Contention } from './touched/contention';
import { journalReaders } from './witnesses';

interface Watched {
  readonly invariant: Invariant<unknown>;
  readonly part: unknown;
}

const NONE: readonly Watched[] = [];

/**
 * The invariants of a subject, evaluated where their `when` says that they hold: the same places as in a run on the stage.
 * `step` and `unlocked` depend on the state alone, so the caller asks once per state; the others depend on the step that led there.
 */
export class Watch {
  private readonly step: readonly Watched[];
  private readonly unlocked: readonly Watched[];
  private readonly release: readonly Watched[];
  private readonly operation: readonly Watched[];
  private readonly quiescent: readonly Watched[];
  private readonly last: readonly Watched[];
  /** Those that wait for what a step does, in the order in which a run on stage asks them. */
  private readonly afterEvents: readonly (readonly [When, readonly Watched[]])[];
  /** Whether some invariant waits for an event: otherwise no step needs to say what it did. */
  readonly needsEvents: boolean;
  /** Whether some invariant is evaluated after every step, also while somebody holds a lock. */
  readonly looksAlways: boolean;
  private eventsBefore = 0;
  private restBefore = false;
  private readonly lookedBack: number;

  constructor(private readonly subject: Subject) {
    const { world, invariants } = subject;
    const at = (when: When): readonly Watched[] => {
      const found = (invariants as readonly Invariant<unknown>[]).filter((i) => i.when === when);
      return found.length === 0
        ? NONE
        : found.map((invariant) => ({ invariant, part: world.part(invariant.part) }));
    };
    this.lookedBack = world.store.lookedBack;
    this.step = at('step');
    this.unlocked = at('unlocked');
    this.release = at('release');
    this.operation = at('operation');
    this.quiescent = at('quiescent');
    this.last = at('end');
    this.afterEvents = [
      ['release', this.release],
      ['operation', this.operation],
      ['quiescent', this.quiescent],
    ];
    this.looksAlways = this.step !== NONE;
    this.needsEvents = this.release !== NONE || this.operation !== NONE || this.quiescent !== NONE;
  }

  /**
   * Invariants that have been judged by how a state was reached: their names, as what `holds` is less sure of. Whether the journal is
   * looked at the state decides, so where it never was, other ways to the same states would not have been judged otherwise.
   */
  get tried(): { readonly tried?: readonly string[] } {
    const { world, invariants } = this.subject;
    if (world.store.lookedBack === this.lookedBack) return {};
    return { tried: journalReaders(invariants) };
  }

  /** What the present state breaks, as far as a state alone can. */
  state(): Violation | undefined {
    const found = this.step === NONE ? undefined : first(this.step);
    if (found !== undefined || this.unlocked === NONE || !isDue('unlocked', NOTHING_DONE, this.subject))
      return found;
    return first(this.unlocked);
  }

  /** As `state`, and what it reads is noted. */
  lookAt(contention: Contention): Violation | undefined {
    contention.look('always');
    const found = this.step === NONE ? undefined : first(this.step);
    if (found !== undefined || this.unlocked === NONE || !isDue('unlocked', NOTHING_DONE, this.subject))
      return found;
    contention.look('unlocked');
    return first(this.unlocked);
  }

  /** What is broken where everybody has come to the end. No reduction leaves an end out, so no step must be seen for it. */
  end(): Violation | undefined {
    return this.last === NONE ? undefined : first(this.last);
  }

  /** A step is about to be taken. */
  begin(): void {
    this.eventsBefore = this.subject.world.events.mark;
    if (this.quiescent !== NONE) this.restBefore = this.subject.atRest();
  }

  /**
   * Whether the step taken since `begin` is one at which an invariant is evaluated or after which one is broken, or changes whether one will be: then what
   * others have done by that time matters, whatever cells the step touches.
   */
  get occasion(): boolean {
    // A step that nobody else sees may still be the one after which something is wrong: a fault wrongly given, say.
    if (this.state() !== undefined) return true;
    if (!this.needsEvents) return false;
    if (this.quiescent !== NONE && this.subject.atRest() !== this.restBefore) return true;
    const { events } = this.subject.world;
    const { released, operationEnded } = doneBy(events, this.eventsBefore, events.mark);
    return (
      (released && this.release !== NONE) ||
      (operationEnded && (this.operation !== NONE || this.quiescent !== NONE))
    );
  }

  /** What the step just taken breaks, by the events it emitted from `eventsBefore` on. */
  taken(eventsBefore: number): Violation | undefined {
    const { events } = this.subject.world;
    const done = doneBy(events, eventsBefore, events.mark);
    for (const [when, list] of this.afterEvents) {
      const found = list === NONE || !isDue(when, done, this.subject) ? undefined : first(list);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function first(list: readonly Watched[]): Violation | undefined {
  for (const { invariant, part } of list) {
    const found = invariant.check(part);
    if (found.length > 0) return found[0];
  }
  return undefined;
}

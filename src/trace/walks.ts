import type { Word } from '../base';
import type { TraceEvents } from './events';
import { frameOf, type Geometry, geometryOf, guestIndex, inherit, leadsOn } from './geometry';
import { kindNamed, offsetOf } from './kinds';

/** One entry that KVM read of a guest's table. */
export interface WalkStep {
  readonly event: number;
  readonly level: number;
  /** Frame of the table it lies in; undefined for the first one: CR3 is not printed. */
  readonly table: number | undefined;
  readonly index: number;
  readonly hi: number;
  readonly lo: number;
  /** Rights inherited from the entries above, as a role counts them. */
  readonly access: number;
}

/** A software walk of a guest's tables, as far as its lines have been seen. */
export class Walk {
  readonly steps: WalkStep[] = [];
  geometry: Geometry | undefined;
  /** Where it failed: the error code. */
  error: number | undefined;

  constructor(
    readonly event: number,
    readonly address: Word,
    readonly pferr: number,
  ) {}

  element(event: number, level: number, hi: number, lo: number): WalkStep {
    this.geometry ??= geometryOf(level);
    const above = this.steps.at(-1);
    const step: WalkStep = {
      event,
      level,
      table:
        above === undefined || !leadsOn(this.geometry, above.level, above.lo)
          ? undefined
          : frameOf(above.hi, above.lo),
      index: guestIndex(this.geometry, level, this.address),
      hi,
      lo,
      // In PAE the top entries have no rights.
      access:
        above === undefined
          ? 7
          : this.geometry.top === 3 && above.level === 3
            ? 7
            : inherit(above.access, above.hi, above.lo),
    };
    this.steps.push(step);
    return step;
  }

  /** The entry that was read at a level. */
  at(level: number): WalkStep | undefined {
    return this.steps.find((step) => step.level === level);
  }
}

export const WALK = kindNamed('kvm_mmu_pagetable_walk').id;
export const ELEMENT = kindNamed('kvm_mmu_paging_element').id;
export const WALKER_ERROR = kindNamed('kvm_mmu_walker_error').id;
const ADDR = offsetOf('kvm_mmu_pagetable_walk', 'addr');
const PFERR = offsetOf('kvm_mmu_pagetable_walk', 'pferr');
const PTE = offsetOf('kvm_mmu_paging_element', 'pte');
const LEVEL = offsetOf('kvm_mmu_paging_element', 'level');
const ERROR = offsetOf('kvm_mmu_walker_error', 'pferr');

/** Takes a line of a walk into the lane's walk; gives the walk that is under way after it. Lines of other kinds change nothing. */
export function followWalk(
  events: TraceEvents,
  event: number,
  kind: number,
  walk: Walk | undefined,
): Walk | undefined {
  if (kind === WALK) return new Walk(event, events.word64(event, ADDR), events.word(event, PFERR));
  if (walk === undefined) return undefined;
  if (kind === ELEMENT)
    walk.element(event, events.word(event, LEVEL), events.word(event, PTE), events.word(event, PTE + 1));
  else if (kind === WALKER_ERROR) walk.error = events.word(event, ERROR);
  return walk;
}

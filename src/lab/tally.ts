import { Resynced } from '../hypervisor/xen/events';
import { type EventType, eventKinds } from '../kernel';
import {
  AccessedDirtySet,
  ControlRegisterLoaded,
  FLUSH_PAGE,
  GuestPageFault,
  InvlpgExecuted,
  PageFault,
  TlbFilled,
  TlbFlushed,
  TlbHit,
  WalkedLevel,
  WalkStarted,
} from '../machine';

/** What the machine itself counts, whatever design runs on it. */
interface Measure {
  readonly name: string;
  readonly says: string;
  readonly event: EventType;
  /** The place and the value of an argument that must, or must not, be so. */
  readonly where?: { readonly argument: number; readonly is?: number; readonly isNot?: number };
  /** The place of an argument that is added up, where it is not events that are counted. */
  readonly sum?: number;
}

const PROCESSOR = { argument: 1, is: 0 } as const;
const SOFTWARE = { argument: 1, is: 1 } as const;

const MEASURES: readonly Measure[] = [
  { name: 'tlb hits', says: 'Accesses whose page the TLB knew, with the rights they need.', event: TlbHit },
  { name: 'tlb fills', says: 'Translations that a TLB has kept after a walk.', event: TlbFilled },
  { name: 'walks', says: 'Walks that a processor has begun.', event: WalkStarted, where: PROCESSOR },
  {
    name: 'walk reads',
    says: 'Entries that processors have read on their walks.',
    event: WalkedLevel,
    where: PROCESSOR,
  },
  {
    name: 'software walks',
    says: 'Walks of the guest’s tables by the hypervisor.',
    event: WalkStarted,
    where: SOFTWARE,
  },
  {
    name: 'software reads',
    says: 'Entries that the hypervisor has read on its walks.',
    event: WalkedLevel,
    where: SOFTWARE,
  },
  {
    name: 'page faults',
    says: 'Page faults that a processor has raised. Under shadow paging each one leaves the guest.',
    event: PageFault,
  },
  {
    name: 'guest faults',
    says: 'Page faults that the guest’s own kernel was given.',
    event: GuestPageFault,
  },
  {
    name: 'accessed or dirty set',
    says: 'Entries that a processor has marked as accessed or dirty.',
    event: AccessedDirtySet,
    where: PROCESSOR,
  },
  {
    name: 'cr3 loads',
    says: 'MOV CR3 by the guest.',
    event: ControlRegisterLoaded,
    where: { argument: 1, is: 3 },
  },
  { name: 'invlpg', says: 'INVLPG by the guest.', event: InvlpgExecuted },
  {
    name: 'page flushes',
    says: 'Single pages dropped from a TLB.',
    event: TlbFlushed,
    where: { argument: 1, is: FLUSH_PAGE },
  },
  {
    name: 'whole flushes',
    says: 'TLBs emptied, but for global pages.',
    event: TlbFlushed,
    where: { argument: 1, isNot: FLUSH_PAGE },
  },
  {
    name: 'entries compared',
    says: 'Entries of tables out of sync that Xen has looked at to bring them in sync.',
    event: Resynced,
    sum: 2,
  },
  {
    name: 'entries derived again',
    says: 'Those of them whose shadow Xen has made anew: without a snapshot, all.',
    event: Resynced,
    sum: 3,
  },
];

export interface MeasureName {
  readonly name: string;
  readonly says: string;
}

export const MACHINE_MEASURES: readonly MeasureName[] = [
  { name: 'operations', says: 'Operations of the guests in all, accesses and others.' },
  { name: 'accesses', says: 'Loads, stores, fetches and locked operations of the guests.' },
  ...MEASURES.map(({ name, says }) => ({ name, says })),
];

/** A measure as `hear` asks for it: of one shape, for it is asked at every event. */
interface Rule {
  readonly measure: number;
  /** Place of the argument that decides; -1: none does. */
  readonly argument: number;
  readonly value: number;
  /** Whether it counts where the argument has that value, or where it has not. */
  readonly equal: boolean;
  /** Place of the argument that is added up; -1: one is. */
  readonly sum: number;
}

const ruleOf = ({ where, sum }: Measure, measure: number): Rule => ({
  measure,
  argument: where?.argument ?? -1,
  value: where?.is ?? where?.isNot ?? 0,
  equal: where?.is !== undefined,
  sum: sum ?? -1,
});

const HITS = MEASURES.findIndex(({ event }) => event === TlbHit);

/** Counts events as they happen: nothing of them is kept. Doubles, for a run may count more than 32 bits hold. */
export class Tally {
  private readonly counts = new Float64Array(MEASURES.length);
  /** Per type of event: the measures that count it, if any. */
  private readonly by: (readonly Rule[])[] = eventKinds().map(() => []);
  operations = 0;
  accesses = 0;

  constructor() {
    MEASURES.forEach((measure, i) => {
      const { index } = measure.event;
      this.by[index] = [...(this.by[index] ?? []), ruleOf(measure, i)];
    });
  }

  /** One event. */
  readonly hear = (type: EventType, args: readonly number[]): void => {
    const rules = this.by[type.index];
    if (rules === undefined) return;
    const { counts } = this;
    for (let i = 0; i < rules.length; i++) {
      const { measure, argument, value, equal, sum } = rules[i] as Rule;
      if (argument >= 0 && (args[argument] === value) !== equal) continue;
      counts[measure] = (counts[measure] as number) + (sum < 0 ? 1 : (args[sum] as number));
    }
  };

  /** Accesses that were done at once: nobody emitted anything. */
  hits(count: number): void {
    this.counts[HITS] = (this.counts[HITS] as number) + count;
  }

  /** In the order of MACHINE_MEASURES. */
  values(): number[] {
    return [this.operations, this.accesses, ...this.counts];
  }
}

import type { Word } from '../base';
import type { DesignOptions } from '../hypervisor/design';
import type { Cpl, GeneralRegister, GuestOp, MachineConfig, NamedWord } from '../machine';

/**
 * A resolved scenario: plain data from which a run is built, nothing left to look up. The scenario language lowers to it;
 * the engine knows no text but the spans that say where each thing was written.
 */
export interface ScenarioSpec {
  readonly title: string;
  /** Paragraphs of plain words for the story panel. */
  readonly about: readonly string[];
  readonly topic: string;
  readonly level: string;
  /** Where the facts come from: a document and section, or a commit. */
  readonly origins?: readonly string[];
  readonly design: string;
  readonly options: DesignOptions;
  readonly paging: PagingMode;
  readonly machine: MachineConfig;
  /** Registers of each vCPU before the boot. */
  readonly vcpus: readonly VcpuSpec[];
  /** Initial words of memory, by guest frame (translate with `options.p2m`); all else is zero. */
  readonly memory: readonly MemoryWord[];
  /** Words of memory that the text has names for. */
  readonly words?: readonly NamedWord[];
  /** What is asked about the ends of all schedules; for whoever explores them. */
  readonly question?: Question;
  /** Virtual address at which the guest kernel sees guest frame 0, or none: then it cannot store to its own tables by frame. */
  readonly directMap?: Word;
  /** Guest tables that exist at the start, for labels. The same frame may stand twice (a self-map). */
  readonly tables: readonly TableSpec[];
  /** One program per vCPU; Anchor.op counts in it, from 0. */
  readonly programs: readonly (readonly GuestOp[])[];
  /** Operations from outside. The host is actor `programs.length`. */
  readonly host: readonly GuestOp[];
  /** Run to the end, one by one, before step 0; then counters and events start from nothing. */
  readonly prologue: readonly { readonly actor: number; readonly op: GuestOp }[];
  readonly schedule: Schedule;
  readonly notes: readonly Note[];
  readonly asks: readonly Ask[];
  readonly expect: readonly Expectation[];
  /** Names of invariants the scenario announces as broken; any other violation is a failure. */
  readonly violates: readonly string[];
  /** Names of the invariants that explorations ask for; all if left out. */
  readonly explored?: readonly string[];
  /** It is the replay of a recording: only the design that it came with can run it, and only in the recorded order. */
  readonly replay?: true;
  /** Where each operation was written: one list per actor (vCPUs, then the host), parallel to the programs. */
  readonly sources: readonly (readonly OpSource[])[];
}

/** What is asked about a final state: nobody has anything left to do, and no store waits. Values are 32 bits, signed. */
export type Proposition =
  | {
      readonly kind: 'register';
      readonly vcpu: number;
      readonly register: GeneralRegister;
      readonly value: number;
    }
  /** 32 bits of a guest frame; offset in bytes. */
  | { readonly kind: 'memory'; readonly gfn: number; readonly offset: number; readonly value: number }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'not'; readonly of: Proposition }
  | { readonly kind: 'and' | 'or'; readonly left: Proposition; readonly right: Proposition };

/** A question about the ends of a scenario's schedules: does some end so, must none, must all? */
export interface Question extends Span {
  readonly quantifier: 'sometimes' | 'never' | 'always';
  readonly proposition: Proposition;
  /** The proposition as written, one line. */
  readonly text: string;
}

export type PagingMode = 'x86-64' | 'pae' | '32-bit';

/** Registers of a vCPU before the first step, as the processor holds them. */
export interface VcpuSpec {
  readonly cr0: number;
  readonly cr3: Word;
  readonly cr4: number;
  readonly efer: number;
  readonly cpl: Cpl;
  readonly rflags: number;
}

/** 32-bit word `cell` (0 to 1,023) of a guest frame. */
export interface MemoryWord {
  readonly frame: number;
  readonly cell: number;
  readonly value: number;
}

/** A page table that the scenario speaks of. */
export interface TableSpec {
  readonly frame: number;
  /** 1 to 4. */
  readonly level: number;
  /** First virtual address it maps, seen from the first root that reaches it; none if no root does. */
  readonly va?: Word;
  /** The scenario's own name for it (an address space's name for a root). */
  readonly name?: string;
}

/** Offsets into the scenario text, end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where an operation is written. */
export interface OpSource extends Span {
  /** As written, one line. An operation that was expanded from a range or a `repeat` says which part it is. */
  readonly text: string;
}

/**
 * Who runs when: segments in order, then a rule (`rest`) for whoever is still runnable. A text without a `schedule` line is lowered
 * to one segment per run of operations in the order of the text.
 */
export interface Schedule {
  readonly segments: readonly Segment[];
  readonly rest: Rest;
}

/** Run this actor, and nobody else, until. A segment whose actor is done or cannot run is over. */
export interface Segment {
  readonly actor: number;
  readonly until: Until;
}

export type Until =
  /** Just after that moment of this actor. */
  | { readonly kind: 'moment'; readonly moment: Moment }
  /** Operation `op` (counted in the actor's whole program) is about to begin, or has ended. */
  | { readonly kind: 'op'; readonly op: number; readonly edge: 'start' | 'end' }
  | { readonly kind: 'steps'; readonly count: number }
  | { readonly kind: 'done' };

export type Rest =
  /** The lowest-numbered actor that can run, to its end; then the next. */
  | { readonly kind: 'in-order' }
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'random'; readonly seed: number };

/**
 * A moment in words: just after `actor`, in its operation `op`, took the step. `label` is `start`, `done`,
 * `procedure.label`, or a label alone (the first procedure that has such a step and is reached).
 */
export interface Moment {
  readonly actor: number;
  readonly op: number;
  readonly label: string;
  /** Which occurrence within the operation, from 0. */
  readonly nth: number;
}

/** A note of the author's, shown at its moment. */
export interface Note extends Span {
  readonly at: Moment;
  readonly text: string;
}

/** A question of the author's, asked at its moment. */
export interface Ask extends Span {
  readonly at: Moment;
  /** Kind of question, lower case with hyphens (`next-event`). */
  readonly question: string;
  /** What the kind needs beyond the moment, as written. */
  readonly about: string;
}

/** What an entry must say. Software bits are not compared, but by `word`, which compares all. */
export type EntryValue =
  /** Present, leads to `frame` (as the entry holds it: a guest frame in guest tables, a machine frame in shadows), with exactly these rights. */
  | { readonly kind: 'maps'; readonly frame: number; readonly rights: Rights }
  /** Present and leads to the shadow of that guest table. */
  | { readonly kind: 'shadow-of'; readonly frame: number }
  | { readonly kind: 'word'; readonly value: Word }
  /** A word that the design has a name for: `gnp` (known not present), `mmio`. */
  | { readonly kind: 'named'; readonly name: string }
  /** All bits zero. */
  | { readonly kind: 'empty' };

/** Rights and marks of an entry, the same way everywhere. `r` is the present bit; `x` false is NX. */
export interface Rights {
  readonly r: boolean;
  readonly w: boolean;
  readonly x: boolean;
  readonly user: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  readonly global: boolean;
  /** PS: a large page. */
  readonly large: boolean;
}

/** What an event must be like. */
export interface EventPattern {
  /** As declared: `PageFault`. */
  readonly event: string;
  /** Who must have caused it; anyone if absent. The host is the actor after the last vCPU. */
  readonly actor?: number;
  /** Fields that must have these values (32-bit, signed as cells hold them). Others may be anything. */
  readonly fields: readonly { readonly name: string; readonly value: number }[];
}

/** Something the run must show. `at` absent means at the end. */
export type Expectation = Span & { readonly text: string } & (
    | {
        readonly kind: 'events';
        /** In this order; others may lie between. */
        readonly events: readonly EventPattern[];
        /** And no other event of the kinds named may happen. */
        readonly exactly: boolean;
      }
    | { readonly kind: 'event-count'; readonly event: EventPattern; readonly count: number }
    | { readonly kind: 'counter'; readonly name: string; readonly value: number; readonly at?: Moment }
    | {
        readonly kind: 'entry';
        readonly of: 'guest' | 'shadow' | 'snapshot';
        /** Guest frame of the table (for a shadow: of the table it shadows). */
        readonly frame: number;
        readonly level: number;
        readonly index: number;
        readonly value: EntryValue;
        readonly at?: Moment;
      }
    /** 64-bit word of a guest frame, index 0 to 511. */
    | {
        readonly kind: 'word';
        readonly frame: number;
        readonly index: number;
        readonly value: Word;
        readonly at?: Moment;
      }
    /** What the last load, fetch or locked operation up to and including this operation has read. */
    | { readonly kind: 'result'; readonly actor: number; readonly op: number; readonly value: Word }
    | {
        readonly kind: 'outcome';
        readonly actor: number;
        readonly op: number;
        readonly outcome: 'done' | 'page-fault' | 'general-protection' | 'no-direct-map' | 'refused';
      }
    /**
     * A structure of the design by name: `oos` (arguments: vCPU; values: guest frame per slot), `snapshots`, `writers`, ...
     * A `-` in the text is -1 here. The design's `describe` hook answers what it holds.
     */
    | {
        readonly kind: 'state';
        readonly what: string;
        readonly args: readonly number[];
        readonly values: readonly number[];
        readonly at?: Moment;
      }
  );

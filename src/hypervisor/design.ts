import type { Word } from '../base';
import type { CounterSpec, Invariant, Procedure, World } from '../kernel';
import type { Exits, Machine, MachineConfig, PagingMode } from '../machine';

/** A protection or an optimisation that can be switched off. */
/** How sure it is that a design was like that: known from a source, derived by arithmetic, reconstructed, or uncertain. */
export type Tag = 'K' | 'D' | 'RECONSTRUCTED' | 'UNCERTAIN';

export interface SwitchSpec {
  /** As written in a scenario: lower case with hyphens (`snapshot-exchange`). */
  readonly name: string;
  readonly label: string;
  /** One sentence: what it protects or speeds up, and what happens without it. */
  readonly says: string;
  readonly default: boolean;
  /** Profiles in which it switches anything; all of them, if it is not said. */
  readonly profiles?: readonly string[];
  /** The invariant that breaks when it is off; none for a pure optimisation. */
  readonly protects?: string;
  /** How sure what it stands for is, where the design's documents leave doubt. */
  readonly tag?: Tag;
}

/** A historical variant of a design: what it sets, and what is different in it, in a sentence. */
export interface Profile {
  readonly name: string;
  readonly says: string;
  /** Switch defaults that differ in this profile. */
  readonly switches: Readonly<Record<string, boolean>>;
}

/** A ratio of two counters, with what the design's documents say it came to on a real machine. */
export interface FigureSpec {
  readonly name: string;
  readonly of: string;
  /** The whole: one counter, or the sum of several. */
  readonly per: string | readonly string[];
  /** One sentence: what it means. */
  readonly says: string;
  /** What was measured elsewhere, and where that is said. */
  readonly published: string;
}

/** An argument of an operation: 32 bits, or `wide`: 64, which the procedure is given as two, high half first. */
export interface OperationArg {
  /** `guest frame`. */
  readonly what: string;
  readonly wide?: true;
}

/** An operation of a design that a guest program, or the host, can `call`. */
export interface OperationSpec {
  /** As written in a scenario: lower case with hyphens (`log-dirty-on`). */
  readonly name: string;
  /** One or two sentences: what it does, and what it needs. */
  readonly says: string;
  /** Its arguments, in order. A call gives all of them. */
  readonly args: readonly OperationArg[];
  /** Who can call it: the world outside the guest, a vCPU, or either. */
  readonly by: 'host' | 'vcpu' | 'anybody';
}

/** What a scenario settles about a design before a world is built. */
export interface DesignOptions {
  readonly profile: string;
  readonly switches: Readonly<Record<string, boolean>>;
  /** p2m exceptions to identity: gfn -> mfn and type. */
  readonly p2m: readonly { readonly gfn: number; readonly mfn: number; readonly type: string }[];
  /** Machine frames kept for the hypervisor's own pages. */
  readonly poolFrames: number;
  /** Free knobs of a design (shares, sizes), by name. */
  readonly knobs: Readonly<Record<string, number>>;
}

/** What a design answers about its own structures, for expectations, the command line and panels. Reads only. */
export interface Describe {
  /** First machine frame of the shadow of a guest table (given by machine frame) at a level; -1 if it has none. */
  readonly shadowOf: (mfn: number, level: number) => number;
  /** Machine frame of the copy kept of a guest table; -1 if none is kept. */
  readonly snapshotOf: (mfn: number) => number;
  /** A structure by name, as numbers (`oos` of a vCPU: guest frame per slot, -1 for an empty one); undefined if there is no such thing. */
  readonly state: (what: string, args: readonly number[]) => readonly number[] | undefined;
  /** Names of structures `state` knows, each with one line about its arguments and values. */
  readonly states: Readonly<Record<string, string>>;
  /** A word the design has a name for (`gnp`); undefined if there is no such name. */
  readonly wordNamed: (name: string) => Word | undefined;
  /** Words that vCPUs agree by without a lock (a version, a mark), by name: shown beside a race. */
  readonly shared?: readonly { readonly name: string; readonly cell: number }[];
  /** What else is to be seen beside an entry of the design's own (by machine frame) while vCPUs race on it: its mark, its owner. */
  readonly beside?: (
    frame: number,
    index: number,
  ) => readonly { readonly name: string; readonly read: () => string }[];
  /** The end state in lines a person can read. */
  readonly summary: () => readonly string[];
}

/** A design built into a world: its regions exist, its part is registered. */
export interface BuiltDesign {
  readonly exits: Exits;
  /** Brings each vCPU up with the guest's CR3 loaded, before step 0: run as a procedure of the first vCPU, or nothing. */
  readonly boot: Procedure<never>;
  /** Whether nobody holds a lock of the design. */
  readonly atRest: () => boolean;
  /** Reads and writes a switch at run time; switches live in the store. */
  readonly switchOn: (name: string) => boolean;
  readonly setSwitch: (name: string, on: boolean) => void;
  readonly describe: Describe;
}

/**
 * The hypervisor side of a world: a folder with this one interface. Procedures find the design's accessor object under
 * `world.part(design.name)`.
 */
export interface Design {
  readonly name: string;
  readonly title: string;
  /** One sentence for the library and the command palette. */
  readonly about: string;
  readonly profiles: readonly Profile[];
  readonly switches: readonly SwitchSpec[];
  readonly counters: readonly CounterSpec[];
  readonly invariants: readonly Invariant<never>[];
  /** Ratios of its counters that its documents speak of. */
  readonly figures?: readonly FigureSpec[];
  /** Numbers that a scenario may set by `knob`; those it does not set are what the design thinks best. */
  readonly knobs?: readonly { readonly name: string; readonly says: string }[];
  /** The design's own operations (hypercalls, host operations), by the name a scenario's `call` gives: what Exits.operations holds. */
  readonly operations?: readonly OperationSpec[];
  /** How many machine frames the design wants for itself, if the scenario does not say. */
  readonly poolFrames: (vcpus: number, guestFrames: number, knobs: DesignOptions['knobs']) => number;
  /** In which paging modes it can be shown in a teaching geometry; x86-64, and that with all its levels, if it does not say. */
  readonly geometries?: readonly ('x86-64' | 'pae' | '32-bit')[];
  /** Why a world cannot be built with these options, in words for whoever wrote the scenario; undefined if it can. */
  readonly refuse?: (
    machine: MachineConfig,
    options: DesignOptions,
    paging: PagingMode['name'],
  ) => string | undefined;
  readonly build: (world: World, machine: Machine, options: DesignOptions) => BuiltDesign;
  /** Names of panels that show it, beside the scene. */
  readonly panels: readonly string[];
}

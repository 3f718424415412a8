/** A general register of herd's X86, by its 32-bit name. */
export const REGISTERS = ['EAX', 'EBX', 'ECX', 'EDX', 'ESI', 'EDI', 'EBP', 'ESP'] as const;
export type Register = (typeof REGISTERS)[number];

/** Where a value comes from: a register, or the instruction itself. Values are 32 bits, signed. */
export type Source =
  | { readonly kind: 'register'; readonly register: Register }
  | { readonly kind: 'immediate'; readonly value: number };

/** What a thread can do. Memory is named by location. */
export type Instruction =
  | { readonly kind: 'load'; readonly to: Register; readonly location: string }
  | { readonly kind: 'store'; readonly location: string; readonly from: Source }
  | { readonly kind: 'move'; readonly to: Register; readonly from: Source }
  | { readonly kind: 'mfence' }
  | { readonly kind: 'xchg'; readonly location: string; readonly register: Register }
  | { readonly kind: 'cmpxchg'; readonly location: string; readonly register: Register }
  /** LOCK ADD and LOCK INC. */
  | { readonly kind: 'add'; readonly location: string; readonly from: Source };

/** What is asked about a final state. */
export type Proposition =
  | {
      readonly kind: 'register';
      readonly thread: number;
      readonly register: Register;
      readonly value: number;
    }
  | { readonly kind: 'memory'; readonly location: string; readonly value: number }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'not'; readonly of: Proposition }
  | { readonly kind: 'and' | 'or'; readonly left: Proposition; readonly right: Proposition };

/** A litmus test, read: programs of its threads, what they begin with, and what is asked of the end. */
export interface LitmusTest {
  readonly name: string;
  readonly threads: readonly (readonly Instruction[])[];
  readonly registers: readonly {
    readonly thread: number;
    readonly register: Register;
    readonly value: number;
  }[];
  readonly memory: ReadonlyMap<string, number>;
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly proposition: Proposition;
}

/** What is wrong with a text: the line (from 1), what was found there, and what was expected. */
export interface LitmusError {
  readonly line: number;
  /** Where in the text, from 0. */
  readonly from: number;
  readonly says: string;
}

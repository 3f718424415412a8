import type { Word } from '../base';

/** Privilege: 0 = kernel, 3 = user. */
export type Cpl = 0 | 3;
export type Width = 1 | 2 | 4 | 8;

/** Locked read-modify-writes of the machine. */
export const LOCKED_OPS = ['xchg', 'cmpxchg', 'xor', 'or', 'and', 'add'] as const;
export type LockedOp = (typeof LOCKED_OPS)[number];

/** General registers by their 32-bit names: what loads can keep and stores can give. */
export const GENERAL_REGISTERS = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'] as const;
export type GeneralRegister = (typeof GENERAL_REGISTERS)[number];

/**
 * One operation of a guest program, resolved: numbers only, nothing left to look up. Programs are part of the scenario and
 * never change during a run; the store holds which operation each vCPU is in.
 */
export type GuestOp =
  | {
      readonly kind: 'load';
      readonly va: Word;
      readonly width: Width;
      readonly cpl: Cpl;
      /** Which register keeps what was read; none: nobody does. */
      readonly into?: GeneralRegister;
    }
  /** MOV between registers, or of a value into one: 32 bits. */
  | {
      readonly kind: 'move';
      readonly into: GeneralRegister;
      readonly value: number;
      readonly from?: GeneralRegister;
    }
  | {
      readonly kind: 'store';
      readonly va: Word;
      readonly value: Word;
      readonly width: Width;
      readonly cpl: Cpl;
      readonly entry?: EntryName;
      /** The register whose value is stored, instead of `value`. */
      readonly from?: GeneralRegister;
    }
  | { readonly kind: 'fetch'; readonly va: Word; readonly cpl: Cpl }
  /** The guest kernel finds, in its own tables, the entry of the given level that maps `va`, and stores it through its direct map. */
  | { readonly kind: 'pte'; readonly va: Word; readonly level: number; readonly value: Word }
  | {
      readonly kind: 'locked';
      readonly op: LockedOp;
      readonly va: Word;
      readonly value: Word;
      readonly expected: Word;
      readonly width: Width;
      readonly cpl: Cpl;
      readonly entry?: EntryName;
      /** The register whose value is used, instead of `value`. */
      readonly from?: GeneralRegister;
      /** XCHG: the register that is given the old value. CMPXCHG: EAX, which holds what is expected, and the old value after. */
      readonly into?: GeneralRegister;
    }
  /** REP STOS: `count` stores of `value`, upwards. */
  | {
      readonly kind: 'stos';
      readonly va: Word;
      readonly value: Word;
      readonly width: Width;
      readonly count: number;
      readonly cpl: Cpl;
    }
  | { readonly kind: 'cr3'; readonly value: Word }
  | { readonly kind: 'cr0'; readonly value: number }
  | { readonly kind: 'cr4'; readonly value: number }
  | { readonly kind: 'efer'; readonly value: number }
  | { readonly kind: 'invlpg'; readonly va: Word }
  | { readonly kind: 'mfence' }
  /** A change of machine memory from outside that no fault sees (a device, another domain). Index of a 64-bit word. */
  | { readonly kind: 'poke'; readonly frame: number; readonly index: number; readonly value: Word }
  /** A switch of the design changed in mid-run. */
  | { readonly kind: 'switch'; readonly name: string; readonly on: boolean }
  /** A design's own operation: a hypercall, a lazy section, a host operation. See Exits.operations. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly number[] };

/** Which table entry a store means, for people: guest frame and index. */
export interface EntryName {
  readonly frame: number;
  readonly index: number;
}

/** What one item of a set or a list is: a hexadecimal number, a plain one, or a place `frame[index]` in hex. */
export type ItemKind = 'hex' | 'count' | 'place';

export interface ChoiceOption {
  /** As answers files write it. */
  readonly value: string;
  /** As a student reads it. */
  readonly says: string;
}

/**
 * What kind of answer a field takes. `below` bounds a number where the question does (an index of 512): such a field can be asked
 * in class, for its answer fits a short code. `orNone`: "there is none" is an answer too.
 */
export type FieldType =
  /** An unsigned number of up to 64 bits, always read as hexadecimal. */
  | { readonly kind: 'hex'; readonly below?: number; readonly orNone?: true }
  /** A count: decimal, or hexadecimal with 0x. */
  | { readonly kind: 'count'; readonly below?: number; readonly orNone?: true }
  /** Which of some named bits are set. */
  | { readonly kind: 'bits'; readonly names: readonly string[] }
  /** One of a few. */
  | { readonly kind: 'choice'; readonly options: readonly ChoiceOption[] }
  /** Some of them, in any order; none is an answer. `from`: the things to choose from, where the question lists them. */
  | { readonly kind: 'set'; readonly of: ItemKind; readonly from?: readonly string[] }
  /** Several, and their order counts. */
  | { readonly kind: 'list'; readonly of: ItemKind };

/** One answer of an exercise. */
export interface Field {
  /** Unique in its exercise, short, as answers files write it: `l4`, `error2`. */
  readonly id: string;
  /** What is asked, in words. */
  readonly label: string;
  readonly type: FieldType;
  readonly points: number;
  /** The rule that decides the answer, told after a wrong one. Gives nothing away by itself. */
  readonly rule: string;
}

/**
 * An answer in its one spelling, by which answers are compared: hex without prefix and leading zeros, bits and sets in a fixed order
 * with spaces between, `none` for "there is none" and for nothing in a set.
 */
export type Answer = string;

export const NONE: Answer = 'none';

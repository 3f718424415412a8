import { assertNever } from '../../base';
import type { Cursor } from './cursor';

/** A value in a statement: how it is read, printed and spoken of. Reading and printing are inverse. */
export interface Leaf<T> {
  /** For messages: "a frame". */
  readonly what: string;
  /** For the reference: FRAME. */
  readonly symbol: string;
  /** Words it may begin with, for suggestions and completion. */
  readonly words: readonly string[];
  /** Whether the next tokens begin one; if not, the cursor is told what was looked for. */
  readonly starts: (c: Cursor) => boolean;
  readonly read: (c: Cursor) => T;
  readonly print: (value: T) => string;
  /** How it is built, for whoever walks the forms (completion, test data). */
  readonly made?: Made;
  /** Printed without a space before it. */
  readonly glued?: true;
}

/** A leaf made of parts. */
export type Made =
  | { readonly kind: 'record'; readonly parts: readonly AnyPart[] }
  | { readonly kind: 'either'; readonly cases: Readonly<Record<string, readonly AnyPart[]>> }
  | { readonly kind: 'one of'; readonly words: readonly string[] };

type Shape =
  /** A word or mark that is always there and carries nothing. */
  | { readonly kind: 'literal'; readonly text: string; readonly glue?: 'left' | 'both' }
  | { readonly kind: 'field'; readonly name: string; readonly leaf: Leaf<never> }
  | {
      readonly kind: 'list';
      readonly name: string;
      readonly leaf: Leaf<never>;
      readonly comma: boolean;
      readonly least: number;
    }
  /** All of them or none. */
  | { readonly kind: 'optional'; readonly parts: readonly AnyPart[] }
  /** Each at most once, in any order; printed in the order given. */
  | { readonly kind: 'options'; readonly parts: readonly AnyPart[] };

declare const fields: unique symbol;

/** A piece of a statement's form. `T` is what it adds to the statement's node. */
export type Part<T extends object> = Shape & { readonly [fields]?: T };
export type AnyPart = Part<object>;

// biome-ignore lint/complexity/noBannedTypes: the neutral element of an intersection.
type Nothing = {};
/** All fields of some parts together. */
export type All<P extends readonly AnyPart[]> = P extends readonly [
  infer H,
  ...infer R extends readonly AnyPart[],
]
  ? (H extends Part<infer T> ? T : Nothing) & All<R>
  : Nothing;

export const lit = (text: string): Part<Nothing> => ({ kind: 'literal', text });

/** A mark printed without spaces around it, or only without one before it. */
export const glued = (text: string, glue: 'left' | 'both' = 'both'): Part<Nothing> => ({
  kind: 'literal',
  text,
  glue,
});

export const field = <const N extends string, T>(name: N, leaf: Leaf<T>): Part<{ readonly [K in N]: T }> => ({
  kind: 'field',
  name,
  leaf: leaf as unknown as Leaf<never>,
});

/** Values between commas: at least one. */
export const list = <const N extends string, T>(
  name: N,
  leaf: Leaf<T>,
): Part<{ readonly [K in N]: readonly T[] }> => ({
  kind: 'list',
  name,
  leaf: leaf as unknown as Leaf<never>,
  comma: true,
  least: 1,
});

/** Values one after the other, as long as they start as they should. */
export const many = <const N extends string, T>(
  name: N,
  leaf: Leaf<T>,
  least = 0,
): Part<{ readonly [K in N]: readonly T[] }> => ({
  kind: 'list',
  name,
  leaf: leaf as unknown as Leaf<never>,
  comma: false,
  least,
});

export const optional = <const P extends readonly AnyPart[]>(...parts: P): Part<Partial<All<P>>> => ({
  kind: 'optional',
  parts,
});

export const options = <const P extends readonly AnyPart[]>(...parts: P): Part<Partial<All<P>>> => ({
  kind: 'options',
  parts,
});

/** How the reference writes some parts: `map VA -> FRAME RIGHTS [count N]`. */
export function syntaxOf(parts: readonly AnyPart[]): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'literal':
          return part.text;
        case 'field':
          return part.leaf.symbol;
        case 'list':
          return part.comma
            ? `${part.leaf.symbol}, ...`
            : part.least > 0
              ? `${part.leaf.symbol} ...`
              : `[${part.leaf.symbol} ...]`;
        case 'optional':
          return `[${syntaxOf(part.parts)}]`;
        case 'options':
          return part.parts
            .map((one) => (one.kind === 'optional' ? syntaxOf([one]) : `[${syntaxOf([one])}]`))
            .join(' ');
        default:
          return assertNever(part);
      }
    })
    .join(' ')
    .replaceAll('[ ', '[')
    .replaceAll(' ]', ']');
}

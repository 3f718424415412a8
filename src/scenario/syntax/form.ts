import type { Span } from '../../engine/spec';
import type { All, AnyPart } from './part';

/** Where in a text a form belongs. */
export type Group =
  /** What the scenario is. */
  | 'about'
  /** The machine and the design. */
  | 'machine'
  /** Memory before the first step. */
  | 'memory'
  /** Who runs what: begins a block. */
  | 'block'
  /** One operation of a block. */
  | 'operation'
  /** How it runs, what is said about it, and what it must show. */
  | 'run';

/** A kind of statement: its keyword, its parts, and what the reference says of it. */
export interface Form<K extends string = string, T extends object = object> {
  readonly kind: K;
  readonly keyword: string;
  /** Other words that mean the same; the printer writes the keyword. */
  readonly also: readonly string[];
  readonly group: Group;
  readonly parts: readonly AnyPart[];
  /** One sentence. */
  readonly says: string;
  /** Lines that parse. */
  readonly examples: readonly string[];
  readonly node?: T;
}

export interface Help {
  readonly says: string;
  readonly examples: readonly string[];
  readonly also?: readonly string[];
}

/** A statement's node: the fields of its form, where it stands, and the comment at its end. */
export type Node<F> =
  F extends Form<infer K, infer T> ? Span & { readonly kind: K; readonly comment?: string } & T : never;

/** Declares forms of one group: `form('load', 'load', help, ...parts)`. */
export const formsOf =
  (group: Group) =>
  <const K extends string, const P extends readonly AnyPart[]>(
    kind: K,
    keyword: string,
    help: Help,
    ...parts: P
  ): Form<K, All<P>> => ({
    kind,
    keyword,
    group,
    parts,
    says: help.says,
    examples: help.examples,
    also: help.also ?? [],
  });

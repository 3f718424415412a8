import { parseWord, wordToBigInt } from '../../base';
import type { Span } from '../../engine/spec';
import type { Cursor } from './cursor';
import type { All, AnyPart, Leaf } from './part';
import { readParts, seesParts } from './read';
import { TEXT_BREAK, writeParts } from './write';

/** A number as written. */
export interface Num extends Span {
  readonly value: bigint;
  /** How many hex digits it is printed with at least; 0 for decimal. */
  readonly digits: number;
}

/** A word that names something. */
export interface Name extends Span {
  readonly text: string;
}

/** 0x7f80_8820_7000: groups of four from the right; `digits` at least. */
function hexText(value: bigint, digits: number): string {
  const plain = value.toString(16).padStart(digits, '0');
  return `0x${plain.replace(/(?!^)(?=(?:.{4})+$)/g, '_')}`;
}

/** `digits`: always printed in hex with that many at least; without it, the way it was written. */
function numberLeaf(what: string, symbol: string, digits?: number): Leaf<Num> {
  const expected = { what, words: [], symbol };
  return {
    what,
    symbol,
    words: [],
    starts: (c) => c.sees(expected, 'number'),
    read(c) {
      const token = c.next();
      const negative = token.text.startsWith('-');
      const parsed = parseWord(negative ? token.text.slice(1) : token.text);
      if (parsed.kind === 'error') return c.stop(token, `${parsed.error}.`);
      const value = wordToBigInt(parsed.value);
      const written = /^-?0x([0-9a-f_]+)$/i.exec(token.text)?.[1]?.replaceAll('_', '').length ?? 0;
      return { value: negative ? -value : value, digits: digits ?? written, from: token.from, to: token.to };
    },
    print: (n) => {
      if (n.digits === 0) return n.value.toString();
      return n.value < 0n ? `-${hexText(-n.value, n.digits)}` : hexText(n.value, n.digits);
    },
  };
}

/** A guest frame number; printed in hex with three digits at least. */
export const frame = numberLeaf('a frame number such as 0x030', 'FRAME', 3);
/** A virtual address. */
export const address = numberLeaf('a virtual address such as 0x7f80_8820_7000', 'ADDRESS', 4);
export const value = numberLeaf('a value such as 0x45 or 7', 'VALUE');
export const count = numberLeaf('a number', 'NUMBER');

/** A value, or `-` for -1: how structures and events write "none". */
export const valueOrNone: Leaf<Num> = {
  ...value,
  what: 'a value or `-`',
  symbol: 'VALUE|-',
  starts: (c) => c.sees({ what: '`-`', words: [] }, 'mark', '-') || value.starts(c),
  read(c) {
    if (c.peek()?.text !== '-') return value.read(c);
    const { from, to } = c.next();
    return { value: -1n, digits: 0, from, to };
  },
  print: (n) => (n.value === -1n && n.digits === 0 ? '-' : value.print(n)),
};

/** A free name. `among` are the names known at reading time, for suggestions. */
export const name = (what: string, symbol: string, among: readonly string[] = []): Leaf<Name> => {
  const expected = { what, words: among, symbol };
  return {
    what,
    symbol,
    words: among,
    starts: (c) => c.sees(expected, 'word'),
    read(c) {
      const token = c.next();
      return { text: token.text, from: token.from, to: token.to };
    },
    print: (n) => n.text,
  };
};

/** One of a few words. */
export const oneOf = <const W extends string>(...words: readonly W[]): Leaf<W> => ({
  what: words.map((w) => `\`${w}\``).join(' or '),
  symbol: words.join('|'),
  words,
  starts(c) {
    const token = c.peek();
    // Sizes such as 2m are tokens of their own; to the forms they are words like others.
    if (
      token !== undefined &&
      (token.kind === 'word' || token.kind === 'size') &&
      words.includes(token.text as W)
    )
      return true;
    for (const word of words) c.want({ what: `\`${word}\``, words: [word] });
    return false;
  },
  read: (c) => c.next().text as W,
  print: (word) => word,
  made: { kind: 'one of', words },
});

const unquote = (raw: string): string => raw.slice(1, -1).replace(/\\(.)/g, '$1');
const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/**
 * Words for people, in quotes. Several quoted texts in a row are one text; the printer makes use of that for long ones.
 * Spaces in a row count as one.
 */
export const text: Leaf<string> = {
  what: 'a text in quotes',
  symbol: '"TEXT"',
  words: [],
  starts: (c) => c.sees({ what: 'a text in quotes', words: [] }, 'string'),
  read(c) {
    const pieces: string[] = [];
    while (c.peek()?.kind === 'string') pieces.push(unquote(c.next().text));
    return pieces.join(' ').replace(/\s+/g, ' ').trim();
  },
  print: (words) => quote(words).replaceAll(' ', TEXT_BREAK),
};

/** A leaf made of parts: an object with their fields. */
export const record = <const P extends readonly AnyPart[]>(
  what: string,
  symbol: string,
  ...parts: P
): Leaf<All<P>> => ({
  what,
  symbol,
  words: [],
  starts: (c) => seesParts(c, parts),
  read: (c) => readParts(c, parts) as All<P>,
  print: (node) => writeParts(parts, node as Readonly<Record<string, unknown>>),
  made: { kind: 'record', parts },
});

type Tagged<C extends Readonly<Record<string, readonly AnyPart[]>>> = {
  [K in keyof C & string]: { readonly kind: K } & All<C[K]>;
}[keyof C & string];

/** A leaf that is one of several things, told apart by `kind`: the first case that can begin here is taken. */
export const either = <const C extends Readonly<Record<string, readonly AnyPart[]>>>(
  what: string,
  symbol: string,
  cases: C,
): Leaf<Tagged<C>> => ({
  what,
  symbol,
  words: [],
  starts: (c) => Object.values(cases).some((parts) => seesParts(c, parts)),
  read(c) {
    const kind = Object.keys(cases).find((key) => seesParts(c, cases[key] ?? []));
    if (kind === undefined) return c.fail();
    return { kind, ...readParts(c, cases[kind] ?? []) } as Tagged<C>;
  },
  print: (node) => writeParts(cases[node.kind] ?? [], node as unknown as Readonly<Record<string, unknown>>),
  made: { kind: 'either', cases },
});

/** A leaf that looks one token further than its first: `then` decides after a number whether this is it. */
export const leafWhen = <T>(leaf: Leaf<T>, holds: (c: Cursor) => boolean): Leaf<T> => ({
  ...leaf,
  starts: (c) => holds(c) && leaf.starts(c),
});

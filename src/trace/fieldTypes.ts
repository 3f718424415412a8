import { bytesOf, type Cursor } from './cursor';
import type { FieldType } from './field';
import { pageType } from './pageText';

export const hexOf = (hi: number, lo: number): string =>
  hi === 0
    ? (lo >>> 0).toString(16)
    : `${(hi >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, '0')}`;

const both = (c: Cursor, out: Int32Array, at: number): true => {
  out[at] = c.hi;
  out[at + 1] = c.lo;
  return true;
};

/** Hex of 64 bits, at least `digits` digits. */
const wide = (digits: number): FieldType => ({
  width: 2,
  read: (c, out, at) => c.hex() && both(c, out, at),
  print: (word) => hexOf(word(0), word(1)).padStart(digits, '0'),
});

const narrow = (digits: number): FieldType => ({
  width: 1,
  read: (c, out, at) => {
    if (!c.hex() || c.hi !== 0) return false;
    out[at] = c.lo;
    return true;
  },
  print: (word) => (word(0) >>> 0).toString(16).padStart(digits, '0'),
});

/** `%#llx`: with 0x, but for zero, which is `0`. */
const alternate: FieldType = {
  width: 2,
  read: (c, out, at) => {
    if (!c.byte(48)) return false;
    if (!c.byte(120)) {
      c.hi = 0;
      c.lo = 0;
      return both(c, out, at);
    }
    return c.hex() && both(c, out, at);
  },
  print: (word) => (word(0) === 0 && word(1) === 0 ? '0' : `0x${hexOf(word(0), word(1))}`),
};

const decimal: FieldType = {
  width: 1,
  read: (c, out, at) => {
    if (!c.decimal()) return false;
    out[at] = c.lo;
    return true;
  },
  print: (word) => String(word(0)),
};

export const FLAG_NAMES = ['P', 'W', 'U', 'RSVD', 'F'] as const;
const FLAG_BYTES = FLAG_NAMES.map((name) => bytesOf(name));
const BAR = 124;

/** The flags of a page-fault error code: names joined by `|`, what has no name as one number, nothing for none. */
const flags: FieldType = {
  width: 1,
  read: (c, out, at) => {
    let code = 0;
    while (true) {
      const bit = FLAG_BYTES.findIndex((name) => c.take(name));
      if (bit >= 0) code |= 1 << bit;
      else if (c.here === 48 && c.byte(48) && c.byte(120) && c.hex()) code |= c.lo;
      else break;
      if (!c.byte(BAR)) break;
    }
    out[at] = code;
    return true;
  },
  print: (word) => {
    const code = word(0);
    const rest = code & ~((1 << FLAG_NAMES.length) - 1);
    const names: string[] = FLAG_NAMES.filter((_, bit) => (code & (1 << bit)) !== 0);
    return [...names, ...(rest === 0 ? [] : [`0x${(rest >>> 0).toString(16)}`])].join('|');
  },
};

const RIGHTS = 'rwxu';
/** `(rwxu)` without its parentheses, as bits r, w, x, u and, worth 16, that u is said at all. */
const rights: FieldType = {
  width: 1,
  read: (c, out, at) => {
    let bits = 0;
    for (let i = 0; i < 4; i++) {
      if (c.byte(RIGHTS.charCodeAt(i))) bits |= i === 3 ? 24 : 1 << i;
      else if (c.byte(45)) bits |= i === 3 ? 16 : 0;
      else if (i < 3) return false;
    }
    out[at] = bits;
    return true;
  },
  print: (word) => {
    const bits = word(0);
    const said = (bits & 16) !== 0 ? 4 : 3;
    return [...RIGHTS.slice(0, said)].map((letter, i) => ((bits >> i) & 1 ? letter : '-')).join('');
  },
};

/** A hashed pointer: of no meaning, but told apart from another. */
const pointer: FieldType = {
  width: 2,
  read: (c, out, at) => {
    if (c.hex()) return both(c, out, at);
    // `(____ptrval____)` and `(null)`: the kernel could not hash yet.
    if (!c.byte(40)) return false;
    while (c.here >= 0 && c.here !== 41) c.at++;
    c.hi = 0;
    c.lo = 0;
    return c.byte(41) && both(c, out, at);
  },
  print: (word) => hexOf(word(0), word(1)).padStart(16, '0'),
};

/** Words up to ` rip`, or up to the end where there is none: an exit reason (`PF excp`). */
const reason: FieldType = {
  width: 1,
  read: (c, out, at, { names }) => {
    const start = c.at;
    while (c.at < c.end) {
      const { bytes, at: here } = c;
      if (bytes[here] === 32 && bytes[here + 1] === 114 && bytes[here + 2] === 105 && bytes[here + 3] === 112)
        break;
      c.at++;
    }
    if (c.at === start) return false;
    out[at] = names.of(c.bytes, start, c.at);
    return true;
  },
  print: (word, { names }) => names.text(word(0)),
};

/** One word without spaces: `#PF`, `read`, `Write`. */
const token: FieldType = {
  width: 1,
  read: (c, out, at, { names }) => {
    const start = c.at;
    c.word();
    if (c.at === start) return false;
    out[at] = names.of(c.bytes, start, c.at);
    return true;
  },
  print: (word, { names }) => names.text(word(0)),
};

/** Everything to the end of the line. */
const rest: FieldType = {
  width: 2,
  read: (c, out, at, { texts }) => {
    const start = c.at;
    c.at = c.end;
    out[at] = texts.add(c.bytes, start, c.end);
    out[at + 1] = c.end - start;
    return true;
  },
  print: (word, { texts }) => texts.text(word(0), word(1)),
};

/** By the name that a layout gives it. */
export const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  x64: wide(1),
  X64: wide(16),
  x32: narrow(1),
  X32: narrow(8),
  alt: alternate,
  u: decimal,
  flags,
  rights,
  ptr: pointer,
  reason,
  word: token,
  rest,
  page: pageType(8),
  /** As Linux 3.6 printed it. */
  oldpage: pageType(3),
};

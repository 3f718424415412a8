import { type Random, type Word, word } from '../../base';
import { A, CR0_PG, CR0_WP, CR4_PAE, CR4_PGE, D, type GuestOp, P, PS, U, W } from '../../machine';
import {
  alias,
  aliasPage,
  allBut,
  type Context,
  EMPTY,
  frameOfTable,
  load,
  plainTable,
  plus,
  randomEntry,
  someEntry,
  someIndex,
  someone,
  somePlace,
  someTable,
  someVa,
  store,
  write,
} from './entries';
import { flushTlbs, interruptAt } from './hostOperations';
import {
  BOTH,
  DATA,
  entry,
  freeIndex,
  IDLE_ROOT_ENTRY,
  PAGES,
  ROOTS,
  SUPERPAGE_BASES,
  TABLE_ENTRIES,
} from './layout';
import { MIX, type OpKind } from './mix';

/** Bytes of two entries in a row, some of which are written: tables written with stores that are too short, or not aligned. */
function partial(r: Random, c: Context): GuestOp {
  const { entryBytes } = c.layout;
  const [a, b] = [randomEntry(r, c), randomEntry(r, c)];
  const bytes = [a.lo, ...(entryBytes === 8 ? [a.hi] : []), b.lo, b.hi].flatMap((w) =>
    [0, 8, 16, 24].map((shift) => (w >>> shift) & 255),
  );
  const width = r.pick([1, 2, 4, 8] as const);
  const offset = r.chance(0.4) ? 0 : r.below(entryBytes);
  const half = (from: number): number =>
    [0, 1, 2, 3].reduce(
      (sum, i) => sum | (from + i < offset + width ? (bytes[from + i] ?? 0) << (8 * i) : 0),
      0,
    );
  return store(plus(someEntry(r, c), offset), word(half(offset + 4), half(offset)), width);
}

/** One change of a table, and the flush that a guest does with it. */
function setAndFlush(r: Random, c: Context): GuestOp[] {
  const { layout: l } = c;
  const { nth, index: i } = somePlace(r, c);
  const change = write(r, c, l.direct(frameOfTable(nth), i), randomEntry(r, c));
  const flush: GuestOp = { kind: 'invlpg', va: l.va(nth, i) };
  return [change, flush, ...(r.chance(0.5) ? [load(l.va(nth, i), someone(r))] : [])];
}

/** The two halves of an entry one after the other, as 32-bit kernels do in PAE mode. */
function halves(r: Random, c: Context): GuestOp[] {
  const at = someEntry(r, c);
  const value = randomEntry(r, c);
  if (c.layout.entryBytes === 4) return [store(at, value, 4)];
  const low = store(at, word(0, value.lo), 4);
  const high = store(plus(at, 4), word(0, value.hi), 4);
  return r.chance(0.5) ? [low, high] : [store(at, EMPTY, 4), high, low];
}

/** What a process does to its parent's tables: takes the right to write from some entries in a row, then flushes. */
function fork(r: Random, c: Context): GuestOp[] {
  const { layout: l } = c;
  const frame = frameOfTable(plainTable(r, c));
  const first = r.below(4);
  const common = { value: allBut(c, W), expected: EMPTY, width: l.entryBytes, cpl: 0 } as const;
  const take = Array.from({ length: 2 + r.below(6) }, (_, n): GuestOp => {
    return { kind: 'locked', op: 'and', va: l.direct(frame, first + n), ...common };
  });
  return [...take, { kind: 'cr3', value: word(0, r.pick([ROOTS[0], ROOTS[1]]) << 12) }];
}

/** Another process runs for a moment; back in the first, the kernel edits a table that both have, and uses it. */
function visit(r: Random, c: Context): GuestOp[] {
  const { layout: l } = c;
  const [home, away] = r.chance(0.5) ? [ROOTS[0], ROOTS[1]] : [ROOTS[1], ROOTS[0]];
  const { nth, index } = somePlace(r, c);
  const page = (table: number): Word => l.va(table, freeIndex(table, someIndex(r, c)));
  const other = someTable(r, c);
  return [
    { kind: 'cr3', value: word(0, away << 12) },
    load(page(nth), someone(r)),
    { kind: 'cr3', value: word(0, home << 12) },
    ...(r.chance(0.5) ? [load(page(other), someone(r))] : []),
    write(r, c, l.direct(frameOfTable(nth), index), randomEntry(r, c)),
    load(page(nth), someone(r)),
  ];
}

/**
 * A page that was an L1 table becomes a root, for a moment: pages are recycled. Not in PAE mode, where the four tables of a new root
 * are protected together and then promoted one by one: one that another vCPU let go is brought in sync on the way, and may
 * map the next one writable, as in 9.18. Xen has no remedy for that.
 */
function oddRoot(r: Random, c: Context): GuestOp[] {
  if (c.layout.mode === 'pae') return visit(r, c);
  const { nth, index } = somePlace(r, c);
  const frame = frameOfTable(nth);
  const root = (at: number): GuestOp => ({ kind: 'cr3', value: word(0, at << 12) });
  return [
    write(r, c, c.layout.direct(frame, index), randomEntry(r, c)),
    root(frame),
    ...(r.chance(0.5) ? [load(someVa(r, c), someone(r))] : []),
    root(r.pick(c.roots)),
  ];
}

/** A process exits: zeroes in a row. */
function zeros(r: Random, c: Context): GuestOp[] {
  const { layout: l } = c;
  const upper = r.pick(l.uppers);
  const [frame, first] = r.chance(0.7) ? [frameOfTable(plainTable(r, c)), 0] : [upper.frame, upper.first];
  return Array.from({ length: 2 + r.below(3) }, (_, n) =>
    store(l.direct(frame, first + n), EMPTY, l.entryBytes),
  );
}

/** An upper entry: another L1 table, or none, with or without rights. */
function upperEntry(r: Random, c: Context): Word {
  if (r.chance(0.2)) return EMPTY;
  const rights = P | U | (r.chance(0.8) ? W : 0) | (r.chance(0.7) ? A : 0);
  return entry(frameOfTable(someTable(r, c)), rights);
}

/** A superpage appears, changes, or goes. */
function superpage(r: Random, c: Context): GuestOp {
  const { layout: l } = c;
  const base = l.mode === '32' ? SUPERPAGE_BASES[0] : r.pick(SUPERPAGE_BASES);
  const flags = P | PS | (r.chance(0.8) ? U : 0) | (r.chance(0.7) ? W : 0);
  const marks = (r.chance(0.7) ? A : 0) | (r.chance(0.5) ? D : 0);
  const value = r.chance(0.25) ? EMPTY : entry(base, flags | marks);
  return write(r, c, l.direct(r.pick(l.uppers).frame, l.largeIndex), value);
}

/** Through a superpage the guest sees memory, and perhaps its tables in it. */
function largeAccess(r: Random, c: Context): GuestOp {
  const { layout: l } = c;
  const frame = r.chance(0.5) ? DATA + r.below(6) : frameOfTable(plainTable(r, c));
  const at = l.large(frame, l.entryBytes * someIndex(r, c));
  return r.chance(0.5) ? load(at, someone(r)) : write(r, c, at, randomEntry(r, c), someone(r, 0.5));
}

/** The guest stops paging, touches its memory by its physical addresses, and goes on. */
function pagingOff(r: Random, c: Context): GuestOp[] {
  const { entryBytes } = c.layout;
  const physical = (): Word =>
    word(0, (r.pick([frameOfTable(plainTable(r, c)), DATA]) << 12) + entryBytes * r.below(4));
  const inner = Array.from({ length: r.below(4) }, () =>
    r.chance(0.5) ? load(physical(), 0) : store(physical(), randomEntry(r, c), entryBytes),
  );
  return [{ kind: 'cr0', value: c.cr0 & ~CR0_PG }, ...inner, { kind: 'cr0', value: c.cr0 | CR0_PG }];
}

/** A 32-bit guest tries the other table format on the same tables, where they mean something else. */
function otherMode(r: Random, c: Context): GuestOp[] {
  if (c.layout.mode === '64') return pagingOff(r, c);
  const off: GuestOp = { kind: 'cr0', value: c.cr0 & ~CR0_PG };
  const on: GuestOp = { kind: 'cr0', value: c.cr0 | CR0_PG };
  const reads = Array.from({ length: 1 + r.below(3) }, () => load(someVa(r, c), someone(r)));
  return [off, { kind: 'cr4', value: c.cr4 ^ CR4_PAE }, on, ...reads, off, { kind: 'cr4', value: c.cr4 }, on];
}

const MAKE: Readonly<Record<OpKind, (r: Random, c: Context) => GuestOp | GuestOp[]>> = {
  load: (r, c) => load(someVa(r, c), someone(r), r.pick([4, 8] as const)),
  storeData: (r, c) => {
    const width = r.pick([1, 4, 8] as const);
    const { nth, index } = somePlace(r, c);
    // Behind the last page of a table begins the next one, where tables may be mapped: see `alias`. And without CR0.WP the emulator
    // is asked for ever for a store that reaches into a device.
    const whole = index === c.layout.entries - 1 || (c.cr0 & CR0_WP) === 0;
    const crossing = !whole && r.chance(0.1);
    const at = plus(c.layout.va(nth, index), crossing ? 4096 - r.below(8) : 8 * r.below(4));
    return store(at, word(0, r.below(200)), width, someone(r));
  },
  fetch: (r, c) => ({ kind: 'fetch', va: someVa(r, c), cpl: someone(r) }),
  setEntry: (r, c) => write(r, c, someEntry(r, c), randomEntry(r, c), 0, 0),
  lockEntry: (r, c) => write(r, c, someEntry(r, c), randomEntry(r, c), 0, 1),
  aliasStore: (r, c) => {
    const cpl = someone(r, 0.3);
    return write(r, c, alias(r, c, cpl), randomEntry(r, c), cpl);
  },
  setAndFlush,
  partial,
  halves,
  stos: (r, c) => {
    const common = { width: c.layout.entryBytes, count: 2 + r.below(12), cpl: 0 } as const;
    const value = r.chance(0.6) ? EMPTY : randomEntry(r, c);
    return {
      kind: 'stos',
      va: c.layout.direct(frameOfTable(plainTable(r, c)), r.below(20)),
      value,
      ...common,
    };
  },
  zeros,
  fork,
  invlpg: (r, c) => ({ kind: 'invlpg', va: r.chance(0.8) ? someVa(r, c) : aliasPage(r, c) }),
  cr3: (r, c) => {
    const root = c.layout.mode === '32' && r.chance(0.05) ? BOTH : r.pick(c.roots);
    return { kind: 'cr3', value: word(0, root << 12) };
  },
  visit,
  oddRoot,
  upper: (r, c) => {
    const { frame, first } = r.pick(c.layout.uppers);
    return write(r, c, c.layout.direct(frame, first + r.below(PAGES.length)), upperEntry(r, c));
  },
  top: (r, c) => {
    const { layout: l } = c;
    if (l.tops.length === 0) return load(someVa(r, c), someone(r));
    const { frame, index, targets } = r.pick(l.tops);
    const flags = l.mode === 'pae' ? P : P | W | U | A;
    return store(l.direct(frame, index), entry(r.pick(targets), flags), l.entryBytes);
  },
  mapTable: (r, c) => {
    const { index, frame } = r.pick(TABLE_ENTRIES);
    const at = c.layout.direct(frameOfTable(someTable(r, c)), index);
    return store(at, entry(frame, P | W | A | D | (r.chance(0.7) ? U : 0)), c.layout.entryBytes);
  },
  rootStore: (r, c) => {
    const at = c.layout.direct(r.pick(c.roots), IDLE_ROOT_ENTRY);
    return store(at, c.layout.mode === '64' ? word(0, 0x40 * r.below(4)) : EMPTY, c.layout.entryBytes);
  },
  superpage,
  largeAccess,
  through: (r, c) => load(c.layout.through(plainTable(r, c), someIndex(r, c)), someone(r)),
  wp: (_, c) => {
    c.cr0 ^= CR0_WP;
    return { kind: 'cr0', value: c.cr0 };
  },
  pge: (_, c) => {
    c.cr4 ^= CR4_PGE;
    return { kind: 'cr4', value: c.cr4 };
  },
  pagingOff,
  otherMode,
  flushTlbs: () => flushTlbs,
  // A kernel's stack is memory that it can write (one behind a read-only entry would fault for ever while CR0.WP is off), and no
  // root: the shadow of a loaded root cannot be removed, which crashes the domain.
  interrupt: (r, c) => [
    interruptAt(c.layout.direct(frameOfTable(plainTable(r, c)), someIndex(r, c))),
    load(someVa(r, c), 0),
  ],
  pte: (r, c) => ({ kind: 'pte', va: someVa(r, c), level: 1, value: randomEntry(r, c) }),
  switch: (r, c) =>
    c.turnable.length === 0
      ? load(someVa(r, c), someone(r))
      : { kind: 'switch', name: r.pick(c.turnable), on: r.chance(0.6) },
};

/** The next operation of a guest that does everything guests do, by the weights given. */
export function randomOperation(r: Random, c: Context): GuestOp[] {
  let dice = r.below(Object.values(c.weights).reduce((sum, weight) => sum + weight, 0));
  for (const kind of Object.keys(MIX) as OpKind[]) {
    dice -= c.weights[kind];
    if (dice >= 0) continue;
    const made = MAKE[kind](r, c);
    return Array.isArray(made) ? made : [made];
  }
  throw new Error('the weights of a random guest add up to nothing');
}

/** A program of at least so many operations. */
export function randomProgram(r: Random, c: Context, length: number): GuestOp[] {
  const program: GuestOp[] = [];
  while (program.length < length) program.push(...randomOperation(r, c));
  return program;
}

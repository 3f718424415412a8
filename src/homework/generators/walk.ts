import type { Random } from '../../base';
import { GuestPageFault, MemoryRead, WalkedLevel } from '../../machine';
import { between, distinct, shuffled } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import {
  addressOf,
  type DrawnEntry,
  type DrawnTable,
  entryOf,
  type PagingName,
  printTables,
  SHAPES,
  type Shape,
  tableLines,
  vaText,
} from '../guestTables';
import { asHex, asHex64, endOfOp, eventsOf, momentAfter, part, runOf, told } from '../lab';
import { frameText, long, program, quote, text } from '../paper';

/** Large pages must lie in memory: 2 GiB of frames, which cost what is touched. */
const FRAMES = 0x8_0000;
const FIRST_FRAME = 0x10;
const LAST_TABLE = 0x7f;

interface Drawn {
  readonly shape: Shape;
  readonly tables: readonly DrawnTable[];
  /** Addresses that are read, in order. */
  readonly reads: readonly bigint[];
}

/** Page walks in each paging mode: what is read, and which byte of memory it comes to. */
export const walk: Generator = {
  name: 'walk',
  version: 1,
  title: 'Page walks',
  says: 'Translate addresses by hand in 4-level, PAE and 32-bit paging: indices, tables read, the physical address.',
  levels: {
    1: 'One address, pages of 4 KiB.',
    2: 'One address, perhaps in a large page; entries carry bits that do not matter.',
    3: 'Two addresses: one that is found, and one whose walk may stop; a table may serve at two levels.',
  },
  make(random, level): Made {
    const drawn = draw(random, level);
    return made(drawn, level);
  },
};

function draw(random: Random, level: Level): Drawn {
  const shape = SHAPES[random.pick<PagingName>(['x86-64', 'pae', '32-bit'])];
  const { levels } = shape;
  // PAE's top table has four entries, so its frame is as good as any; its entries are loaded with CR3.
  const frames = distinct(random, levels, FIRST_FRAME, LAST_TABLE);
  const large = level > 1 && random.chance(0.45) ? largeLevel(random, shape) : 1;
  const selfMapped = level === 3 && shape.name !== 'pae' && large === 1 && random.chance(0.4);
  // Of level 1 first.
  const indices = shape.bits.map((bits) => random.below(2 ** bits));
  if (shape.name === 'x86-64' && level === 1) indices[3] = (indices[3] as number) & 0xff;
  const tables: DrawnTable[] = [];
  for (let l = levels; l >= large; l--) {
    const leaf = l === large;
    const target = leaf ? leafFrame(random, shape, l) : (frames[l - 2] as number);
    tables.push({
      frame: frames[l - 1] as number,
      level: l,
      entries: entriesOf(random, shape, level, l, indices[l - 1] as number, target, leaf && l > 1, leaf),
    });
  }
  const offset = random.below(512) * 8;
  const offsetInPage = offset + (large > 1 ? insideLarge(random, shape, large) * 4096 : 0);
  const found =
    addressOf(
      shape,
      indices.map((index, i) => (i < large - 1 ? 0 : index)),
      0,
    ) | BigInt(offsetInPage);
  if (level < 3) return { shape, tables, reads: [found] };
  if (selfMapped) return withSelfMap(random, shape, tables, indices, found);
  return { shape, tables, reads: shuffled(random, [found, missing(random, shape, tables, indices, large)]) };
}

/** At which level a large page of this mode is a leaf. */
function largeLevel(random: Random, shape: Shape): number {
  return shape.name === 'x86-64' ? random.pick([2, 2, 3]) : 2;
}

const pageFrames = (shape: Shape, level: number): number =>
  2 ** shape.bits.slice(0, level - 1).reduce((a, b) => a + b, 0);

function leafFrame(random: Random, shape: Shape, level: number): number {
  if (level === 1) return between(random, 0x100, 0x7fff);
  const size = pageFrames(shape, level);
  return size * between(random, 1, Math.floor(FRAMES / size) - 1);
}

const insideLarge = (random: Random, shape: Shape, level: number): number =>
  random.below(pageFrames(shape, level));

/** The entry that the walk meets, and some that it must pass by. */
function entriesOf(
  random: Random,
  shape: Shape,
  level: Level,
  tableLevel: number,
  index: number,
  target: number,
  large: boolean,
  leaf: boolean,
): DrawnEntry[] {
  const top = shape.name === 'pae' && tableLevel === 3;
  const size = 2 ** (shape.bits[tableLevel - 1] as number);
  const noise = (): bigint =>
    level === 1 || top ? 0n : (BigInt(random.below(8)) << 9n) | (BigInt(random.below(4)) << 3n);
  const flags = { w: random.chance(0.6), u: true, a: true, d: leaf && random.chance(0.5), ps: large };
  const entry = (frame: number): bigint => (top ? entryOf(frame, {}) : entryOf(frame, flags) | noise());
  const others = Math.min(level === 1 ? 2 : 3, size - 1);
  const near = new Set<number>([index]);
  while (near.size < others + 1)
    near.add(random.chance(0.6) ? (index + between(random, -2, 2) + size) % size : random.below(size));
  return [...near].map((i) => {
    if (i === index) return { index: i, word: entry(target) };
    const present = random.chance(0.75);
    const frame = large ? leafFrame(random, shape, tableLevel) : between(random, FIRST_FRAME, 0x7f);
    if (present) return { index: i, word: entry(leaf && !large ? between(random, 0x100, 0x7fff) : frame) };
    // Not present: whatever its other bits say means nothing to the processor.
    return { index: i, word: entry(frame) & ~1n };
  });
}

/** The page table that the top table's own entry makes of it: a read through it reads entries. */
function withSelfMap(
  random: Random,
  shape: Shape,
  tables: readonly DrawnTable[],
  indices: readonly number[],
  found: bigint,
): Drawn {
  const [root, ...rest] = tables as [DrawnTable, ...DrawnTable[]];
  const size = 2 ** (shape.bits[shape.levels - 1] as number);
  let slot = random.below(size);
  while (root.entries.some(({ index }) => index === slot)) slot = (slot + 1) % size;
  const self = entryOf(root.frame, { w: true, u: true, a: true });
  const withSlot = { ...root, entries: [...root.entries, { index: slot, word: self }] };
  // One level is used up by going round: the level-1 table of the found page is read as if it were a page.
  const path = [...indices.slice(1), slot];
  const read = addressOf(shape, path, (indices[0] as number) * (shape.digits / 2));
  return { shape, tables: [withSlot, ...rest], reads: shuffled(random, [found, read]) };
}

/** An address that leaves the path of the found one at some level, for an entry that is listed or not. */
function missing(
  random: Random,
  shape: Shape,
  tables: readonly DrawnTable[],
  indices: readonly number[],
  large: number,
): bigint {
  // The four entries of PAE's top table are all listed: nothing is missing there.
  const at = between(random, large, shape.name === 'pae' ? 2 : shape.levels);
  const table = tables.find(({ level }) => level === at);
  const absent = (table?.entries ?? []).filter(({ word }) => (word & 1n) === 0n).map(({ index }) => index);
  const size = 2 ** (shape.bits[at - 1] as number);
  const listed = new Set(table?.entries.map(({ index }) => index));
  let index = absent.length > 0 && random.chance(0.6) ? random.pick(absent) : random.below(size);
  while (listed.has(index) && !absent.includes(index)) index = (index + 1) % size;
  const path = indices.map((i, l) => (l === at - 1 ? index : i));
  return addressOf(shape, path, random.below(512) * 8);
}

function made({ shape, tables, reads }: Drawn, level: Level): Made {
  const [root] = tables as [DrawnTable];
  const scenario = [
    `scenario ${quote(`A page walk in ${shape.short} paging`)}`,
    `about ${quote('An exercise: which entries are read, and which byte of memory is it?')}`,
    '',
    'design native',
    `paging ${shape.name}, ${FRAMES} frames`,
    'tlb off',
    ...tableLines(shape, tables),
    '',
    'vcpu 0',
    ...reads.map((va) => `  load ${long(va)} dword ${isKernel(shape, va) ? 'kernel' : 'user'}`),
  ].join('\n');
  const run = runOf(`${scenario}\n`);
  const prompt: Block[] = [
    text(
      `The processor uses ${shape.title}. CR3 names frame ${frameText(root.frame)}. Pages have 4,096 bytes; frame numbers count them.`,
    ),
    text(
      'These frames hold tables; entries that are not listed are 0. Bit 0 of an entry is P, bit 1 W, bit 2 U, bit 5 A, bit 6 D, bit 7 PS (in entries above level 1: a large page). Bits 9 to 11 and 3 to 4 mean nothing here.',
    ),
    ...printTables(shape, tables),
    program(
      'The processor reads four bytes at',
      reads.map((va, n) => `${reads.length > 1 ? `(${n + 1})  ` : ''}${vaText(shape, va)}`),
    ),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const walked = eventsOf(run, WalkedLevel);
  const faults = eventsOf(run, GuestPageFault);
  const data = eventsOf(run, MemoryRead);
  reads.forEach((_, n) => {
    const which = reads.length > 1 ? ` of (${n + 1})` : '';
    const suffix = reads.length > 1 ? `-${n + 1}` : '';
    const steps = walked.filter((e) => run.opOf(e.step) === n);
    const physical = data.find((e) => run.opOf(e.step) === n);
    const fault = faults.find((e) => run.opOf(e.step) === n);
    // Where the walk ends, it is decided that nothing more is read.
    const ends = fault ?? physical ?? steps.at(-1);
    const put = (field: Field, answer: Answer, step = ends?.step): void => {
      fields.push(field);
      answers[field.id] = answer;
      decided[field.id] = step === undefined ? endOfOp(run, 0, n) : momentAfter(run, step);
    };
    for (let l = shape.levels; l >= 1; l--) {
      // Where the walk may stop is a question of its own: of level 3, only the way in is asked.
      if (level === 3 && l !== shape.levels) continue;
      const step = steps.find((e) => part(e, 'level') === l);
      const below = 2 ** (shape.bits[l - 1] as number);
      const open = level > 1 && l < shape.levels;
      put(
        {
          id: `index${l}${suffix}`,
          label: `Index into the level-${l} table${which}${open ? ' (none, if the walk reads none of that level)' : ''}`,
          type: open ? { kind: 'hex', below, orNone: true } : { kind: 'hex', below },
          points: 1,
          rule: `The index of level ${l} is ${shape.bits[l - 1]} bits of the address, from bit ${12 + shape.bits.slice(0, l - 1).reduce((a, b) => a + b, 0)} upwards. A large page ends the walk above it.`,
        },
        step === undefined ? NONE : asHex(part(step, 'index')),
        step?.step,
      );
    }
    put(
      {
        id: `entries${suffix}`,
        label: `How many entries of tables does the walk${which} read?`,
        type: { kind: 'count', below: 8 },
        points: 1,
        rule: 'One entry per level, from CR3 down, until an entry is not present, maps a large page, or is of level 1. In PAE paging the entry of level 3 counts, though the processor has it in a register.',
      },
      String(steps.length),
      steps.at(-1)?.step,
    );
    put(
      {
        id: `physical${suffix}`,
        label: `Physical address${which}${level === 3 ? ' (none, if the walk ends in a page fault)' : ''}`,
        type: level === 3 ? { kind: 'hex', orNone: true } : { kind: 'hex' },
        points: 3,
        rule: 'The frame of the last entry times the page size, and the rest of the address as the offset. An entry without P ends the walk with a page fault.',
      },
      physical === undefined || fault !== undefined
        ? NONE
        : asHex64(
            part(physical, 'frame') >>> 20,
            ((part(physical, 'frame') << 12) | part(physical, 'offset')) >>> 0,
          ),
    );
  });
  return {
    exercise: { title: `A walk in ${shape.short} paging`, prompt, fields, scenario: `${scenario}\n` },
    key: {
      answers,
      decided,
      solution: told(run, (procedure) => procedure === 'hardware_walk' || procedure === 'guest_access'),
    },
  };
}

const isKernel = (shape: Shape, va: bigint): boolean => shape.name === 'x86-64' && va >= 1n << 63n;

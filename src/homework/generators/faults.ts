import { frameName, hex, type Random } from '../../base';
import { A, AccessedDirtySet, D, GuestPageFault } from '../../machine';
import { between, distinct, drawUntil } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import {
  addressOf,
  type DrawnEntry,
  type DrawnTable,
  entryOf,
  type Flags,
  type PagingName,
  printTables,
  SHAPES,
  type Shape,
  tableLines,
  vaText,
} from '../guestTables';
import { afterLast, asHex, endOfOp, entryLow, eventsOf, momentAfter, part, runOf, told } from '../lab';
import { frameText, long, program, quote, text } from '../paper';
import { setOf } from '../read';

const FRAMES = 0x400;

const KINDS = ['load', 'store', 'fetch'] as const;
const MODES = ['user', 'kernel'] as const;

interface Access {
  readonly kind: (typeof KINDS)[number];
  readonly mode: (typeof MODES)[number];
  readonly va: bigint;
}

interface Registers {
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

interface Drawn {
  readonly shape: Shape;
  readonly tables: readonly DrawnTable[];
  readonly registers: Registers;
  readonly accesses: readonly Access[];
}

const WORDS: Readonly<Record<Access['kind'], string>> = {
  load: 'reads four bytes at',
  store: 'writes four bytes at',
  fetch: 'fetches an instruction at',
};

/** Which accesses fault, with which error code, and which accessed and dirty bits the others leave behind. */
export const faults: Generator = {
  name: 'faults',
  version: 1,
  title: 'Faults and error codes',
  says: 'Decide which accesses fault, spell the error code, and say which entries are marked accessed and dirty.',
  levels: {
    1: 'Three accesses; P, W, U and NX of the last entry decide.',
    2: 'Four accesses; entries above may deny too, and CR0.WP may be clear.',
    3: 'Five accesses; SMEP, SMAP and reserved bits as well.',
  },
  make(random, level): Made {
    return drawUntil(
      () => made(draw(random, level), level),
      ({ key }) => {
        const errors = Object.entries(key.answers).flatMap(([id, a]) => (id.startsWith('error') ? [a] : []));
        // A sheet on which nothing faults, or everything, teaches to guess.
        return (
          errors.includes(NONE) &&
          errors.some((e) => e !== NONE) &&
          new Set(errors).size > (level === 1 ? 1 : 2)
        );
      },
    );
  },
};

function draw(random: Random, level: Level): Drawn {
  const shape = SHAPES[random.pick<PagingName>(['x86-64', 'x86-64', 'pae', '32-bit'])];
  const nx = shape.name !== '32-bit';
  const indices = shape.bits.map((bits, i) => random.below(i === 3 ? 2 ** (bits - 1) : 2 ** bits));
  const leaves = level === 1 ? 1 : 2;
  const frames = distinct(random, shape.levels - 1 + leaves, 0x10, 0x7f);
  const leafTables = frames.slice(0, leaves);
  const upper = frames.slice(leaves);
  const tables: DrawnTable[] = [];
  // From the top down to level 2, everything is allowed; the last of them may take something away from the second leaf table.
  upper.forEach((frame, i) => {
    const l = shape.levels - i;
    const index = indices[l - 1] as number;
    if (l > 2) {
      const all = shape.name === 'pae' && l === 3 ? {} : { w: true, u: true, a: true };
      tables.push({ frame, level: l, entries: [{ index, word: entryOf(upper[i + 1] as number, all) }] });
      return;
    }
    const size = 2 ** (shape.bits[1] as number);
    const denied = random.pick<Flags>(
      nx ? [{ w: false }, { u: false }, { nx: true }] : [{ w: false }, { u: false }],
    );
    const entries = leafTables.map((leaf, n) => ({
      index: (index + n) % size,
      word: entryOf(leaf, { w: true, u: true, a: true, ...(n === 1 ? denied : {}) }),
    }));
    tables.push({ frame, level: l, entries });
  });
  const count = level + 2;
  const accesses: Access[] = [];
  leafTables.forEach((frame, n) => {
    const share = leaves === 1 ? count : n === 0 ? Math.ceil(count / 2) : Math.floor(count / 2);
    const first = random.below(2 ** (shape.bits[0] as number) - share);
    const pages = distinct(random, share, 0x100, 0x3ff);
    const entries: DrawnEntry[] = pages.map((page, i) => ({
      index: first + i,
      word: leafEntry(random, shape, level, page),
    }));
    tables.push({ frame, level: 1, entries });
    const size = 2 ** (shape.bits[1] as number);
    for (const { index } of entries) {
      const path = indices.map((x, l) => (l === 0 ? index : l === 1 ? (x + n) % size : x));
      accesses.push({
        kind: random.pick(nx ? KINDS : (['load', 'store', 'store'] as const)),
        mode: random.pick(MODES),
        va: addressOf(shape, path, random.below(1024) * 4),
      });
    }
  });
  return {
    shape,
    tables,
    registers: {
      wp: level === 1 || random.chance(0.5),
      smep: level === 3 && random.chance(0.5),
      smap: level === 3 && random.chance(0.5),
    },
    accesses,
  };
}

function leafEntry(random: Random, shape: Shape, level: Level, page: number): bigint {
  const a = random.chance(0.5);
  const flags: Flags = {
    p: random.chance(0.85),
    w: random.chance(0.5),
    u: random.chance(0.65),
    a,
    d: a && random.chance(0.5),
    nx: shape.name !== '32-bit' && random.chance(0.4),
  };
  const reserved = level === 3 && shape.name !== '32-bit' && random.chance(0.15);
  return entryOf(page, flags) | (reserved ? 1n << BigInt(between(random, 40, 51)) : 0n);
}

function made({ shape, tables, registers, accesses }: Drawn, level: Level): Made {
  const [root] = tables as [DrawnTable];
  const { wp, smep, smap } = registers;
  const on = [...(smep ? ['smep'] : []), ...(smap ? ['smap'] : [])];
  const scenario = [
    `scenario ${quote(`Faults in ${shape.short} paging`)}`,
    `about ${quote('An exercise: which accesses fault, and what does the error code say?')}`,
    '',
    'design native',
    `paging ${shape.name}, ${FRAMES} frames`,
    'maxphys 40',
    'tlb off',
    ...tableLines(shape, tables),
    ...(wp && on.length === 0 ? [] : ['', 'prologue vcpu 0']),
    ...(wp ? [] : ['  cr0 clear wp']),
    ...(on.length === 0 ? [] : [`  cr4 set ${on.join(', ')}`]),
    '',
    'vcpu 0',
    ...accesses.map(({ kind, mode, va }) =>
      kind === 'fetch'
        ? `  fetch ${long(va)} ${mode}`
        : `  ${kind} ${long(va)}${kind === 'store' ? ' = 7' : ''} dword ${mode}`,
    ),
    '',
  ].join('\n');
  const run = runOf(scenario);
  const nx = shape.name !== '32-bit';
  const settings = [
    `CR0.WP is ${wp ? 1 : 0}`,
    ...(nx ? ['EFER.NXE is 1'] : ['there is no NX bit']),
    ...(level === 3
      ? [`CR4.SMEP is ${smep ? 1 : 0}`, `CR4.SMAP is ${smap ? 1 : 0} (and EFLAGS.AC is 0)`]
      : []),
  ];
  const prompt: Block[] = [
    text(
      `The processor uses ${shape.title}. CR3 names frame ${frameText(root.frame)}. ${settings.join(', ')}. Physical addresses have 40 bits. Nothing is in the TLB. Entries of tables that are not listed are 0.`,
    ),
    text(
      `Bits of an entry: P is bit 0, W bit 1, U bit 2, A bit 5, D bit 6${nx ? ', NX bit 63' : ''}. Bits of the error code: P is bit 0, W bit 1, U bit 2, RSVD bit 3, I bit 4.`,
    ),
    ...printTables(shape, tables),
    program(
      'One after the other; after a fault the handler goes on with the next line',
      accesses.map(({ kind, mode, va }, n) => `(${n + 1})  ${mode} mode ${WORDS[kind]} ${vaText(shape, va)}`),
    ),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const raised = eventsOf(run, GuestPageFault);
  accesses.forEach((_, n) => {
    const fault = raised.find((e) => run.opOf(e.step) === n);
    fields.push({
      id: `error${n + 1}`,
      label: `Error code of access (${n + 1}), or none if it does not fault`,
      type: { kind: 'hex', below: 32, orNone: true },
      points: 2,
      rule: 'W and U must be set in every entry of the path, NX in none. P in the code: the entries were present, rights or reserved bits denied it. W, U, I: a write, user mode, a fetch. In kernel mode W counts only with CR0.WP; SMEP forbids fetches, SMAP data, of user pages.',
    });
    answers[`error${n + 1}`] = fault === undefined ? NONE : asHex(part(fault, 'error'));
    decided[`error${n + 1}`] = fault === undefined ? endOfOp(run, 0, n) : momentAfter(run, fault.step);
  });
  const leaves = tables.filter((t) => t.level === 1);
  const marked = (bit: number): Answer =>
    setOf(
      leaves.flatMap(({ frame, entries }) =>
        entries
          .filter(({ index }) => (entryLow(run, frame, index) & bit) !== 0)
          .map(({ index }) => `${hex(frame)}[${hex(index)}]`),
      ),
    );
  const from = leaves.flatMap(({ frame, entries }) =>
    entries.map(({ index }) => `${hex(frame)}[${hex(index)}]`),
  );
  const where = leaves.map(({ frame }) => frameName(frame)).join(' and ');
  const add = (id: string, name: string, bit: number, rule: string): void => {
    fields.push({
      id,
      label: `Which entries of the level-1 table${leaves.length > 1 ? 's' : ''} ${where} have ${name} set at the end?`,
      type: { kind: 'set', of: 'place', from },
      points: 2,
      rule,
    });
    answers[id] = marked(bit);
    decided[id] = afterLast(
      run,
      eventsOf(run, AccessedDirtySet).filter((e) => (part(e, 'bits') & bit) !== 0),
    );
  };
  if (level > 1)
    add(
      'accessed',
      'A',
      A,
      'A walk that ends without a fault sets A in each entry it used; nothing clears it here. A faulting walk sets nothing.',
    );
  add(
    'dirty',
    'D',
    D,
    'A write that does not fault sets D in the last entry; nothing clears it here. A read never sets it.',
  );
  return {
    exercise: { title: `Faults in ${shape.short} paging`, prompt, fields, scenario },
    key: {
      answers,
      decided,
      solution: told(run, (p, label) => p === 'hardware_walk' && label !== 'start' && label !== 'done'),
    },
  };
}

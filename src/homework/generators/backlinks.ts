import type { Random } from '../../base';
import { BlInsert, BlRemove, ChainWalk, SptiAlloc } from '../../hypervisor/xi/events';
import type { LoggedEvent } from '../../kernel';
import { between, distinct, drawUntil } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import { afterLast, asHex, eventsOf, part, runOf, stateOf, told } from '../lab';
import { frameText, long, program, quote, table, text } from '../paper';

const ROOT = 0x001;
const FIRST_TABLE = 0x002;
const ENTRIES = 8;
const KITS = 6;
/** Present, writable, user, accessed, dirty. */
const RIGHTS = 0x67;

interface Drawn {
  /** What the entries of each table map; entry 0 of each maps the table itself. 0: empty. */
  readonly pages: readonly (readonly number[])[];
  readonly touches: readonly { readonly table: number; readonly index: number; readonly store: boolean }[];
  /** The page that the question is about. */
  readonly page: number;
  /** The guest makes an entry lead to another page. */
  readonly change: { readonly table: number; readonly index: number; readonly to: number } | undefined;
  /** The hypervisor moves the page to another machine frame, and one of these is touched again. */
  readonly again: { readonly table: number; readonly index: number } | undefined;
}

/** Chains of backlinks: which shadow entries map a page, in which order, and what a change does to them. */
export const backlinks: Generator = {
  name: 'backlinks',
  version: 1,
  title: 'Backlink chains',
  says: 'Build the chain of backlinks of a page as XI does: an entry joins at the head, leaves from the middle, and is found without a search.',
  levels: {
    1: 'A handful of first touches; one chain.',
    2: 'The guest makes an entry lead elsewhere and reloads CR3: two chains.',
    3: 'The hypervisor moves the page, and an entry is filled again.',
  },
  make: (random, level) =>
    drawUntil(
      () => made(draw(random, level)),
      ({ key: { answers } }) =>
        level === 1
          ? answers.chain?.includes(' ') === true
          : (level === 2 ? answers.other : answers.visited) !== undefined,
    ),
};

function draw(random: Random, level: Level): Drawn {
  const tables = between(random, 2, level === 1 ? 2 : 3);
  const [page = 0, other = 0, ...rest] = distinct(random, 7, 0x0a, 0x2f);
  const pages = Array.from({ length: tables }, (_, t) =>
    Array.from({ length: ENTRIES }, (_, i) =>
      i === 0 ? FIRST_TABLE + t : random.chance(0.45) ? page : random.chance(0.3) ? other : random.pick(rest),
    ),
  );
  const count = level === 1 ? between(random, 4, 6) : between(random, 5, 7);
  const places = distinct(random, count, 0, tables * (ENTRIES - 1) - 1).map((n) => ({
    table: Math.floor(n / (ENTRIES - 1)),
    index: 1 + (n % (ENTRIES - 1)),
    store: random.chance(0.5),
  }));
  const mapped = places.filter(({ table: t, index }) => pages[t]?.[index] === page);
  const changed = mapped.length === 0 ? undefined : random.pick(mapped);
  return {
    pages,
    touches: places,
    page,
    change:
      level > 1 && changed !== undefined
        ? { table: changed.table, index: changed.index, to: other }
        : undefined,
    again: level === 3 ? mapped.find((m) => m !== changed) : undefined,
  };
}

const vaOf = (t: number, index: number, offset = 0): bigint =>
  BigInt(t) * BigInt(ENTRIES) * 0x1000n + BigInt(index) * 0x1000n + BigInt(offset);

/** A machine frame that no guest frame has: p2m lines below keep it free. */
const SPARE = 0x38;

function made({ pages, touches, page, change, again }: Drawn): Made {
  const tableFrame = (t: number): number => FIRST_TABLE + t;
  const scenario = [
    `scenario ${quote('XI: a chain of backlinks')}`,
    `about ${quote(`A toy guest: two levels of tables with eight entries each. An exercise: what is in the chain of page ${frameText(page)}?`)}`,
    '',
    'design xi',
    `knob kits ${KITS}`,
    'paging x86-64, 64 frames',
    'geometry 3 bits, 2 levels',
    `root ${frameText(ROOT)}`,
    ...pages.map((_, t) => `table l1 ${frameText(tableFrame(t))} at ${long(vaOf(t, 0))}`),
    ...(again === undefined ? [] : [`p2m ${frameText(SPARE)} mmio`]),
    ...pages.map((_, t) => `entry ${frameText(ROOT)}[${t}] = ${frameText(tableFrame(t))} rwx user a d`),
    ...pages.flatMap((own, t) =>
      own.map((to, i) => `entry ${frameText(tableFrame(t))}[${i}] = ${frameText(to)} rwx user a d`),
    ),
    '',
    'vcpu 0',
    `  cr3 ${frameText(ROOT)}`,
    ...touches.map(
      ({ table: t, index, store }) =>
        `  ${store ? 'store' : 'load'} ${long(vaOf(t, index))}${store ? ' = 7' : ''} user`,
    ),
    ...(change === undefined
      ? []
      : [
          `  store ${long(vaOf(change.table, 0, change.index * 8))} = ${long((BigInt(change.to) << 12n) | BigInt(RIGHTS))} user`,
          `  cr3 ${frameText(ROOT)}`,
        ]),
    ...(again === undefined
      ? []
      : [
          'host',
          `  call move ${frameText(page)} ${frameText(SPARE)}`,
          'vcpu 0',
          `  load ${long(vaOf(again.table, again.index))} user`,
        ]),
    '',
  ].join('\n');
  const run = runOf(scenario);
  const lines = [
    `CR3 is loaded with ${frameText(ROOT)}`,
    ...touches.map(
      ({ table: t, index, store }) =>
        `a program ${store ? 'writes to' : 'reads'} the page of entry ${index} of table ${frameText(tableFrame(t))}`,
    ),
    ...(change === undefined
      ? []
      : [
          `the kernel makes entry ${change.index} of table ${frameText(tableFrame(change.table))} lead to page ${frameText(change.to)}, through entry 0 of that table`,
          `CR3 is loaded with ${frameText(ROOT)} again`,
        ]),
    ...(again === undefined
      ? []
      : [
          `the hypervisor puts page ${frameText(page)} into another machine frame: every entry that maps it goes`,
          `a program reads the page of entry ${again.index} of table ${frameText(tableFrame(again.table))}`,
        ]),
  ];
  const prompt: Block[] = [
    text(
      `XI (2006, reconstructed) in a teaching geometry: two levels of tables, eight entries each. The root is frame ${frameText(ROOT)}; its entries 0 to ${pages.length - 1} lead to the tables below. All entries allow everything and are accessed and dirty. No shadow exists yet.`,
    ),
    table(
      'Guest tables: which page each entry maps',
      ['table', ...Array.from({ length: ENTRIES }, (_, i) => `[${i}]`)],
      pages.map((own, t) => [frameText(tableFrame(t)), ...own.map(frameText)]),
    ),
    program(
      'What happens',
      lines.map((line, n) => `(${n + 1})  ${line}`),
    ),
    text(
      'A shadow takes the next free kit: kit 0 for the root when CR3 is first loaded, then one for each table at its first use, in order. Only the entry that is touched is filled, and joins the chain of its page at the head. A place is written kit[index].',
    ),
    ...(change === undefined
      ? []
      : [
          text(
            'A store to a page table needs a writable mapping of it: entry 0 is filled for it, and is in the chain of its table’s page, in no other. At CR3 each table is compared with its snapshot, kits upwards, and in a kit entries upwards. The snapshot of a new shadow is empty, and takes over an entry when that is filled: so what no fault has filled yet differs, and is filled then. An entry that was filled and has changed leaves its chain, and joins the new page’s at the head.',
          ),
        ]),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const put = (field: Field, answer: Answer, by: readonly LoggedEvent[]): void => {
    fields.push(field);
    answers[field.id] = answer;
    decided[field.id] = afterLast(run, by);
  };
  const inChain = (e: LoggedEvent): boolean => part(e, 'chain') === 1;
  const joins = eventsOf(run, BlInsert).filter(inChain);
  const leaves = eventsOf(run, BlRemove).filter(inChain);
  const changesOf = (gfn: number): LoggedEvent[] =>
    [...joins, ...leaves].filter((e) => part(e, 'of') === gfn).sort((a, b) => a.step - b.step);
  const chainOf = (gfn: number): string[] => {
    const pairs = stateOf(run, 'chain', [gfn]);
    return Array.from(
      { length: pairs.length / 2 },
      (_, i) => `${asHex(pairs[2 * i] as number)}[${asHex(pairs[2 * i + 1] as number)}]`,
    );
  };
  const chainField = (id: string, gfn: number): void =>
    put(
      {
        id,
        label: `The chain of page ${frameText(gfn)} at the end, from its head`,
        type: { kind: 'list', of: 'place' },
        points: 3,
        rule: 'Who joined last stands first. Only entries that were filled are in a chain; an entry is in the chain of the page it maps, once.',
      },
      chainOf(gfn).join(' ') || NONE,
      changesOf(gfn),
    );
  const joined = joins.filter((e) => part(e, 'of') === page);
  const left = leaves.filter((e) => part(e, 'of') === page);
  const walked = eventsOf(run, ChainWalk).filter((e) => part(e, 'gfn') === page);
  chainField('chain', page);
  if (change !== undefined) chainField('other', change.to);
  const used = [...new Set(touches.map(({ table: t }) => t))];
  const asked = used.at(-1) as number;
  put(
    {
      id: 'kit',
      label: `Which kit shadows table ${frameText(tableFrame(asked))}?`,
      type: { kind: 'hex', below: KITS },
      points: 1,
      rule: 'Kits are taken in the order in which tables are first used; kit 0 is the root’s.',
    },
    asHex(stateOf(run, 'sptis', [tableFrame(asked)])[0] as number),
    eventsOf(run, SptiAlloc).filter((e) => part(e, 'gfn') === tableFrame(asked)),
  );
  put(
    {
      id: 'inserts',
      label: `How many times does an entry join the chain of page ${frameText(page)}?`,
      type: { kind: 'count', below: 64 },
      points: 1,
      rule: 'Once for each time that an entry which maps the page is filled.',
    },
    String(joined.length),
    joined,
  );
  if (change !== undefined)
    put(
      {
        id: 'touched',
        label: 'How many neighbours’ links are changed when the changed entry leaves its chain?',
        type: { kind: 'count', below: 3 },
        points: 1,
        rule: 'The one before it and the one behind it, as far as there are any. The head itself is kept with the page and does not count.',
      },
      String(left.length === 0 ? 0 : part(left[0] as LoggedEvent, 'touched')),
      left.slice(0, 1),
    );
  if (again !== undefined)
    put(
      {
        id: 'visited',
        label: 'How many entries does the move visit?',
        type: { kind: 'count', below: 64 },
        points: 1,
        rule: 'As many as are in the chain: nothing else is read.',
      },
      String(walked.map((e) => part(e, 'visited')).at(-1) ?? 0),
      walked,
    );
  return {
    exercise: { title: `The chain of page ${frameText(page)}`, prompt, fields, scenario },
    key: {
      answers,
      decided,
      solution: told(
        run,
        (p, label) =>
          (p === 'xi_install_spte' && label === 'head') ||
          (p === 'xi_remove_spte' && label === 'unlink') ||
          (p === 'spti_make_shadow' && label !== 'done') ||
          (p === 'xi_each_mapping' && label === 'visit'),
      ),
    },
  };
}

import type { Random } from '../../base';
import type { Run } from '../../engine';
import { A, NX_HI, P, PageFault, U, W } from '../../machine';
import { between, distinct, drawUntil } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import type { Answer, ChoiceOption, Field } from '../field';
import { afterLast, eventsOf, runOf, shadowEntryOf, shadowWritten, told } from '../lab';
import { frameText, long, program, table, text } from '../paper';
import { directVa, LOOKS_AHEAD, pageVa, xenGuest } from '../xenGuest';

interface Entry {
  readonly index: number;
  readonly frame: number;
  readonly p: boolean;
  readonly w: boolean;
  readonly x: boolean;
  readonly user: boolean;
  readonly a: boolean;
  readonly d: boolean;
}

interface Access {
  readonly index: number;
  readonly store: boolean;
}

interface Drawn {
  readonly frame: number;
  /** A second page table, which an entry may map. */
  readonly other: number;
  readonly entries: readonly Entry[];
  readonly accesses: readonly Access[];
}

const WHAT: readonly ChoiceOption[] = [
  { value: 'nothing', says: 'nothing that the processor could use' },
  { value: 'mark', says: 'the mark that the guest’s entry is not present' },
  { value: 'read-only', says: 'the page, read-only' },
  { value: 'writable', says: 'the page, writable' },
];

const BITS = ['P', 'W', 'U', 'A', 'NX'] as const;

/** What the shadow holds for each of some guest entries, after some accesses. */
export const derivation: Generator = {
  name: 'derivation',
  version: 1,
  title: 'Shadow derivation',
  says: 'From the guest’s entries and what its program did, derive the shadow’s: present or not, writable or not, and why not.',
  levels: {
    1: 'Four entries, one access; reads, and the dirty bit.',
    2: 'Five entries, two accesses; one entry may map a page table.',
    3: 'Six entries, three accesses; whole entries are asked for, bit by bit.',
  },
  make: (random, level) =>
    drawUntil(
      () => made(drawTouched(random, level), level),
      ({ key }) =>
        new Set(Object.entries(key.answers).flatMap(([id, a]) => (id.startsWith('what') ? [a] : []))).size >
        2,
    ),
};

/** Where nothing may be touched, no shadow is made, and nothing is asked. */
const drawTouched = (random: Random, level: Level): Drawn =>
  drawUntil(
    () => draw(random, level),
    ({ accesses }) => accesses.length > 0,
  );

function draw(random: Random, level: Level): Drawn {
  const [frame = 0, other = 0] = distinct(random, 2, 0x20, 0x5f);
  const count = level + 3;
  const first = between(random, 0, 400);
  const indices = distinct(random, count, first, first + 25).sort((x, y) => x - y);
  const pages = distinct(random, count, 0x100, 0x1ff);
  const mapsTable = level > 1 && random.chance(0.6) ? random.below(count) : -1;
  const entries = indices.map((index, n): Entry => {
    const a = random.chance(0.7);
    const isTable = n === mapsTable;
    return {
      index,
      frame: isTable ? random.pick([frame, other]) : (pages[n] as number),
      p: isTable || random.chance(0.85),
      w: isTable || random.chance(0.65),
      x: random.chance(0.6),
      user: random.chance(0.8),
      a: isTable || a,
      d: isTable || (a && random.chance(0.55)),
    };
  });
  // Somebody must touch the table first, with an access that is allowed, or there is no shadow of it.
  const touchable = entries.filter(({ p, user }, n) => p && user && n !== mapsTable);
  const accesses =
    touchable.length === 0
      ? []
      : Array.from({ length: level }, (_, n): Access => {
          const { index, w } = n === 0 ? (touchable[0] as Entry) : random.pick(touchable);
          return { index, store: w && random.chance(0.5) };
        });
  return { frame, other, entries, accesses };
}

function made({ frame, other, entries, accesses }: Drawn, level: Level): Made {
  const scenario = [
    ...xenGuest({
      title: 'From the guest’s entry to the shadow’s',
      about: 'An exercise: what does the shadow hold after these accesses?',
      frames: 512,
      vcpus: 2,
      tables: [frame, other],
      entries: [
        ...entries.map((e) => `entry ${frameText(frame)}[${e.index}] = ${entryText(e)}`),
        `entry ${frameText(other)}[0] = 0x0f0 rwx user a d`,
      ],
    }),
    '',
    'prologue vcpu 0',
    `  load ${long(pageVa(1, 0))}`,
    `  load ${long(directVa(frame))}`,
    '',
    'vcpu 0',
    ...accesses.map(
      ({ index, store }) =>
        `  ${store ? 'store' : 'load'} ${long(pageVa(0, index))}${store ? ' = 7' : ''} user`,
    ),
    '',
  ].join('\n');
  const run = runOf(scenario);
  const prompt: Block[] = [
    text(
      `Xen of June 2008 shadows a 64-bit guest. Its page table in frame ${frameText(frame)} has never been used; its entries are below, all others are empty. The page table in frame ${frameText(other)} is shadowed and in sync.`,
    ),
    table(
      `Guest table ${frameText(frame)} (entries are decimal)`,
      ['entry', 'frame', 'P', 'W', 'U', 'A', 'D', 'NX'],
      entries.map((e) => [
        String(e.index),
        // An entry that is not present is all zeros here.
        e.p ? frameText(e.frame) : '-',
        ...[e.p, e.w, e.user, e.a, e.d, !e.x].map((on) => (e.p && on ? '1' : '0')),
      ]),
    ),
    program(
      'A program of the guest, in user mode',
      accesses.map(
        ({ index, store }, n) => `(${n + 1})  ${store ? 'writes to' : 'reads'} the page of entry ${index}`,
      ),
    ),
    text(`${LOOKS_AHEAD} The table itself is protected when it gets its shadow.`),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const faults = eventsOf(run, PageFault);
  const put = (field: Field, answer: Answer, at: Moment): void => {
    fields.push(field);
    answers[field.id] = answer;
    decided[field.id] = at;
  };
  for (const { index } of entries)
    put(
      {
        id: `what${index}`,
        label: `What does entry ${index} of the shadow hold at the end?`,
        type: { kind: 'choice', options: WHAT },
        points: 2,
        rule: 'A shadow entry is present only if the guest’s has A: the first use must fault. It is writable only if the guest’s has W and D, and the page is no page table in sync. What no fault has brought in is empty.',
      },
      whatOf(run, frame, index),
      shadowWritten(run, frame, index),
    );
  if (level === 3)
    for (const { index } of [...entries]
      .filter(({ p, index }) => p && whatOf(run, frame, index) !== 'nothing')
      .slice(0, 2))
      put(
        {
          id: `bits${index}`,
          label: `Which of these bits does entry ${index} of the shadow have?`,
          type: { kind: 'bits', names: BITS },
          points: 2,
          rule: 'P, W, U and A come from the guest, W only where the first write need not be seen; NX is the guest’s own.',
        },
        bitsOf(run, frame, index),
        shadowWritten(run, frame, index),
      );
  put(
    {
      id: 'faults',
      label: 'How many page faults does the processor raise?',
      type: { kind: 'count', below: 16 },
      points: 1,
      rule: 'One for each access that finds no shadow entry that allows it.',
    },
    String(faults.length),
    afterLast(run, faults),
  );
  return {
    exercise: { title: `The shadow of table ${frameText(frame)}`, prompt, fields, scenario },
    key: {
      answers,
      decided,
      solution: told(
        run,
        (p, label) =>
          p.startsWith('sh_') && /install|prefetch|protect|derive|propagate|fault|judge|outcome/.test(label),
      ),
    },
  };
}

function entryText({ p, frame, w, x, user, a, d }: Entry): string {
  if (!p) return '0';
  return [
    frameText(frame),
    `r${w ? 'w' : ''}${x ? 'x' : ''}`,
    ...(user ? ['user'] : []),
    ...(a ? ['a'] : []),
    ...(d ? ['d'] : []),
  ].join(' ');
}

function whatOf(run: Run, frame: number, index: number): Answer {
  const entry = shadowEntryOf(run, frame, index);
  const mark = run.built.hypervisor.describe.wordNamed('gnp');
  if (entry === undefined) return 'nothing';
  if (mark !== undefined && entry.hi === mark.hi && entry.lo === mark.lo) return 'mark';
  if ((entry.lo & P) === 0) return 'nothing';
  return (entry.lo & W) === 0 ? 'read-only' : 'writable';
}

function bitsOf(run: Run, frame: number, index: number): Answer {
  const entry = shadowEntryOf(run, frame, index) ?? { hi: 0, lo: 0 };
  const on: Readonly<Record<(typeof BITS)[number], boolean>> = {
    P: (entry.lo & P) !== 0,
    W: (entry.lo & W) !== 0,
    U: (entry.lo & U) !== 0,
    A: (entry.lo & A) !== 0,
    NX: (entry.hi & NX_HI) !== 0,
  };
  return BITS.filter((name) => on[name]).join(' ') || 'none';
}

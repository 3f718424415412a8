import { assertNever, type Random } from '../../base';
import {
  type Instruction,
  type LitmusMachine,
  type LitmusTest,
  litmusScenario,
  litmusSubject,
  type Proposition,
  type Register,
  shortest,
  verify,
} from '../../checker';
import type { Invariant } from '../../kernel';
import { distinct, drawUntil, shuffled } from '../draw';
import type { Block, Generator, Level, Made, Stretch, Told } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import { table, text } from '../paper';

type Threads = LitmusTest['threads'];

/** A register that a load has filled, and in which outcomes differ. */
interface Read {
  readonly thread: number;
  readonly register: Register;
}

const LOADED: readonly Register[] = ['EAX', 'ECX', 'EDX'];
/** No word of the language, and no register. */
const LOCATIONS = ['x', 'y', 'a', 'b', 'p', 'q', 'u', 'v', 'data', 'flag'];
const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

/** Which outcomes of a small program x86-TSO allows, and which of them need a store buffer. */
export const memoryOrder: Generator = {
  name: 'memory-order',
  version: 1,
  title: 'Outcomes under x86-TSO',
  says: 'Say which final register values a program of two or three threads can end with, and which of them only because stores wait in buffers.',
  levels: {
    1: 'Two threads of two instructions, two reads.',
    2: 'Two threads of two or three instructions, fences among them; two or three reads.',
    3: 'Two or three threads with fences and exchanges; three reads.',
  },
  make(random, level): Made {
    const crossed = random.chance(level === 1 ? 0.3 : 0.6);
    const [first = 0, second = 1] = distinct(random, 2, 0, LOCATIONS.length - 1);
    const names = [LOCATIONS[first] as string, LOCATIONS[second] as string] as const;
    return drawUntil(
      () => made(draw(random, level, names, crossed), random),
      // Where everything is possible, or only one thing, there is nothing to think about.
      ({ exercise, key }) => {
        const possible = key.answers.possible?.split(' ').length ?? 0;
        const listed = exercise.fields[0]?.type.kind === 'bits' ? exercise.fields[0].type.names.length : 0;
        return possible > 1 && (possible < listed || key.answers.buffers !== NONE);
      },
    );
  },
};

type Names = readonly [string, string];

/** `crossed`: each thread stores to one location and reads the other's later on, which is where buffers can show. */
function draw(random: Random, level: Level, names: Names, crossed: boolean): Threads {
  const reads = level === 1 ? 2 : level === 2 ? 2 + random.below(2) : 3;
  const count = level === 3 && random.chance(0.4) ? 3 : 2;
  return drawUntil(
    () =>
      Array.from({ length: count }, (_, v) =>
        thread(random, level, names, count, crossed && v < 2 ? v : undefined),
      ),
    (threads) => {
      const all = threads.flat();
      const loads = all.filter(({ kind }) => kind === 'load' || kind === 'xchg').length;
      const touched = new Set(all.flatMap((one) => ('location' in one ? [one.location] : [])));
      return (
        loads === reads && touched.size === 2 && all.some(({ kind }) => kind === 'store' || kind === 'xchg')
      );
    },
  );
}

function thread(
  random: Random,
  level: Level,
  names: Names,
  count: number,
  first: number | undefined,
): Instruction[] {
  const length = level === 1 || count === 3 ? 2 : 2 + random.below(2);
  const kinds: readonly Instruction['kind'][] =
    level === 1
      ? ['load', 'store']
      : level === 2
        ? ['load', 'store', 'store', 'load', 'mfence']
        : ['load', 'store', 'store', 'load', 'mfence', 'xchg'];
  const drawn = Array.from({ length }, () => one(random, kinds, random.pick(names)));
  if (first !== undefined) {
    const at = random.below(length - 1);
    drawn[at] = one(random, ['store'], names[first] as string);
    drawn[length - 1] = one(random, ['load'], names[1 - first] as string);
  }
  let loads = 0;
  const numbered = drawn.map(
    (i): Instruction => (i.kind === 'load' ? { ...i, to: LOADED[loads++] as Register } : i),
  );
  // A fence at an edge, or two in a row, says nothing.
  return numbered.filter(
    ({ kind }, i) => kind !== 'mfence' || (i > 0 && i < length - 1 && numbered[i - 1]?.kind !== 'mfence'),
  );
}

function one(random: Random, kinds: readonly Instruction['kind'][], location: string): Instruction {
  const kind = random.pick(kinds);
  if (kind === 'mfence') return { kind };
  if (kind === 'xchg') return { kind, location, register: 'EBX' };
  if (kind === 'store') return { kind, location, from: { kind: 'immediate', value: 1 + random.below(5) } };
  return { kind: 'load', location, to: 'EAX' };
}

const CONSTANT: Proposition = { kind: 'constant', holds: true };

function testOf(threads: Threads, proposition: Proposition = CONSTANT): LitmusTest {
  return {
    name: 'Which ends are possible?',
    threads,
    registers: threads.flatMap((own, thread) =>
      own.some(({ kind }) => kind === 'xchg') ? [{ thread, register: 'EBX' as const, value: 1 }] : [],
    ),
    memory: new Map(locationsOf(threads).map((name) => [name, 0])),
    quantifier: 'exists',
    proposition,
  };
}

/** The locations of a program, by name. */
const locationsOf = (threads: Threads): string[] =>
  [...new Set(threads.flat().flatMap((i) => ('location' in i ? [i.location] : [])))].sort();

/** The registers that loads and exchanges fill: the last word that each of them has. */
function readsOf(threads: Threads): Read[] {
  return threads.flatMap((own, thread) => {
    const filled = own.flatMap((one) =>
      one.kind === 'load' ? [one.to] : one.kind === 'xchg' ? [one.register] : [],
    );
    return [...new Set(filled)].map((register) => ({ thread, register }));
  });
}

/** Every end that some schedule has, as the values of the reads. The whole state space is gone through. */
function endsOf(threads: Threads, reads: readonly Read[]): Set<string> {
  const ends = new Set<string>();
  const collect: Invariant<LitmusMachine> = {
    name: 'ends',
    part: 'litmus',
    when: 'step',
    says: 'Notes every end and objects to none.',
    check: (m) => {
      if (m.final()) ends.add(reads.map((r) => m.register(r.thread, r.register)).join(' '));
      return [];
    },
  };
  verify({ ...litmusSubject(testOf(threads)), invariants: [collect] });
  return ends;
}

/** The same program with a fence behind each store: nothing waits, and the ends are those of sequential consistency. */
const fenced = (threads: Threads): Threads =>
  threads.map((own) =>
    own.flatMap((one): Instruction[] => (one.kind === 'store' ? [one, { kind: 'mfence' }] : [one])),
  );

function made(threads: Threads, random: Random): Made {
  const reads = readsOf(threads);
  const possible = endsOf(threads, reads);
  const inOrder = endsOf(fenced(threads), reads);
  const only = [...possible].filter((end) => !inOrder.has(end)).sort();
  const listed = shuffled(random, outcomesOf(threads, reads, possible, only));
  const nameOf = (end: string): string => LETTERS[listed.indexOf(end)] as string;
  const asked = only[0] ?? (listed[0] as string);
  const test = testOf(threads, propositionOf(reads, asked));
  const scenario = litmusScenario(test, herdText(threads));
  const prompt: Block[] = [
    text(
      'The processor is an x86: each thread’s stores wait in a buffer of its own, in order, before they reach memory; a thread reads its own waiting stores; MFENCE and XCHG wait until the buffer is empty.',
    ),
    text(
      `${locationsOf(threads).join(' and ')} are 0 at the start${threads.flat().some(({ kind }) => kind === 'xchg') ? ', EBX is 1' : ''}.`,
    ),
    table(
      'The program',
      threads.map((_, v) => `P${v}`),
      rowsOf(threads),
    ),
    table(
      'Ends',
      ['end', ...reads.map(({ thread: v, register }) => `P${v}:${register}`)],
      listed.map((end, i) => [LETTERS[i] as string, ...end.split(' ')]),
    ),
  ];
  const names = listed.map(nameOf);
  const answers: Record<string, Answer> = {
    possible: names.filter((_, i) => possible.has(listed[i] as string)).join(' ') || NONE,
    buffers: names.filter((_, i) => only.includes(listed[i] as string)).join(' ') || NONE,
  };
  const fields: Field[] = [
    {
      id: 'possible',
      label: 'Which of the ends are possible?',
      type: { kind: 'bits', names },
      points: 4,
      rule: 'Try every order of the instructions and of the moments at which each buffer gives its oldest store to memory. Stores never overtake stores, loads never overtake loads; a load may overtake a store of its thread to another location.',
    },
    {
      id: 'buffers',
      label:
        'Which of them are possible only because stores may wait (not if each store reached memory at once)?',
      type: { kind: 'bits', names },
      points: 2,
      rule: 'Those that no interleaving of whole instructions gives.',
    },
  ];
  return {
    exercise: { title: 'What can it end with?', prompt, fields, scenario },
    key: {
      answers,
      // Whether something can be is no matter of one run: the schedules are told instead.
      decided: {},
      solution: listed
        .filter((end) => possible.has(end))
        .map((end) => wayTo(threads, reads, end, nameOf(end))),
    },
  };
}

/** What to ask about: of all combinations of values that loads could find, at most eight; those that need a buffer are kept first. */
function outcomesOf(
  threads: Threads,
  reads: readonly Read[],
  possible: ReadonlySet<string>,
  only: readonly string[],
): string[] {
  const values = reads.map(({ thread: v, register }) => {
    const one = threads[v]?.find((i) =>
      i.kind === 'load' ? i.to === register : i.kind === 'xchg' && i.register === register,
    );
    const location = one !== undefined && 'location' in one ? one.location : '';
    const stored = threads
      .flat()
      .flatMap((i) =>
        i.kind === 'store' && i.location === location && i.from.kind === 'immediate'
          ? [i.from.value]
          : i.kind === 'xchg' && i.location === location
            ? [1]
            : [],
      );
    return [...new Set([0, ...stored])].sort((a, b) => a - b);
  });
  let all: string[] = [''];
  for (const of of values)
    all = all.flatMap((so) => of.map((value) => (so === '' ? String(value) : `${so} ${value}`)));
  // Some that cannot be are among them, wherever there are any: or "all of them" would be a good guess.
  const impossible = all.filter((end) => !possible.has(end));
  const room = LETTERS.length - Math.min(impossible.length, 2);
  const kept = [...only, ...all.filter((end) => possible.has(end) && !only.includes(end))].slice(0, room);
  kept.push(...impossible.slice(0, LETTERS.length - kept.length));
  return kept;
}

const propositionOf = (reads: readonly Read[], end: string): Proposition =>
  reads
    .map(
      ({ thread: v, register }, i): Proposition => ({
        kind: 'register',
        thread: v,
        register,
        value: Number(end.split(' ')[i]),
      }),
    )
    .reduce((left, right) => ({ kind: 'and', left, right }));

/** A shortest schedule with that end, by who takes a step; on the stage each instruction is an operation of its own. */
function wayTo(threads: Threads, reads: readonly Read[], end: string, name: string): Told {
  const subject = litmusSubject(testOf(threads, propositionOf(reads, end)));
  const outcome = shortest(subject);
  if (outcome.kind !== 'violation')
    throw new Error(`an end that was seen is not found again: ${outcome.kind}`);
  const done = threads.map(() => 0);
  const names: string[] = [];
  const stretches = outcome.schedule.map(({ actor }): Stretch => {
    names.push(subject.world.actors[actor]?.name ?? '');
    const thread = done[actor];
    // On the stage the host stands between the vCPUs and their store buffers.
    if (thread === undefined) return { actor: actor + 1, until: 'one-step' };
    done[actor] = thread + 1;
    return { actor, until: thread };
  });
  const label = `${name}: ${valuesText(reads, end)}`;
  return { says: `${label}. ${names.join(', ')}.`, schedule: { label, stretches } };
}

/** `P0:EAX=0, P1:EAX=3` */
const valuesText = (reads: readonly Read[], end: string): string =>
  reads.map(({ thread, register }, i) => `P${thread}:${register}=${end.split(' ')[i]}`).join(', ');

function rowsOf(threads: Threads): string[][] {
  const most = Math.max(...threads.map((own) => own.length));
  return Array.from({ length: most }, (_, i) =>
    threads.map((own) => (own[i] === undefined ? '' : instructionText(own[i]))),
  );
}

function instructionText(one: Instruction): string {
  switch (one.kind) {
    case 'load':
      return `MOV ${one.to},[${one.location}]`;
    case 'store':
      return `MOV [${one.location}],${one.from.kind === 'immediate' ? `$${one.from.value}` : one.from.register}`;
    case 'mfence':
      return 'MFENCE';
    case 'xchg':
      return `XCHG [${one.location}],${one.register}`;
    case 'move':
    case 'cmpxchg':
    case 'add':
      throw new Error(`no exercise draws ${one.kind}`);
    default:
      return assertNever(one);
  }
}

/** The program as herd writes it, for the comment in the scenario. */
function herdText(threads: Threads): string {
  const rows = rowsOf(threads).map((row) => row.join(' | '));
  return [
    'X86',
    `{ ${locationsOf(threads)
      .map((name) => `${name}=0;`)
      .join(' ')} }`,
    `${threads.map((_, v) => `P${v}`).join(' | ')} ;`,
    ...rows.map((row) => `${row} ;`),
  ].join('\n');
}

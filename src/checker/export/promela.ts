import { assertNever } from '../../base';
import { locationsOf } from '../litmus/asScenario';
import { type Instruction, type LitmusTest, type Proposition, REGISTERS, type Source } from '../litmus/test';

/**
 * A litmus test as a Promela model of x86-TSO: a process per thread, one per store buffer, and one that asserts, when all are
 * done and all buffers are empty, that the proposition does not hold. So SPIN finds an error exactly where the proposition is
 * allowed, whatever the quantifier. The steps are those of the checker's own threads.
 */
export function printPromela(test: LitmusTest): string {
  const locations = locationsOf(test);
  const depth = Math.max(
    1,
    ...test.threads.map((thread) => thread.filter(({ kind }) => kind === 'store').length),
  );
  const count = test.threads.length;
  const initial = [
    ...locations.flatMap((name) => {
      const value = test.memory.get(name) ?? 0;
      return value === 0 ? [] : [`    mem[${at(name)}] = ${value};`];
    }),
    ...test.registers.map(({ thread, register, value }) => `    ${cell(thread, register)} = ${value};`),
  ];
  return [
    `/* ${test.name}: x86-TSO, store buffers of ${depth}. An assertion that is violated means: allowed. */`,
    `#define THREADS ${count}`,
    `#define DEPTH ${depth}`,
    ...locations.map((name, i) => `#define ${at(name)} ${i}`),
    ...REGISTERS.map((name, i) => `#define ${name} ${i}`),
    `int mem[${Math.max(1, locations.length)}];`,
    `int reg[${count * REGISTERS.length}];`,
    'byte waiting[THREADS];',
    'byte place[THREADS * DEPTH];',
    'int word[THREADS * DEPTH];',
    'byte done;',
    'bool ready;',
    ...HELPERS,
    ...test.threads.flatMap(threadText),
    ...test.threads.map((_, t) => `active proctype B${t}() { drain(${t}) }`),
    'active proctype Final() {',
    ...(initial.length === 0 ? [] : ['  d_step {', ...initial, '  }']),
    '  ready = true;',
    `  (done == THREADS && ${test.threads.map((_, t) => `waiting[${t}] == 0`).join(' && ')});`,
    `  assert(!(${conditionText(test.proposition)}))`,
    '}',
    '',
  ].join('\n');
}

/** Of a name of its own, so that it meets no other word of the text. */
const at = (location: string): string => `at_${location}`;

const cell = (thread: number, register: string): string =>
  `reg[${thread} * ${REGISTERS.length} + ${register}]`;

const HELPERS = [
  '/* A load sees the newest waiting store of its own thread, else memory. */',
  'inline load(t, x, to) {',
  '  d_step {',
  '    i = waiting[t];',
  '    do',
  '    :: (i > 0 && place[t * DEPTH + i - 1] != x) -> i--',
  '    :: else -> break',
  '    od;',
  '    if',
  '    :: (i > 0) -> to = word[t * DEPTH + i - 1]',
  '    :: else -> to = mem[x]',
  '    fi;',
  '    i = 0',
  '  }',
  '}',
  'inline store(t, x, v) {',
  '  d_step {',
  '    (waiting[t] < DEPTH);',
  '    place[t * DEPTH + waiting[t]] = x;',
  '    word[t * DEPTH + waiting[t]] = v;',
  '    waiting[t]++',
  '  }',
  '}',
  '/* The oldest store reaches memory; the others move up. */',
  'inline drain(t) {',
  '  byte j;',
  'end:',
  '  do',
  '  :: d_step {',
  '      (waiting[t] > 0);',
  '      mem[place[t * DEPTH]] = word[t * DEPTH];',
  '      j = 1;',
  '      do',
  '      :: (j < waiting[t]) ->',
  '        place[t * DEPTH + j - 1] = place[t * DEPTH + j];',
  '        word[t * DEPTH + j - 1] = word[t * DEPTH + j];',
  '        j++',
  '      :: else -> break',
  '      od;',
  '      waiting[t]--;',
  '      place[t * DEPTH + waiting[t]] = 0;',
  '      word[t * DEPTH + waiting[t]] = 0;',
  '      j = 0',
  '    }',
  '  od',
  '}',
] as const;

function threadText(thread: readonly Instruction[], t: number): string[] {
  return [
    `active proctype P${t}() {`,
    '  byte i;',
    '  int was;',
    '  (ready);',
    ...thread.map((one) => `  ${instructionText(one, t)};`),
    '  done++',
    '}',
  ];
}

const valueText = (from: Source, t: number): string =>
  from.kind === 'register' ? cell(t, from.register) : String(from.value);

function instructionText(one: Instruction, t: number): string {
  const alone = `waiting[${t}] == 0`;
  switch (one.kind) {
    case 'load':
      return `load(${t}, ${at(one.location)}, ${cell(t, one.to)})`;
    case 'store':
      return `store(${t}, ${at(one.location)}, ${valueText(one.from, t)})`;
    case 'move':
      return `${cell(t, one.to)} = ${valueText(one.from, t)}`;
    case 'mfence':
      return `(${alone})`;
    case 'xchg': {
      const register = cell(t, one.register);
      return `d_step { (${alone}); was = mem[${at(one.location)}]; mem[${at(one.location)}] = ${register}; ${register} = was; was = 0 }`;
    }
    case 'cmpxchg': {
      const eax = cell(t, 'EAX');
      const same = `mem[${at(one.location)}] == ${eax}`;
      return `d_step { (${alone}); if :: (${same}) -> mem[${at(one.location)}] = ${cell(t, one.register)} :: else -> ${eax} = mem[${at(one.location)}] fi }`;
    }
    case 'add':
      return `d_step { (${alone}); mem[${at(one.location)}] = mem[${at(one.location)}] + ${valueText(one.from, t)} }`;
    default:
      return assertNever(one);
  }
}

function conditionText(p: Proposition): string {
  switch (p.kind) {
    case 'register':
      return `${cell(p.thread, p.register)} == ${p.value}`;
    case 'memory':
      return `mem[${at(p.location)}] == ${p.value}`;
    case 'constant':
      return p.holds ? 'true' : 'false';
    case 'not':
      return `!(${conditionText(p.of)})`;
    case 'and':
    case 'or':
      return `((${conditionText(p.left)}) ${p.kind === 'and' ? '&&' : '||'} (${conditionText(p.right)}))`;
    default:
      return assertNever(p);
  }
}

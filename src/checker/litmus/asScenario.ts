import { assertNever, hex } from '../../base';
import type { Instruction, LitmusTest, Proposition, Register, Source } from './test';

/** The locations lie in pages of their own, from this frame on. */
const FIRST_FRAME = 0x40;
/** Words that a scenario keeps for itself: a location of that name gets a line below it in front. */
const TAKEN = new Set(['and', 'or', 'not', 'true', 'false', 'vcpu']);

/** `exists`, `~exists`, `forall` in a scenario's words. */
const QUANTIFIERS = { exists: 'sometimes', '~exists': 'never', forall: 'always' } as const;

const nameOf = (location: string): string => (TAKEN.has(location) ? `_${location}` : location);
const register = (r: Register): string => r.toLowerCase();
const valueText = (from: Source): string =>
  from.kind === 'register' ? register(from.register) : String(from.value);

/**
 * A litmus test as the text of a scenario: threads are vCPUs, locations are variables in frames of their own, registers keep
 * their names, every buffer holds as many stores as a thread makes, and the proposition is what is asked about the end.
 * `herd` is the text it was read from; it stays in the scenario as a comment.
 */
export function litmusScenario(test: LitmusTest, herd: string): string {
  const locations = locationsOf(test);
  const begin = test.registers.map(({ thread, register: name, value }) => ({
    thread,
    line: `mov ${register(name)} = ${value}`,
  }));
  const threads = test.threads.map((_, v) => v);
  const lines = [
    `scenario "${test.name.replace(/[\\"]/g, '\\$&')}"`,
    ...herd
      .trimEnd()
      .split('\n')
      .map((line) => `# ${line.trimEnd()}`.trimEnd()),
    'topic "Memory order"',
    'design native',
    `paging off, ${FIRST_FRAME + locations.length} frames`,
    'tlb off',
    `store-buffers ${mostStores(test)}`,
    `vcpus ${test.threads.length}`,
    ...locations.map((location, i) => {
      const address = `0x${hex(FIRST_FRAME + i)}000`;
      return `variable ${nameOf(location)} at ${address} = ${test.memory.get(location) ?? 0}`;
    }),
    ...threads.flatMap((v) => {
      const own = begin.filter(({ thread }) => thread === v).map(({ line }) => `  ${line}`);
      return own.length === 0 ? [] : [`prologue vcpu ${v}`, ...own];
    }),
    ...threads.flatMap((v) => {
      const own = test.threads[v] ?? [];
      return own.length === 0 ? [] : [`vcpu ${v}`, ...own.map((one) => `  ${operationText(one)}`)];
    }),
    `${QUANTIFIERS[test.quantifier]} ${propositionText(test.proposition, 0)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The longest row of stores a thread has: a buffer of that depth never makes one wait. */
export function mostStores(test: LitmusTest): number {
  return Math.max(1, ...test.threads.map((t) => t.filter(({ kind }) => kind === 'store').length));
}

function operationText(one: Instruction): string {
  switch (one.kind) {
    case 'load':
      return `load ${nameOf(one.location)} -> ${register(one.to)}`;
    case 'store':
      return `store ${nameOf(one.location)} = ${valueText(one.from)}`;
    case 'move':
      return `mov ${register(one.to)} = ${valueText(one.from)}`;
    case 'mfence':
      return 'mfence';
    case 'xchg':
      return `xchg ${nameOf(one.location)} = ${register(one.register)}`;
    case 'cmpxchg':
      return `cmpxchg ${nameOf(one.location)} = eax -> ${register(one.register)}`;
    case 'add':
      return `lock-add ${nameOf(one.location)} = ${valueText(one.from)}`;
    default:
      return assertNever(one);
  }
}

const BINDS = { or: 0, and: 1 } as const;

function propositionText(p: Proposition, least: number): string {
  switch (p.kind) {
    case 'register':
      return `vcpu ${p.thread} ${register(p.register)} = ${p.value}`;
    case 'memory':
      return `${nameOf(p.location)} = ${p.value}`;
    case 'constant':
      return String(p.holds);
    case 'not':
      return `not ${propositionText(p.of, 2)}`;
    case 'and':
    case 'or': {
      const binds = BINDS[p.kind];
      const text = `${propositionText(p.left, binds)} ${p.kind} ${propositionText(p.right, binds + 1)}`;
      return binds < least ? `(${text})` : text;
    }
    default:
      return assertNever(p);
  }
}

/** Every location that the test names, in order of appearance. */
export function locationsOf(test: LitmusTest): string[] {
  const found = new Set(test.memory.keys());
  for (const one of test.threads.flat()) if ('location' in one) found.add(one.location);
  const inside = (p: Proposition): void => {
    if (p.kind === 'memory') found.add(p.location);
    else if (p.kind === 'not') inside(p.of);
    else if (p.kind === 'and' || p.kind === 'or') {
      inside(p.left);
      inside(p.right);
    }
  };
  inside(test.proposition);
  return [...found];
}

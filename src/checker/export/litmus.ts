import { assertNever } from '../../base';
import type { Instruction, LitmusTest, Proposition, Source } from '../litmus/test';

const value = (from: Source): string => (from.kind === 'register' ? from.register : `$${from.value}`);

function instructionText(one: Instruction): string {
  switch (one.kind) {
    case 'load':
      return `MOV ${one.to},[${one.location}]`;
    case 'store':
      return `MOV [${one.location}],${value(one.from)}`;
    case 'move':
      return `MOV ${one.to},${value(one.from)}`;
    case 'mfence':
      return 'MFENCE';
    case 'xchg':
      return `XCHG [${one.location}],${one.register}`;
    case 'cmpxchg':
      return `LOCK CMPXCHG [${one.location}],${one.register}`;
    case 'add':
      return `LOCK ADD [${one.location}],${value(one.from)}`;
    default:
      return assertNever(one);
  }
}

function propositionText(p: Proposition): string {
  switch (p.kind) {
    case 'register':
      return `${p.thread}:${p.register}=${p.value}`;
    case 'memory':
      return `[${p.location}]=${p.value}`;
    case 'constant':
      return String(p.holds);
    case 'not':
      return `~(${propositionText(p.of)})`;
    case 'and':
    case 'or':
      return `(${propositionText(p.left)} ${p.kind === 'and' ? '/\\' : '\\/'} ${propositionText(p.right)})`;
    default:
      return assertNever(p);
  }
}

/** A litmus test in herd's X86 text: what `parseLitmus` reads back as the same test. Ends with a line end. */
export function printLitmus(test: LitmusTest): string {
  const initial = [
    ...[...test.memory].map(([location, number]) => `${location}=${number};`),
    ...test.registers.map(({ thread, register, value: number }) => `${thread}:${register}=${number};`),
  ];
  const columns = test.threads.map((thread, i) => [`P${i}`, ...thread.map(instructionText)]);
  const height = Math.max(...columns.map(({ length }) => length));
  const widths = columns.map((column) => Math.max(...column.map(({ length }) => length)));
  const rows = Array.from({ length: height }, (_, r) =>
    columns.map((column, c) => (column[r] ?? '').padEnd(widths[c] ?? 0)).join(' | '),
  );
  return [
    `X86 ${test.name}`,
    `{ ${initial.join(' ')} }`,
    ...rows.map((row) => ` ${row} ;`),
    `${test.quantifier} (${propositionText(test.proposition)})`,
    '',
  ].join('\n');
}

import { ok, type Result } from '../../base';
import { litmusOf, printLitmus, printPromela } from '../../checker';
import type { Choice } from '../../kernel';
import { type Explored, runOf } from './opening';

/** What was explored in the forms that other tools read, so that a reviewer can check it with his own. */
export interface Exports {
  /** herd's X86 text. */
  readonly litmus: string;
  /** For SPIN. */
  readonly promela: string;
  /** Without its ending. */
  readonly name: string;
}

/** Of a scenario whose programs are reads and writes of memory; else what in it has no counterpart. */
export function exportsOf(explored: Explored, schedule: readonly Choice[]): Result<Exports, string> {
  const test = litmusOf(runOf(explored, schedule));
  if (test.kind === 'error') return test;
  const { name } = test.value;
  return ok({ litmus: printLitmus(test.value), promela: printPromela(test.value), name });
}

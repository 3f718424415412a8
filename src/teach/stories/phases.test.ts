import { expect, test } from 'vitest';
import { startRun } from '../../engine';
import { eventKinds } from '../../kernel';
import { libraryEntry } from '../../library';
import { resolve } from '../../scenario';
import { PHASE_EVENTS, phaseOf } from './phases';

test('every event that makes a phase is one that some design emits', () => {
  const known = new Set(eventKinds());
  expect(PHASE_EVENTS.filter((kind) => !known.has(kind))).toEqual([]);
});

/** The phases of a scenario, in their order, neighbours of one kind once. */
function phasesOf(id: string): string[] {
  const resolved = resolve(libraryEntry(id)?.text ?? '');
  if (resolved.kind === 'error') throw new Error('the scenario does not resolve');
  const run = startRun(resolved.value.spec, resolved.value.design);
  run.extend();
  const seen: string[] = [];
  for (let from = 0; from < run.length; from = run.beatAfter(from)) {
    const phase = phaseOf(run, from, run.beatAfter(from));
    if (phase !== undefined && seen.at(-1) !== phase) seen.push(phase);
  }
  return seen;
}

test('on bare hardware the processor’s own walks and faults are what playing stops at', () => {
  expect(phasesOf('what-a-page-walk-is')).toEqual(['walk', 'fault']);
});

test('a table that drifts and is brought back shows all phases, in the order of the mechanism', () => {
  const seen = phasesOf('a-page-table-may-drift');
  expect(seen.slice(0, 4)).toEqual(['fault', 'walk', 'unsync', 'classify']);
  expect(seen).toContain('resync');
  expect(seen).toContain('flush');
  // Stops must stay few, or nobody would leave them on.
  expect(seen.length).toBeLessThan(12);
});

import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../engine';
import { runOf } from '../../../../testing/library';
import { buildScene } from '../../build';
import type { SceneModel } from '../../model';
import { supplySource } from '../registry';
import { nestedSource } from './source';

supplySource(nestedSource);

/** The beat of the nth event of a kind. */
function beatOf(run: Run, kind: string, nth = 0): SceneModel {
  const step = run.eventsIn(0, run.length).filter((e) => e.kind === kind)[nth]?.step;
  if (step === undefined) throw new Error(`the run has ${kind}`);
  const { from, to } = run.beatAround(step + 1);
  return buildScene(run, from, to);
}

describe('nested paging on the stage', () => {
  const run = runOf('tlb-miss-nested');

  it('stands the nested tables below the guest’s, one for each level', () => {
    const model = beatOf(run, 'NestedEntryRead');
    const lower = model.tables.filter(({ side }) => side === 'shadow');
    expect(lower.map(({ name, column }) => `${name} in ${column}`).sort()).toEqual([
      'nested L1 in L1',
      'nested L2 in L2',
      'nested L3 in L3',
      'nested L4 in L4',
    ]);
    expect(model.links.filter(({ side }) => side === 'shadow').length).toBeGreaterThanOrEqual(3);
  });

  it('counts the reads as they are made, and has a card for each translation', () => {
    const first = beatOf(run, 'NestedEntryRead');
    expect(first.penumbraWords?.headline[0]).toBe('1 of 24 reads');
    expect(first.penumbra.map(({ name, place }) => `${name} ${place}`)).toEqual(['L4 table 1 of 4']);
    const late = beatOf(run, 'NestedEntryRead', 18);
    expect(late.penumbraWords?.headline[0]).toBe('23 of 24 reads');
    expect(late.penumbra.map(({ name, place }) => `${name} ${place}`)).toEqual([
      'L4 table 4 of 4',
      'L3 table 4 of 4',
      'L2 table 4 of 4',
      'L1 table 4 of 4',
      'data 3 of 4',
    ]);
    expect(late.penumbraWords?.detail[0]).toContain('4 of the guest’s, 19 nested');
  });

  it('lights the nested entry that is read, and moves the token there', () => {
    const model = beatOf(run, 'NestedEntryRead', 2);
    const reading = model.tables.flatMap((t) =>
      [...t.notes].filter(([, note]) => note.walk === 'reading').map(() => t.name),
    );
    expect(reading).toContain('nested L2');
    expect(model.motions.some((m) => m.kind === 'read')).toBe(true);
  });
});

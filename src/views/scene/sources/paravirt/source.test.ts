import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../engine';
import { runOf } from '../../../../testing/library';
import { buildScene } from '../../build';
import type { SceneModel } from '../../model';
import { supplySource } from '../registry';
import { paravirtSource } from './source';

supplySource(paravirtSource);

function beatOf(run: Run, kind: string, nth = 0): SceneModel {
  const step = run.eventsIn(0, run.length).filter((e) => e.kind === kind)[nth]?.step;
  if (step === undefined) throw new Error(`the run has ${kind}`);
  const { from, to } = run.beatAround(step + 1);
  return buildScene(run, from, to);
}

describe('paravirtual updates on the stage', () => {
  it('VMI: the queue stands between a table and its shadow, and grows', () => {
    const run = runOf('vmi-queue');
    const model = beatOf(run, 'UpdateQueued', 4);
    const [item] = model.penumbra;
    expect(item).toMatchObject({
      guest: 'guest 0x013',
      name: 'queue',
      place: 'vCPU 0',
      says: '5 updates wait',
    });
    expect(item?.rows[0]).toMatchObject({ index: 2, note: { says: 'clear' } });
    expect(model.penumbraWords?.headline[0]).toBe('5 updates wait');
    const pair = model.derivations.find(({ guest }) => guest === 'guest 0x013');
    expect(pair).toMatchObject({ drift: true, through: item?.id });
    const end = buildScene(run, run.length, run.length);
    expect(end.penumbra).toEqual([]);
    expect(end.derivations.every(({ drift }) => !drift)).toBe(true);
  });

  it('the entry whose update waits is marked on both sides', () => {
    const model = beatOf(runOf('vmi-queue'), 'PteWritten');
    const stale = model.tables.filter((t) => t.notes.get(0)?.stale).map(({ side }) => side);
    expect(stale).toEqual(expect.arrayContaining(['guest', 'shadow']));
  });

  it('direct paging: no shadow, tables that the guest may only read, a batch on its way', () => {
    const model = beatOf(runOf('keep-the-marks'), 'UpdateQueued', 1);
    expect(model.tables.some(({ side }) => side === 'shadow')).toBe(false);
    expect(model.shadowNote).toContain('may only read');
    expect(model.penumbra).toMatchObject([{ name: 'batch', says: '2 updates wait, marks kept' }]);
  });

  it('bare hardware has no band at all', () => {
    const model = beatOf(runOf('lost-dirty-bit'), 'PteRead');
    expect(model.penumbraWords).toBeUndefined();
    expect(model.motions.some((m) => m.kind === 'read')).toBe(true);
  });
});

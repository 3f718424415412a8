import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../engine';
import { runOf } from '../../../../testing/library';
import { buildScene } from '../../build';
import { layoutScene } from '../../layout';
import type { SceneModel, TableModel } from '../../model';
import { holdingOf } from '../../references';
import { supplySource } from '../registry';
import { kvmSource } from './source';

supplySource(kvmSource);

const atEnd = (run: Run): SceneModel => buildScene(run, run.length, run.length);

/** The beat in which an event happens first. */
function beatOf(run: Run, kind: string): SceneModel {
  const step = run.eventsIn(0, run.length).find((e) => e.kind === kind)?.step;
  if (step === undefined) throw new Error(`the run has ${kind}`);
  const { from, to } = run.beatAround(step + 1);
  return buildScene(run, from, to);
}

const shadowsOf = (model: SceneModel, guest: string): TableModel[] =>
  model.tables.filter((t) => t.backs === guest);

describe('KVM on the stage', () => {
  it('stands every shadow page below the table it is for: one for each role', () => {
    const model = atEnd(runOf('kvm-two-roles'));
    expect(shadowsOf(model, 'guest 0x102').map(({ name }) => name)).toEqual(['wux', '-ux']);
    expect(model.derivations.filter(({ guest }) => guest === 'guest 0x102')).toHaveLength(2);
    expect(model.frames.find(({ frameName }) => frameName === '0x103')).toMatchObject({
      role: 'page table',
      access: 'read-only',
    });
  });

  it('a table of four-byte entries has a page for each quadrant', () => {
    const model = atEnd(runOf('kvm-four-byte'));
    expect(shadowsOf(model, 'guest 0x100').map(({ name }) => name)).toEqual([
      ...['wux/q0', 'wux/q1', 'wux/q2', 'wux/q3'],
    ]);
  });

  it('a direct page stands alone: there is no table of the guest above it', () => {
    const model = beatOf(runOf('kvm-large-page'), 'MemoryRead');
    const direct = model.tables.find(({ name }) => name === 'direct');
    expect(direct?.backs).toBeUndefined();
    expect(direct?.used).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('marks an unsync page between table and shadow, and the entries above that lead to it', () => {
    const run = runOf('kvm-unsync');
    const model = atEnd(run);
    const [item] = model.penumbra;
    const [shadow] = shadowsOf(model, 'guest 0x103');
    expect(item).toMatchObject({ name: 'unsync', guest: 'guest 0x103', shadow: shadow?.id, differs: 0 });
    expect(model.derivations.find(({ guest }) => guest === 'guest 0x103')).toMatchObject({
      through: item?.id,
      drift: true,
    });
    expect(shadowsOf(model, 'guest 0x102')[0]?.notes.get(2)?.below).toBe(true);
    expect(beatOf(run, 'KvmUnsyncPage').motions).toContainEqual({ kind: 'appear', at: item?.id });
  });

  it('says which entries of an unsync page are stale, and plays their comparison', () => {
    const run = runOf('kvm-cr3-sync');
    const stale = run.find(run.built.spec.notes[0]?.at ?? { kind: 'start' }).cursor;
    const { from, to } = run.beatAround(stale);
    const [item] = buildScene(run, from, to).penumbra;
    expect(item).toMatchObject({ present: 3, differs: 2, says: '2 of 3 stale' });
    const compare = beatOf(run, 'KvmEntryCompared').motions.find((m) => m.kind === 'compare');
    if (compare?.kind !== 'compare') throw new Error('the beat compares');
    expect([compare.all.length, compare.differ.length]).toEqual([3, 2]);
  });

  it('shows the reverse map of a frame that an spte was set for, and who may write it', () => {
    const model = beatOf(runOf('kvm-unsync'), 'KvmUnsyncPage');
    const group = model.fixups.find(({ guest }) => guest === 'guest 0x103');
    expect(group?.title).toBe('RMAP OF 0x103: ONE');
    expect(group?.items.map(({ place }) => place)).toEqual(['writable']);
  });

  it('a page in focus says what holds it, and from where', () => {
    const model = atEnd(runOf('kvm-two-roles'));
    const [shadow] = shadowsOf(model, 'guest 0x102');
    const holding = holdingOf(model, shadow?.id);
    expect(holding?.says[0]).toBe('1 parent spte, no vCPU’s root');
    expect(holding?.references).toHaveLength(1);
  });

  it('a frame in focus says how its reverse map is kept, and an arc leads to every spte that maps it', () => {
    const model = atEnd(runOf('kvm-two-roles'));
    const holding = holdingOf(model, 'frame 0x200');
    expect(holding?.says[0]).toBe('rmap: many (2)');
    expect(holding?.references.map(({ from }) => from)).toEqual([
      ...shadowsOf(model, 'guest 0x103').map(({ frameName }) => `shadow ${frameName}[000]`),
    ]);
    const layout = layoutScene(model, { w: 800, h: 658, keep: new Set(['frame 0x200']) });
    expect(layout.references).toHaveLength(2);
    expect(layout.tag?.text).toBe('rmap: many (2)');
  });

  it('an MMIO spte says so, and its frame is a device', () => {
    const run = runOf('kvm-mmio');
    const model = atEnd(run);
    expect(shadowsOf(model, 'guest 0x103')[0]?.notes.get(1)).toMatchObject({ says: 'mmio', blank: true });
    expect(model.frames.find(({ frameName }) => frameName === '0x2f0')?.role).toBe('device');
  });

  it('zapped pages are seen going', () => {
    const model = beatOf(runOf('kvm-flooding'), 'KvmPrepareZapPage');
    const gone = model.tables.filter((t) => t.gone === true);
    expect(gone.map(({ name, backs }) => [name, backs])).toEqual([['wux', 'guest 0x102']]);
    expect(model.motions).toContainEqual({ kind: 'vanish', at: gone[0]?.id });
  });

  it.each(['kvm-four-byte', 'kvm-memslot-delete'])(
    'fits the stage at every beat of %s, at every size',
    (id) => {
      const run = runOf(id);
      for (let from = 0; from < run.length; ) {
        const to = run.beatAfter(from);
        const model = buildScene(run, from, to);
        for (const size of [
          { w: 800, h: 658 },
          { w: 390, h: 446 },
        ]) {
          for (const { rect } of layoutScene(model, size).cards) {
            expect(rect.x + rect.w).toBeLessThanOrEqual(size.w);
            expect(rect.y + rect.h).toBeLessThanOrEqual(size.h);
          }
        }
        from = to;
      }
    },
  );
});

describe('the proposal of 2012 on the stage', () => {
  it('an identification stands in its spte, and the mark of a protector beside the reverse map', () => {
    const run = runOf('kvm-three-vcpus-three-numbers');
    const said = new Set<string>();
    const titles = new Set<string>();
    for (let from = 0; from < run.length; ) {
      const to = run.beatAfter(from);
      const model = buildScene(run, from, to);
      for (const { notes } of model.tables)
        for (const { says } of notes.values()) if (says?.startsWith('id')) said.add(says);
      for (const { title } of model.fixups) titles.add(title);
      from = to;
    }
    // vCPU 0 and vCPU 2 are fast; vCPU 1 protects.
    expect([...said]).toEqual(['id 1', 'id 3']);
    expect([...titles].some((title) => title.endsWith('ONE'))).toBe(true);
    expect([...titles].some((title) => title.endsWith('ONE, WP'))).toBe(true);
  });
});

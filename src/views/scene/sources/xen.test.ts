import { describe, expect, it } from 'vitest';
import { type Run, recordRun } from '../../../engine';
import { designs } from '../../../hypervisor/registry';
import { printDiagnostic, resolve } from '../../../scenario';
import { buildScene } from '../build';
import { layoutScene } from '../layout';
import type { SceneModel } from '../model';

/** One L1 table with three entries, shadowed by loads; then the guest writes it through its direct map, and flushes. */
const text = (design: string): string => `
scenario "drift"
design ${design}
profile A
paging x86-64, 128 frames
root 0x010
table l1 0x02e at 0x7f80_8820_0000
map 0x7f80_8820_1000 -> 0x042 rw user a d
map 0x7f80_8820_7000 -> 0x043 rw user a d
map 0x7f80_8820_9000 -> 0x044 r user a
direct 0xffff_8100_0000_0000 tables 0x061
prologue vcpu 0
  load 0x7f80_8820_1000 user
vcpu 1
  pte 0x7f80_8820_7000 = 0x045 rw user a d
  cr3 0x010
`;

function record(design: string): Run {
  const found = resolve(text(design));
  if (found.kind === 'error') throw new Error(found.error.map(printDiagnostic).join('\n'));
  const built = designs.get(found.value.spec.design);
  if (built === undefined) throw new Error('the design is registered');
  return recordRun(found.value.spec, built);
}

function sceneAfter(run: Run, kind: string): SceneModel {
  const step = run.eventsIn(0, run.length).find((e) => e.kind === kind)?.step;
  if (step === undefined) throw new Error(`the run has ${kind}`);
  const { from, to } = run.beatAround(step + 1);
  return buildScene(run, from, to);
}

const tableOf = (model: SceneModel, id: string) => model.tables.find((t) => t.id === id);

describe('Xen on the stage', () => {
  const run = record('xen');

  it('stands every guest table above its shadow, named by type and frame', () => {
    const model = buildScene(run, 0, 0);
    const shadow = model.tables.find((t) => t.backs === 'guest 0x02e');
    expect(shadow).toMatchObject({ side: 'shadow', name: 'l1_64', column: 'L1', outOfSync: false });
    expect(model.derivations).toContainEqual({ guest: 'guest 0x02e', shadow: shadow?.id, drift: false });
    expect(model.tables.find((t) => t.name === 'l4_64')?.tags).toEqual(['v0', 'v1']);
    expect(model.frames.find((f) => f.frameName === '0x02e')).toMatchObject({
      role: 'page table',
      access: 'read-only',
    });
  });

  it('keeps known-absent magic out of sight until it matters, and draws no rights for it', () => {
    const shadow = buildScene(run, 0, 0).tables.find((t) => t.backs === 'guest 0x02e');
    expect(shadow?.used).toEqual([1, 7, 9]);
  });

  it('shows a page that has gone out of sync with its snapshot between it and its shadow', () => {
    const model = sceneAfter(run, 'SnapshotTaken');
    const [item] = model.penumbra;
    expect(item).toMatchObject({
      guest: 'guest 0x02e',
      owner: 'vCPU 1',
      place: 'v1 slot 1',
      differs: 0,
      rows: [],
    });
    expect(item?.says).toBe(`${item?.present} held, equal`);
    expect(tableOf(model, 'guest 0x02e')?.outOfSync).toBe(true);
    expect(model.derivations.find((d) => d.guest === 'guest 0x02e')).toMatchObject({
      through: item?.id,
      drift: true,
    });
    expect(model.frames.find((f) => f.frameName === '0x02e')?.access).toBe('writable');
    expect(model.motions).toContainEqual({ kind: 'appear', at: item?.id });
  });

  it('says what a resync would touch once the guest has written: only what the shadow holds is compared', () => {
    const model = sceneAfter(run, 'MemoryWritten');
    const [item] = model.penumbra;
    expect(item).toMatchObject({ differs: 1 });
    expect(item?.rows.map((r) => r.index)).toEqual([7]);
    expect(tableOf(model, 'guest 0x02e')?.notes.get(7)).toMatchObject({ stale: true, changed: true });
    expect(tableOf(model, item?.shadow ?? '')?.notes.get(7)).toMatchObject({ stale: true });
    expect(model.penumbraWords?.headline[0]).toBe(`${item?.present} held, 1 differs`);
    expect(model.links.find((l) => l.from === 'guest 0x02e[007]')?.state).toBe('drift');
    expect(model.fixups[0]?.title).toBe('Fixups for 0x02e');
    expect(model.fixups[0]?.items.filter((f) => f.holds !== undefined)).toHaveLength(1);
  });

  it('plays a resync as one comparison of what the shadow holds, and its differing entry as a change', () => {
    const model = sceneAfter(run, 'ResyncCompared');
    const compare = model.motions.find((m) => m.kind === 'compare');
    if (compare?.kind !== 'compare') throw new Error('the beat compares');
    const compared = run.eventsIn(0, run.length).filter((e) => e.kind === 'ResyncCompared');
    expect(compare.all).toHaveLength(compared.length);
    expect(compare.differ).toEqual([`${compare.table}[007]`]);
    expect(model.motions).toContainEqual({ kind: 'change', at: `${compare.table}[007]` });
  });

  it('is calm again at the end: nothing out of sync, nothing broken', () => {
    const model = buildScene(run, run.length, run.length);
    expect(model.penumbra).toEqual([]);
    expect(model.wrong.size).toBe(0);
    expect(model.links.filter((l) => l.state === 'drift' || l.state === 'wrong')).toEqual([]);
  });

  it('says what there is without snapshots: every present entry would be derived again', () => {
    const model = sceneAfter(record('xen without snapshots'), 'MemoryWritten');
    const [item] = model.penumbra;
    expect(item).toMatchObject({ name: 'unsync', rows: [] });
    expect(model.penumbraWords?.detail[0]).toBe(`resync will derive all ${item?.present} again`);
  });

  it('plays a search for writable mappings as one motion with every entry it read', () => {
    const searching = record('xen without fixups, wrmap-guess');
    const model = sceneAfter(searching, 'WriteAccessSearched');
    const search = model.motions.find((m) => m.kind === 'search');
    if (search?.kind !== 'search') throw new Error('the beat searches');
    const { from, to } = searching.beatAround(
      (searching.eventsIn(0, searching.length).find((e) => e.kind === 'WriteAccessSearched')?.step ?? 0) + 1,
    );
    const reads = searching.eventsIn(from, to).filter((e) => e.kind === 'WriteAccessSearched');
    expect(search.reads).toHaveLength(reads.length);
    expect(search.hits).toHaveLength(reads.filter((e) => e.hit === 1).length);
  });

  it('fits the stage at every beat, at every size', () => {
    for (let from = 0; from < run.length; ) {
      const to = run.beatAfter(from);
      const model = buildScene(run, from, to);
      for (const size of [
        { w: 800, h: 658 },
        { w: 724, h: 560 },
        { w: 390, h: 446 },
      ]) {
        const layout = layoutScene(model, size);
        for (const card of layout.cards) {
          expect(card.rect.x + card.rect.w).toBeLessThanOrEqual(size.w);
          expect(card.rect.y + card.rect.h).toBeLessThanOrEqual(size.h);
        }
      }
      from = to;
    }
  });
});

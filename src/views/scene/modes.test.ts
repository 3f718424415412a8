import { describe, expect, test } from 'vitest';
import { type Run, recordRun } from '../../engine';
import { designs } from '../../hypervisor/registry';
import { printDiagnostic, resolve } from '../../scenario';
import { buildScene } from './build';
import { layoutScene } from './layout';
import type { SceneModel, TableModel } from './model';
import { holdingOf } from './references';

const record = (text: string): Run => {
  const found = resolve(text);
  if (found.kind === 'error') throw new Error(found.error.map(printDiagnostic).join('\n'));
  const design = designs.get(found.value.spec.design);
  if (design === undefined) throw new Error('the design is registered');
  return recordRun(found.value.spec, design);
};

const last = (run: Run): SceneModel => buildScene(run, run.beatBefore(run.length), run.length);

const named = (model: SceneModel, name: string): readonly TableModel[] =>
  model.tables.filter((table) => table.name === name);

describe('a 2-level guest', () => {
  const run = record(`
scenario "two levels"
design xen
profile U
paging 32-bit, 256 frames
root 0x010
table l1 0x030 at 0x0080_0000
map 0x0080_1000 -> 0x040 rw user a d
map 0x00a5_0000 -> 0x042 rw user a d
direct 0xc000_0000 tables 0x061
vcpu 0
  load 0x0080_1000
  load 0x00a5_0000
  pte 0x0080_1000 = 0
`);
  const model = last(run);

  test('has shadows of two and four pages, each one card whose entries are counted through', () => {
    const l1 = named(model, 'l1_32').find(({ backs }) => backs === 'guest 0x030');
    const [l2] = named(model, 'l2_32');
    expect(l1).toMatchObject({ pages: 2, capacity: 1024 });
    expect(l1?.frameName).toMatch(/^s1\w\w×2$/);
    expect(l2).toMatchObject({ pages: 4, capacity: 2048 });
    // Index 0x250 of the guest's table is entry 0x50 of the shadow's second page.
    expect(l1?.used).toContain(0x250);
    expect(named(model, 'PT').find(({ frame }) => frame === 0x30)?.used).toContain(0x250);
  });

  test('its L2 entries come in pairs that lead to one shadow, of which the first counts', () => {
    const l1 = named(model, 'l1_32').find(({ backs }) => backs === 'guest 0x030') as TableModel;
    const [l2] = named(model, 'l2_32') as [TableModel];
    const links = model.links.filter(({ to }) => to === l1.id).map(({ from }) => from);
    expect(links).toEqual([`${l2.id}[004]`, `${l2.id}[005]`]);
    expect(holdingOf(model, l1.id)?.references).toEqual([{ from: `${l2.id}[004]`, up: true }]);
  });

  test('is announced at the foot of the stage', () => {
    const layout = layoutScene(model, { w: 800, h: 690 });
    expect(layout.texts.map(({ text }) => text)).toContain('2-level guest: L1 ×2 pages, L2 ×4');
  });

  test('compares its narrow entries with their copy', () => {
    const [item] = model.penumbra;
    expect(item).toMatchObject({ guest: 'guest 0x030', differs: 1 });
    expect(item?.rows[0]).toMatchObject({ index: 1, hi: 0 });
  });
});

describe('a PAE guest', () => {
  const run = record(`
scenario "three levels"
design xen
profile U
paging pae, 256 frames
root 0x010
table l1 0x030 at 0x4080_0000
map 0x4080_1000 -> 0x040 rw user a d
direct 0xc000_0000 tables 0x061
vcpu 0
  load 0x4080_1000
  store 0xc001_0000 = 0x9001 qword
  cr3 0x010
`);
  const changed = run.eventsIn(0, run.length).findLast(({ kind }) => kind === 'MemoryWritten')?.step ?? -1;

  test('has a table of four entries for each vCPU, derived from what was read at the CR3 load', () => {
    const model = last(run);
    expect(named(model, 'l3table').map(({ capacity, backs, tags }) => [capacity, backs, tags])).toEqual([
      [4, 'guest 0x010', ['v0']],
    ]);
    const [top] = named(model, 'l3table') as [TableModel];
    const l2 = model.links.filter(({ from }) => from.startsWith(top.id)).map(({ to }) => to);
    expect(l2).toHaveLength(top.used.length);
    expect(l2.every((id) => model.tables.some((table) => table.id === id && table.level === 2))).toBe(true);
  });

  test('an entry that the guest changes differs until CR3 is loaded anew', () => {
    const between = buildScene(run, changed, changed + 1);
    const [top] = named(between, 'l3table') as [TableModel];
    expect(top.notes.get(0)?.stale).toBe(true);
    expect(between.tables.find(({ id }) => id === 'guest 0x010')?.notes.get(0)?.stale).toBe(true);
    const [after] = named(last(run), 'l3table') as [TableModel];
    expect(after.notes.get(0)?.stale).toBeUndefined();
  });
});

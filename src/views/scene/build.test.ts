import { describe, expect, it } from 'vitest';
import { type Run, recordRun } from '../../engine';
import { designs } from '../../hypervisor/registry';
import { printDiagnostic, resolve } from '../../scenario';
import { buildScene } from './build';
import type { SceneModel } from './model';

const TEXT = `
scenario "a walk"
design native
paging x86-64, 128 frames
root 0x010
map 0x7f80_8800_3000 -> 0x040 rw user
table l1 0x02e at 0x7f80_8820_0000
map 0x7f80_8820_1000 -> 0x042 rw user
direct 0xffff_8100_0000_0000 tables 0x061
vcpu 0
  load 0x7f80_8800_3010 user
  pte 0x7f80_8820_7000 = 0x045 rw user
`;

function record(text: string): Run {
  const found = resolve(text);
  if (found.kind === 'error') throw new Error(found.error.map(printDiagnostic).join('\n'));
  const design = designs.get(found.value.spec.design);
  if (design === undefined) throw new Error('the design is registered');
  return recordRun(found.value.spec, design);
}

/** The scene after the first beat in which the event happened. */
function sceneAt(run: Run, kind: string, nth = 0): SceneModel {
  const step = run.eventsIn(0, run.length).filter((e) => e.kind === kind)[nth]?.step;
  if (step === undefined) throw new Error(`the run has ${kind} number ${nth}`);
  const { from, to } = run.beatAround(step + 1);
  return buildScene(run, from, to);
}

const table = (model: SceneModel, id: string) => {
  const found = model.tables.find((t) => t.id === id);
  if (found === undefined)
    throw new Error(`${id} is on stage among ${model.tables.map((t) => t.id).join(', ')}`);
  return found;
};

describe('the scene of a guest alone', () => {
  const run = record(TEXT);

  it('has a column per level with its address bits, and memory at the end', () => {
    expect(buildScene(run, 0, 0).columns.map((c) => `${c.title} ${c.sub}`)).toEqual([
      'L4 bits 47–39',
      'L3 bits 38–30',
      'L2 bits 29–21',
      'L1 bits 20–12',
      'Memory frames',
    ]);
  });

  it('shows the guest’s tables with their frames, and which vCPU has them loaded', () => {
    const model = buildScene(run, 0, 0);
    expect(table(model, 'guest 0x010')).toMatchObject({ name: 'PML4', tags: ['v0'], used: [0x0ff, 0x102] });
    expect(table(model, 'guest 0x02e')).toMatchObject({ name: 'PT', column: 'L1', used: [1] });
    expect(model.shadowNote).toContain('no hypervisor');
  });

  it('lights the entry being read, keeps the path behind it, and lets the token go along the link', () => {
    const model = sceneAt(run, 'WalkedLevel', 2);
    const read = run.eventsIn(0, run.length).filter((e) => e.kind === 'WalkedLevel');
    const at = (n: number) => table(model, `guest 0x${Number(read[n]?.frame).toString(16).padStart(3, '0')}`);
    expect(at(2).notes.get(0x040)).toEqual({ walk: 'reading' });
    expect(at(0).notes.get(0x0ff)).toEqual({ walk: 'path' });
    expect(model.motions).toEqual([
      { kind: 'travel', from: `${at(1).id}[002]`, to: at(2).id },
      { kind: 'read', at: `${at(2).id}[040]` },
    ]);
    expect(model.strip).toMatchObject({ access: 'read', address: '0x7f80_8800_3010' });
    expect(model.strip?.chips.map((c) => `${c.text} ${c.state}`)).toEqual([
      '0ff done',
      '002 done',
      '040 active',
      '003 idle',
      '010 idle',
    ]);
  });

  it('marks what a store has changed, with what was there before', () => {
    const model = sceneAt(run, 'MemoryWritten');
    const pt = table(model, 'guest 0x02e');
    expect(pt.notes.get(7)).toMatchObject({ changed: true, was: { hi: 0, lo: 0 } });
    expect(pt.hot).toBe(true);
    expect(model.frames.find((f) => f.id === 'frame 0x02e')?.state).toBe('changed');
    expect(model.motions).toContainEqual({ kind: 'change', at: 'guest 0x02e[007]' });
  });

  it('lists the frames that programs can reach, not all that the kernel’s direct map reaches', () => {
    const frames = buildScene(run, 0, 0).frames.map((f) => f.frameName);
    expect(frames).toEqual(['0x040', '0x042', '0x02e']);
  });

  it('links the entries of a walk to what they point at', () => {
    const model = sceneAt(run, 'WalkEnded');
    expect(model.links.filter((l) => l.state === 'walk').map((l) => l.to)).toContain('frame 0x040');
    expect(model.links.find((l) => l.from === 'guest 0x010[102]')?.state).toBe('idle');
  });

  it('gives the same object for the same beat, and an equal one after going elsewhere and back', () => {
    const first = buildScene(run, 3, 4);
    expect(buildScene(run, 3, 4)).toBe(first);
    buildScene(run, 0, run.length);
    expect(buildScene(run, 3, 4)).toEqual(first);
  });

  it('leaves the cursor where it was', () => {
    run.seek(2);
    buildScene(run, 5, 6);
    expect(run.cursor).toBe(2);
  });
});

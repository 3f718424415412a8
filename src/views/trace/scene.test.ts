import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type ImportedTrace, importTrace, momentAt } from '../../trace';
import { ownerOf } from '../scene/entity';
import { layoutScene } from '../scene/layout';
import { traceScene } from './scene';

async function sample(name: string): Promise<ImportedTrace> {
  const bytes = readFileSync(`src/pages/trace/samples/${name}.trace`);
  const got = await importTrace({
    name,
    size: bytes.length,
    read: async (from, to) => bytes.subarray(from, to),
  });
  if (got.kind !== 'trace') throw new Error(got.kind);
  return got.trace;
}

it.each(['b-pt-write-cr3', 'd-invlpg', 'g-two-vcpus'])(
  '%s: every moment is a scene that hangs together',
  async (name) => {
    const { history, events } = await sample(name);
    let lit = 0;
    for (let event = 0; event < events.length; event += 3) {
      const moment = momentAt(history, event);
      const scene = traceScene(moment);
      const tables = new Set(scene.tables.map((t) => t.id));
      expect(tables.size).toBe(scene.tables.length);
      const known = new Set([...tables, ...scene.frames.map((f) => f.id)]);
      for (const { from, to } of scene.links) {
        expect(tables.has(ownerOf(from))).toBe(true);
        expect(known.has(to)).toBe(true);
      }
      for (const { guest, shadow } of scene.derivations) {
        expect(tables.has(guest)).toBe(true);
        expect(tables.has(shadow)).toBe(true);
      }
      expect(scene.penumbra).toHaveLength(moment.unsync);
      for (const t of scene.tables) expect([...t.used]).toEqual([...t.used].sort((a, b) => a - b));
      // The walk is lit above as far as it has come.
      const reading = scene.tables.flatMap((t) => [...t.notes.values()]).filter((n) => n.walk === 'reading');
      expect(reading).toHaveLength(moment.name === 'kvm_mmu_paging_element' ? 1 : 0);
      lit += reading.length;
      if (event % 30 === 0)
        expect(layoutScene(scene, { w: 820, h: 700 }).cards.length).toBeLessThanOrEqual(tables.size);
    }
    expect(lit).toBeGreaterThan(10);
  },
);

import { Random } from '../../base';
import type { LinkModel, Motion, SceneModel, TableModel } from '../../views/scene/model';
import { crowded } from '../../views/scene/samples/crowded';
import { RWU, RWUD, type SampleEntry, sampleTable } from '../../views/scene/samples/tables';

const TABLES = 16;
const ENTRIES = 512;
const LINKS = 200;

/** The stage at its fullest: 16 page tables of 512 entries with their shadows, 200 links, a search under way. */
export function fullStage(): SceneModel {
  const model = crowded({ seed: 1, l1: TABLES, entries: ENTRIES, frames: 24, links: LINKS, outOfSync: 3 });
  const shadow = model.tables.find((t) => t.side === 'shadow' && t.level === 1);
  const reads = Array.from(
    { length: ENTRIES },
    (_, i) => `${shadow?.id}[${i.toString(16).padStart(3, '0')}]`,
  );
  const motions: Motion[] = [{ kind: 'search', reads, hits: [], word: 'read' }];
  return { ...model, motions };
}

/** Exactly 16 tables in which all 512 entries are used, with 200 links between them: what "every entry" has to draw. */
export function fullAtlas(): SceneModel {
  const random = new Random(2);
  const tables = Array.from({ length: TABLES }, (_, n): TableModel => {
    const entries = Array.from(
      { length: ENTRIES },
      (_unused, i): SampleEntry => [i, 0x100 + random.below(0x700), random.chance(0.5) ? RWU : RWUD],
    );
    return sampleTable(n % 2 === 0 ? 'guest' : 'shadow', 1 + (n % 4), 0x20 + n, entries, { order: n });
  });
  const links = Array.from({ length: LINKS }, (_, i): LinkModel => {
    const from = tables[i % TABLES] as TableModel;
    const to = tables[(i * 7 + 3) % TABLES] as TableModel;
    const id = `${from.id}[${random.below(ENTRIES).toString(16).padStart(3, '0')}]`;
    return { id: `${id} ${i}`, side: from.side, from: id, to: to.id, state: i % 20 === 0 ? 'walk' : 'idle' };
  });
  return { ...crowded({ seed: 1, l1: 1, entries: 1, frames: 1, links: 0, outOfSync: 0 }), tables, links };
}

/** The same model with one entry of one table written: what a step changes. */
export function stepped(model: SceneModel, step: number): SceneModel {
  const at = step % model.tables.length;
  const tables = model.tables.map((table, i) => {
    if (i !== at) return table;
    const index = (step * 37) % ENTRIES;
    const words = table.words.slice();
    words[2 * index] = ((0x100 + (step % 0x600)) << 12) | RWUD | 0;
    return { ...table, words, notes: new Map([[index, { changed: true, was: { hi: 0, lo: 0 } }]]) };
  });
  return { ...model, tables };
}

import { frameOf, isLeaf, present } from '../../../machine';
import { dataFrame, guestTable, shadowTable } from '../entity';
import type { LinkModel, TableModel } from '../model';
import { leafTarget } from './guestTables';
import type { Moment } from './moment';
import { entryOf } from './tables';
import type { Walk } from './walks';

/** Links of one table beyond which a picture of them says nothing; those that matter come first anyway. */
const MOST_PER_TABLE = 40;

/** Where present entries point: guest entries at tables and frames, upper shadow entries at shadows. */
export function linksOf(
  moment: Moment,
  tables: readonly TableModel[],
  frames: ReadonlySet<number>,
  walk: Walk | undefined,
): LinkModel[] {
  const out: LinkModel[] = [];
  // Every page of a shadow, with the first one, which is what the shadow is called by.
  const shadowFrames = new Map<number, number>();
  for (const t of tables)
    if (t.side === 'shadow' && t.gone !== true)
      for (let p = 0; p < (t.pages ?? 1); p++) shadowFrames.set(t.frame + p, t.frame);
  const walked = new Set(walk?.steps.map((s) => `${s.frame} ${s.index}`));
  for (const table of tables) {
    if (table.gone === true) continue;
    const indices = table.used.length <= MOST_PER_TABLE ? table.used : rankedIndices(table);
    for (const index of indices) {
      const lo = table.words[index * table.stride] as number;
      const hi = table.stride === 2 ? (table.words[index * 2 + 1] as number) : 0;
      const to = present(lo) ? targetOf(moment, table, hi, lo, shadowFrames, frames) : undefined;
      if (to === undefined) continue;
      const from = entryOf(table, index);
      const note = table.notes.get(index);
      const state =
        note?.wrong !== undefined
          ? 'wrong'
          : walked.has(placeOf(table, index))
            ? 'walk'
            : note?.stale
              ? 'drift'
              : 'idle';
      out.push({ id: `${from}>`, side: table.side, from, to, state });
    }
  }
  // Drawn in this order: what matters lies on top.
  const weight = { idle: 0, drift: 1, walk: 2, wrong: 3 };
  return out.sort((a, b) => weight[a.state] - weight[b.state]);
}

/** Where an entry lies: the page of its table, and the index in it. */
function placeOf({ frame, pages = 1 }: TableModel, index: number): string {
  return pages === 1 ? `${frame} ${index}` : `${frame + (index >>> 9)} ${index & 511}`;
}

function rankedIndices(table: TableModel): number[] {
  const rank = (i: number): number => (table.notes.has(i) ? 2 : table.cast.has(i) ? 1 : 0);
  return [...table.used].sort((a, b) => rank(b) - rank(a) || a - b).slice(0, MOST_PER_TABLE);
}

function targetOf(
  moment: Moment,
  table: TableModel,
  hi: number,
  lo: number,
  shadows: ReadonlyMap<number, number>,
  frames: ReadonlySet<number>,
): string | undefined {
  if (table.side === 'shadow') {
    const head = shadows.get(frameOf(hi, lo));
    return table.level > 1 && head !== undefined ? shadowTable(head) : undefined;
  }
  if (isLeaf(moment.mode, table.level, lo, moment.machine.vcpu(0).get('cr4'))) {
    const frame = leafTarget(moment, table.level, hi, lo);
    return frames.has(frame) ? dataFrame(frame) : undefined;
  }
  return guestTable(moment.machine.gfnToMfn(frameOf(hi, lo)));
}

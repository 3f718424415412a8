import type { EntryNote, SceneModel, TableModel } from '../scene/model';

/** An entry that the other run does not have like this, by the machine frame of its table. */
export interface MarkedEntry {
  readonly frame: number;
  readonly index: number;
}

/** 64-bit entries of a page. */
const PER_PAGE = 512;

/** A scene in which entries that the other run does not have like this are marked as different. */
export function marked(model: SceneModel, entries: readonly MarkedEntry[]): SceneModel {
  if (entries.length === 0) return model;
  return { ...model, tables: model.tables.map((table) => withMarks(table, entries)) };
}

function withMarks(table: TableModel, entries: readonly MarkedEntry[]): TableModel {
  const pages = table.pages ?? 1;
  const here = entries.filter(({ frame }) => frame >= table.frame && frame < table.frame + pages);
  if (here.length === 0) return table;
  const notes = new Map<number, EntryNote>(table.notes);
  for (const { frame, index } of here) {
    const at = index + (frame - table.frame) * PER_PAGE;
    notes.set(at, { ...notes.get(at), stale: true });
  }
  // A table without a place in a full column gets one.
  return { ...table, notes, hot: true };
}

import type { Run } from '../../../engine';
import type { EntryNote, TableModel } from '../model';

const last = new WeakMap<Run, Map<string, TableModel>>();

/**
 * Tables that are as they were in the scene before, as the very objects they were then: what is drawn from a table is then
 * known to be unchanged. Only identity depends on what was looked at before, never contents.
 */
export function reuseTables(run: Run, tables: readonly TableModel[]): TableModel[] {
  const before = last.get(run);
  const now = tables.map((table) => {
    const old = before?.get(table.id + table.column);
    return old !== undefined && sameTable(old, table) ? old : table;
  });
  last.set(run, new Map(now.map((table) => [table.id + table.column, table])));
  return now;
}

function sameTable(a: TableModel, b: TableModel): boolean {
  if (
    a.cast !== b.cast ||
    a.order !== b.order ||
    a.outOfSync !== b.outOfSync ||
    a.hot !== b.hot ||
    a.fresh !== b.fresh ||
    a.refcount !== b.refcount ||
    a.up !== b.up ||
    a.holds?.join() !== b.holds?.join() ||
    a.pinned !== b.pinned ||
    a.gone !== b.gone ||
    a.remembered?.join() !== b.remembered?.join() ||
    a.backs !== b.backs ||
    a.name !== b.name ||
    a.used.length !== b.used.length ||
    a.notes.size !== b.notes.size ||
    a.tags.join() !== b.tags.join()
  )
    return false;
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false;
  for (const [index, note] of a.notes) if (!sameNote(note, b.notes.get(index))) return false;
  return a.used.every((index, i) => index === b.used[i]);
}

function sameNote(a: EntryNote, b: EntryNote | undefined): boolean {
  return (
    b !== undefined &&
    a.walk === b.walk &&
    a.changed === b.changed &&
    a.stale === b.stale &&
    a.below === b.below &&
    a.wrong === b.wrong &&
    a.says === b.says &&
    a.blank === b.blank &&
    a.was?.hi === b.was?.hi &&
    a.was?.lo === b.was?.lo
  );
}

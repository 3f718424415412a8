import type { EntryNote, LinkModel, PenumbraItem, SceneModel, TableModel } from './model';

/** Says that something is withheld, where the scene would tell it. */
const WITHHELD = 'a question is open';
/** In place of a target that is not told. */
const NOTHING = '—';

/**
 * The scene without what it works out about drift: which entries differ from the copy that they were made from, and how many. For as long
 * as somebody is asked for just that; the tables themselves stay as they are, since a person may look at them.
 */
export function conceal(model: SceneModel): SceneModel {
  return {
    ...model,
    tables: model.tables.map(concealTable),
    penumbra: model.penumbra.map(concealItem),
    penumbraWords:
      model.penumbraWords === undefined
        ? undefined
        : { ...model.penumbraWords, headline: [WITHHELD], detail: [] },
    links: model.links.map((link): LinkModel => (link.state === 'drift' ? { ...link, state: 'idle' } : link)),
  };
}

function concealTable(table: TableModel): TableModel {
  const notes = new Map<number, EntryNote>();
  for (const [index, { stale, says, blank, ...rest }] of table.notes) {
    // `stale` in place of a target is the answer itself; other words are about the entry.
    const word = says === 'stale' ? NOTHING : says;
    const kept: EntryNote = { ...rest, ...(word && { says: word }), ...(blank && { blank }) };
    if (!stale || Object.keys(kept).length > 0) notes.set(index, kept);
  }
  return { ...table, notes };
}

const concealItem = (item: PenumbraItem): PenumbraItem => ({
  ...item,
  rows: [],
  differs: 0,
  says: WITHHELD,
});

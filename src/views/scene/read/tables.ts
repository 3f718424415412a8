import { frameName, hex, shadowName } from '../../../base';
import { COLUMN_KEYS, TABLE_NAMES } from '../columns';
import { guestTable, shadowTable } from '../entity';
import type { ColumnKey, EntryNote, TableModel, Wrong } from '../model';
import type { DesignFacts, ShadowFacts } from '../sources/source';
import type { Cast } from './cast';
import type { GuestTable } from './guestTables';
import { type Moment, wordsOf } from './moment';
import type { Walk } from './walks';

export interface TablesInput {
  readonly moment: Moment;
  readonly guests: readonly GuestTable[];
  readonly facts: DesignFacts;
  readonly cast: Cast;
  readonly walk: Walk | undefined;
  readonly wrong: ReadonlyMap<string, Wrong>;
}

/** 64-bit entries of a page. */
const ENTRIES = 512;
const NOBODY: ReadonlySet<number> = new Set();
const NOTHING: ReadonlyMap<number, string> = new Map();

/** Every table on the scene, guest's and hypervisor's, with its words and with what there is to say about its entries. */
export function tablesOf(input: TablesInput): TableModel[] {
  const { moment, guests, facts } = input;
  const known = new Map(guests.map((g) => [`${g.level}:${g.frame}`, g]));
  const upper = guests.map((g) => guestModel(input, g));
  const lower = facts.shadows
    .filter((s) => COLUMN_KEYS[s.level] !== undefined && s.level > 0)
    .map((s) => shadowModel(input, s, known.get(`${s.level}:${s.backs}`)));
  const hot = new Set(upper.filter((t) => t.hot).map((t) => t.id));
  // A pair is kept together: what matters above matters below.
  const paired = lower.map((t) => (t.backs !== undefined && hot.has(t.backs) ? { ...t, hot: true } : t));
  const back = new Set(lower.filter((t) => t.hot).map((t) => t.backs));
  return [...upper.map((t) => (back.has(t.id) ? { ...t, hot: true } : t)), ...paired].filter(
    (t) => moment.mode.levels >= t.level,
  );
}

function guestModel(input: TablesInput, g: GuestTable): TableModel {
  const { moment, facts } = input;
  const { mode } = moment;
  const id = guestTable(g.frame);
  const words = wordsOf(moment, g.frame);
  const outOfSync = g.level === 1 && facts.outOfSync.has(g.frame);
  const capacity = mode.name === 'pae' && g.level === 3 ? 512 : (mode.indexMask[g.level] as number) + 1;
  const used: number[] = [];
  for (let i = 0; i < capacity; i++)
    if (words[i * mode.entryCells] !== 0 || (mode.entryCells === 2 && words[2 * i + 1] !== 0)) used.push(i);
  const notes = notesOf(input, id, g.frame, mode.entryCells);
  return {
    id,
    side: 'guest',
    column: COLUMN_KEYS[g.level] as ColumnKey,
    level: g.level,
    frame: g.frame,
    name: TABLE_NAMES[g.level] ?? 'table',
    frameName: frameName(g.frame),
    capacity,
    stride: mode.entryCells,
    words,
    used,
    notes,
    hollow: NOTHING,
    cast: input.cast.entries.get(g.frame) ?? NOBODY,
    outOfSync,
    tags: g.loadedBy.map((v) => `v${v}`),
    order: g.page,
    scenery: g.direct,
    hot: outOfSync || notes.size > 0,
    fresh: false,
  };
}

function shadowModel(input: TablesInput, s: ShadowFacts, g: GuestTable | undefined): TableModel {
  const { moment, facts, cast } = input;
  const id = shadowTable(s.frame);
  const pages = s.pages ?? 1;
  const perPage = moment.mode.name === '64' ? (moment.mode.indexMask[1] as number) + 1 : ENTRIES;
  const capacity = s.entries ?? pages * perPage;
  const words = wordsOf(moment, s.frame, pages);
  const played = playedIn(cast, s.frame, pages);
  const notes = notesOf(input, id, s.frame, 2, pages);
  const used: number[] = [];
  const hollow = new Map<number, string>();
  for (let i = 0; i < (s.entries ?? pages * ENTRIES); i++) {
    const lo = words[2 * i] as number;
    const hi = words[2 * i + 1] as number;
    if (lo === 0 && hi === 0) continue;
    const says = s.says(hi, lo);
    if (s.hollow(hi, lo) && !played.has(i) && !notes.has(i)) {
      hollow.set(i, says ?? '');
      continue;
    }
    used.push(i);
    if (says !== undefined) notes.set(i, { says, ...notes.get(i), blank: true });
  }
  const outOfSync = s.outOfSync ?? (s.level === 1 && facts.outOfSync.has(s.backs));
  return {
    id,
    side: 'shadow',
    column: COLUMN_KEYS[s.level] as ColumnKey,
    level: s.level,
    frame: s.frame,
    name: s.name,
    frameName: pages === 1 ? shadowName(s.frame) : `${shadowName(s.frame)}×${pages}`,
    pages,
    capacity,
    stride: 2,
    words,
    used,
    notes,
    hollow,
    cast: played,
    outOfSync,
    ...(s.backs < 0 ? {} : { backs: guestTable(s.backs) }),
    ...(s.refcount === undefined ? {} : { refcount: s.refcount }),
    ...(s.format === undefined ? {} : { format: s.format }),
    ...(s.holds === undefined ? {} : { holds: s.holds }),
    ...(s.up === undefined ? {} : { up: s.up }),
    ...(s.pinned === undefined ? {} : { pinned: s.pinned }),
    remembered: s.remembered ?? [],
    gone: s.gone === true,
    tags: s.loadedBy.map((v) => `v${v}`),
    // A table that no guest table is known for comes after those that have one.
    order: g?.page ?? 2 ** 41,
    scenery: g?.direct ?? false,
    hot:
      outOfSync ||
      s.fresh ||
      [...notes.values()].some((n) => n.changed || n.stale || n.walk || n.wrong !== undefined),
    fresh: s.fresh,
  };
}

/** Entries of a shadow of several pages are counted through; what happened to its pages is known page by page. */
function playedIn(cast: Cast, frame: number, pages: number): ReadonlySet<number> {
  if (pages === 1) return cast.entries.get(frame) ?? NOBODY;
  const all = new Set<number>();
  for (let p = 0; p < pages; p++)
    for (const index of cast.entries.get(frame + p) ?? NOBODY) all.add(index + p * ENTRIES);
  return all;
}

/** Everything there is to say about a table's entries at this moment: what was written, read, differs, is broken. */
function notesOf(
  { moment, facts, walk, wrong }: TablesInput,
  id: string,
  frame: number,
  stride: 1 | 2,
  pages = 1,
): Map<number, EntryNote> {
  const notes = new Map<number, EntryNote>();
  const add = (index: number, note: EntryNote): void => {
    notes.set(index, { ...notes.get(index), ...note });
  };
  for (let page = 0; page < pages; page++) {
    const words = moment.was.get(frame + page);
    // A page that was cleared or filled as a whole is news as a page, not entry by entry.
    if (words === undefined || words.size > 160) continue;
    for (const word of words.keys()) {
      const index = Math.floor(word / stride);
      const now = (n: number): number => moment.machine.memory.read32(frame + page, index * stride + n);
      const half = (n: number): number => words.get(index * stride + n) ?? now(n);
      const was = { lo: half(0), hi: stride === 2 ? half(1) : 0 };
      if (was.lo !== now(0) || (stride === 2 && was.hi !== now(1)))
        add(index + page * ENTRIES, { changed: true, was });
    }
  }
  walk?.steps.forEach((step, i) => {
    const page = step.frame - frame;
    if (page < 0 || page >= pages) return;
    const reading = i === walk.steps.length - 1 && step.step >= moment.from && step.step < moment.to;
    add(step.index + page * ENTRIES, { walk: reading && !walk.over ? 'reading' : 'path' });
  });
  const prefix = `${id}[`;
  for (const [entity, note] of facts.notes)
    if (entity.startsWith(prefix)) add(Number.parseInt(entity.slice(prefix.length), 16), note);
  for (const [entity, { invariant }] of wrong)
    if (entity.startsWith(prefix))
      add(Number.parseInt(entity.slice(prefix.length), 16), { wrong: invariant });
  return notes;
}

/** An entry's name as violations print it. */
export const entryOf = (table: TableModel, index: number): string => `${table.id}[${hex(index, 3)}]`;

import { hex } from '../../base';
import { entryHi, entryLo, isLeaf, marksOf, marksWords, targetFrame } from '../scene/decode';
import type { SceneModel, TableModel } from '../scene/model';

/** An entry of a shadow that is not the same in two runs of one design, or a shadow that only one of them has. */
export interface ShadowApart {
  /** `L1 of 0x013[000]`. */
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /** Where it stands in each: machine frame of the first page of the shadow, and the index through its pages. */
  readonly atA: Place | undefined;
  readonly atB: Place | undefined;
}

export interface Place {
  readonly frame: number;
  readonly index: number;
}

/**
 * What a shadow stands for, whatever frame it happens to lie in: its kind, the guest table it shadows, and which of several. Two
 * runs of one design take their pages in another order as soon as they part.
 */
function named(tables: readonly TableModel[]): Map<string, TableModel> {
  const out = new Map<string, TableModel>();
  for (const table of tables) {
    if (table.side !== 'shadow' || table.gone === true) continue;
    const kind = `L${table.level} ${table.name} of ${table.backs ?? 'no guest table'}`;
    let name = kind;
    for (let nth = 2; out.has(name); nth++) name = `${kind} (${nth})`;
    out.set(name, table);
  }
  return out;
}

/**
 * The entries of shadows that differ between two scenes of the same design: compared by what they point to, not by the frames
 * that the pool happened to give. `most` of them, and how many there are in all.
 */
export function shadowsApart(
  a: SceneModel,
  b: SceneModel,
  most: number,
): { readonly found: readonly ShadowApart[]; readonly all: number } {
  const [left, right] = [named(a.tables), named(b.tables)];
  const [namesA, namesB] = [namesByFrame(left), namesByFrame(right)];
  const found: ShadowApart[] = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(name), right.get(name)];
    const place = (table: TableModel | undefined, index: number): Place | undefined =>
      table && { frame: table.frame, index };
    if (one === undefined || other === undefined) {
      const has = (table: TableModel | undefined): string =>
        table === undefined ? 'no such shadow' : `${table.used.length} entries`;
      found.push({ name, a: has(one), b: has(other), atA: undefined, atB: undefined });
      continue;
    }
    const indices = [...new Set([...one.used, ...other.used])].sort((x, y) => x - y);
    for (const index of indices) {
      const [sayA, sayB] = [say(one, index, namesA), say(other, index, namesB)];
      const [bitsA, bitsB] = [bitsOf(one, index), bitsOf(other, index)];
      if (sayA === sayB && bitsA === bitsB) continue;
      // The words are the same where only bits of the design's own differ: then these are said.
      const bits = (text: string): string => (sayA === sayB ? `, bits ${text}` : '');
      found.push({
        name: `${shortName(one)}[${hex(index, 3)}]`,
        ...{ a: `${sayA}${bits(bitsA)}`, b: `${sayB}${bits(bitsB)}` },
        ...{ atA: place(one, index), atB: place(other, index) },
      });
    }
  }
  return { found: found.slice(0, most), all: found.length };
}

const shortName = ({ level, backs, frameName }: TableModel): string =>
  `L${level} of ${backs?.replace(/^guest /, '') ?? frameName}`;

/** What the shadow at a frame is called, for the entries that lead to it. */
const namesByFrame = (tables: ReadonlyMap<string, TableModel>): ReadonlyMap<number, string> =>
  new Map([...tables].map(([name, { frame }]) => [frame, name]));

/** An entry without the frame that it names. What stands for nothing has no bits. */
const bitsOf = (t: TableModel, index: number): string =>
  t.hollow.has(index) ? '' : `0x${hex(entryHi(t, index) >>> 20, 3)}…${hex(entryLo(t, index) & 0xfff, 3)}`;

/** An entry in words that mean the same in both runs. */
function say(t: TableModel, index: number, names: ReadonlyMap<number, string>): string {
  const [hi, lo] = [entryHi(t, index), entryLo(t, index)];
  const note = t.notes.get(index);
  const hollow = t.hollow.get(index);
  if (hollow !== undefined) return hollow === '' ? 'nothing' : hollow;
  if (hi === 0 && lo === 0) return 'empty';
  if (note?.blank === true && note.says !== undefined) return note.says;
  const frame = targetFrame(hi, lo);
  const target = isLeaf(t.level, lo) ? `0x${hex(frame, 3)}` : (names.get(frame) ?? `s${hex(frame, 3)}`);
  return `${target}, ${marksWords(marksOf(hi, lo, t.format))}`;
}

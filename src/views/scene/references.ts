import { targetFrame } from './decode';
import { type EntityId, ownerOf, shadowEntry } from './entity';
import type { SceneModel, TableModel } from './model';

/** One of the entries that hold a shadow. */
export interface Reference {
  readonly from: EntityId;
  /** It is the one that the shadow itself remembers: its up-pointer. */
  readonly up: boolean;
}

/** What points at the thing in focus: who holds a shadow, with its count in a few words; or what maps a frame, by its reverse map. */
export interface Holding {
  readonly at: EntityId;
  readonly references: readonly Reference[];
  /** `count 3, pinned`; the first that fits is shown. */
  readonly says: readonly string[];
}

/** Who holds the shadow, or maps the frame, that is in focus (itself, or an entry of it); undefined for anything else. */
export function holdingOf(model: SceneModel, focus: EntityId | undefined): Holding | undefined {
  if (focus === undefined) return undefined;
  const owner = ownerOf(focus);
  const table = model.tables.find((t) => t.side === 'shadow' && t.id === owner && t.gone !== true);
  if (table?.refcount === undefined) {
    const reverse = model.reverse?.get(owner);
    return (
      reverse && {
        at: owner,
        references: reverse.from.map((from) => ({ from, up: false })),
        says: reverse.says,
      }
    );
  }
  const references = model.tables.flatMap((t) => entriesTo(t, table));
  return { at: table.id, references, says: table.holds ?? sayings(table) };
}

function entriesTo(parent: TableModel, child: TableModel): Reference[] {
  if (parent.side !== 'shadow' || parent.gone === true || parent.level !== child.level + 1) return [];
  const out: Reference[] = [];
  for (const index of parent.used) {
    const lo = parent.words[index * parent.stride] as number;
    const hi = parent.stride === 2 ? (parent.words[index * 2 + 1] as number) : 0;
    const blank = parent.notes.get(index)?.blank === true;
    if ((lo & 1) === 0 || blank || targetFrame(hi, lo) !== child.frame) continue;
    const from = shadowEntry(parent.frame, index);
    out.push({ from, up: child.up === from });
  }
  return out;
}

function sayings({ refcount, up, pinned, level }: TableModel): string[] {
  const count = `count ${refcount ?? 0}`;
  if (pinned !== undefined) return pinned ? [`${count}, pinned`, count] : [`${count}, not pinned`, count];
  if (up !== undefined) return [`${count}, up known`, count];
  if (level >= 4) return [count];
  return refcount === 1
    ? [`${count}, up 0: parent unknown`, `${count}, up 0: unknown`, `${count}, up 0`, count]
    : [`${count}, up 0`, count];
}

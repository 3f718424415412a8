import type { Nested } from '../../../../hypervisor/nested/state';
import type { LoggedEvent } from '../../../../kernel';
import { frameOf } from '../../../../machine';
import { dataFrame, type EntityId, guestTable, shadowEntry, shadowTable } from '../../entity';
import type { EntryNote, Motion, PenumbraItem, PenumbraModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { DesignFacts, SceneSource, ShadowFacts } from '../source';
import { type TwoWalk, twoWalk } from './reads';

const nestedOf = (moment: Moment): Nested => moment.run.world.part('nested') as Nested;

/** Nested paging: below the guest's tables stand the nested ones, and between them the walk that goes to and fro, with its count. */
export const nestedSource: SceneSource = {
  design: 'nested',
  facts: (moment) => factsOf(moment, nestedOf(moment)),
  motion,
};

function factsOf(moment: Moment, n: Nested): DesignFacts {
  const walk = twoWalk(moment);
  return {
    shadows: nestedTables(moment, n),
    derivations: [],
    penumbra: walk === undefined ? [] : walkItems(moment, n, walk),
    words: wordsFor(moment, n, walk),
    fixups: [],
    fixupNote: '',
    notes: walk === undefined ? new Map() : readNotes(moment, walk),
    outOfSync: new Set(),
    access: () => 'none',
    role: (frame) => (n.machine.config.guestFrames <= frame && !n.owns(frame) ? 'device' : undefined),
    announce:
      n.format.name === 'ept'
        ? ['nested entries are Intel’s: R W X A D have places of their own', 'EPT entries']
        : [],
    below: 'NESTED',
    note: '',
  };
}

/** The nested tables: indexed by guest frame, one set for all of the guest's address spaces. */
function nestedTables(moment: Moment, n: Nested): ShadowFacts[] {
  const fresh = new Set(
    moment.events.filter((e) => e.kind === 'NestedTableMade').map((e) => field(e, 'frame')),
  );
  const out: ShadowFacts[] = [];
  const visit = (frame: number, level: number): void => {
    out.push({
      frame,
      level,
      name: `nested L${level}`,
      backs: -1,
      loadedBy: level === n.levels ? n.machine.regs.map((_, v) => v) : [],
      fresh: fresh.has(frame),
      ...(n.format.name === 'ept' && { format: 'ept' as const }),
      says: () => undefined,
      hollow: () => false,
    });
    if (level === 1) return;
    for (let i = 0; i < 2 ** n.indexBits; i++) {
      const lo = n.lo(frame, i);
      if (n.format.present(lo) && !n.format.leaf(level, lo)) visit(frameOf(n.hi(frame, i), lo), level - 1);
    }
  };
  visit(n.root, n.levels);
  return out;
}

/** Entries of the nested tables that the walk has read: those of this beat light up. */
function readNotes(moment: Moment, walk: TwoWalk): Map<EntityId, EntryNote> {
  const notes = new Map<EntityId, EntryNote>();
  const last = [...walk.sought.values()].at(-1) ?? [];
  for (const read of last)
    notes.set(shadowEntry(read.frame, read.index), { walk: read.step >= moment.from ? 'reading' : 'path' });
  return notes;
}

/** What each translation is for, from the root of the guest's tables to the data. */
const soughtName = (sought: number): string => (sought === 0 ? 'data' : `L${sought} table`);

/** One card per translation of a guest frame, in the order of the walk: the grid of its reads, filling up. */
function walkItems(moment: Moment, n: Nested, walk: TwoWalk): PenumbraItem[] {
  return [...walk.sought].map(([sought, reads], order): PenumbraItem => {
    const last = reads.at(-1);
    const found = last !== undefined && n.format.present(last.lo) && reads.length >= 1;
    const mfn = found && last !== undefined ? frameOf(last.hi, last.lo) : -1;
    const now = reads.some(({ step }) => step >= moment.from);
    const done = walk.over || order < walk.sought.size - 1 || reads.length === n.levels;
    return {
      id: `nested walk for ${soughtName(sought)}`,
      ...(n.format.name === 'ept' && { format: 'ept' as const }),
      guest: sought === 0 ? dataFrame(Math.max(0, mfn)) : guestTable(Math.max(0, mfn)),
      ...(last === undefined ? {} : { shadow: shadowTable(last.frame) }),
      column: 'L1',
      name: soughtName(sought),
      place: `${reads.length} of ${n.levels}`,
      owner: `vCPU ${walk.vcpu}`,
      order,
      rows: reads.slice(-1).map(({ frame, index, hi, lo }) => ({
        id: shadowEntry(frame, index),
        index,
        hi,
        lo,
        note: { ...(now ? { walk: 'reading' as const } : { walk: 'path' as const }) },
      })),
      differs: 0,
      present: reads.length,
      says: done ? `${reads.length} reads` : `${reads.length} so far`,
      state: now ? 'changed' : 'idle',
    };
  });
}

/** The running count, and what the whole walk takes. */
function wordsFor(moment: Moment, n: Nested, walk: TwoWalk | undefined): PenumbraModel {
  const levels = moment.mode.levels;
  const full = (levels + 1) * (n.levels + 1) - 1;
  const sub = 'each guest frame must be translated before it can be read';
  const formula = `(${levels} + 1)(${n.levels} + 1) - 1 = ${full}`;
  if (walk === undefined || walk.guest + walk.nested === 0)
    return { sub, headline: [`a miss takes up to ${full} reads`, `up to ${full} reads`], detail: [formula] };
  const reads = walk.guest + walk.nested;
  return {
    sub,
    headline: [`${reads} of ${full} reads`, `${reads} of ${full}`],
    detail: [
      `${walk.guest} of the guest’s, ${walk.nested} nested: ${formula}`,
      `${walk.guest} guest, ${walk.nested} nested`,
      `${walk.guest} + ${walk.nested}`,
    ],
  };
}

function motion(event: LoggedEvent, moment: Moment): Motion | Motion[] | undefined {
  const n = nestedOf(moment);
  switch (event.kind) {
    case 'NestedEntryRead': {
      const at = shadowEntry(field(event, 'frame'), field(event, 'index'));
      return [
        { kind: 'travel', to: shadowTable(field(event, 'frame')) },
        { kind: 'read', at },
      ];
    }
    case 'NestedTableMade':
      return { kind: 'appear', at: shadowTable(field(event, 'frame')) };
    case 'NestedMapped': {
      const leaf = n.lookup(field(event, 'gfn'));
      return leaf === undefined ? undefined : { kind: 'change', at: shadowEntry(leaf.frame, leaf.index) };
    }
    case 'NestedMarked':
      return { kind: 'change', at: shadowEntry(field(event, 'frame'), field(event, 'index')) };
    default:
      return undefined;
  }
}

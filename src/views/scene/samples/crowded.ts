import { Random } from '../../../base';
import {
  dataFrame,
  guestEntry,
  guestTable,
  shadowEntry,
  shadowTable,
  snapshotEntry,
  snapshotPage,
} from '../entity';
import type { EntryNote, FrameModel, LinkModel, PenumbraItem, SceneModel, TableModel } from '../model';
import { COLUMNS_64, RWU, RWUD, type SampleEntry, sampleTable } from './tables';

export interface Crowd {
  readonly seed: number;
  /** Guest L1 tables; each upper level has a third of the level below, and every table has a shadow. */
  readonly l1: number;
  /** Entries in use per L1 table, 0 to 512. */
  readonly entries: number;
  readonly frames: number;
  readonly links: number;
  readonly outOfSync: number;
}

/** A scene far fuller than any lecture's: for the layout's laws and for measuring a frame. Drawn from a seed. */
export function crowded(crowd: Crowd): SceneModel {
  const random = new Random(crowd.seed);
  const tables: TableModel[] = [];
  const links: LinkModel[] = [];
  const penumbra: PenumbraItem[] = [];
  const perLevel = [0, crowd.l1, Math.ceil(crowd.l1 / 3), Math.ceil(crowd.l1 / 9), 1];
  const firstOf = [0, 0x20, 0x60, 0x90, 0xb0];
  const shadowOf = (frame: number): number => frame + 0x400;

  for (let level = 4; level >= 1; level--) {
    for (let n = 0; n < (perLevel[level] as number); n++) {
      const frame = (firstOf[level] as number) + n;
      const children = level === 1 ? crowd.entries : (perLevel[level - 1] as number);
      const entries: SampleEntry[] = [];
      for (let i = 0; i < Math.min(512, children); i++) {
        const target =
          level === 1 ? 0x100 + random.below(Math.max(1, crowd.frames)) : (firstOf[level - 1] as number) + i;
        if (level > 1 && i % (perLevel[level] as number) !== n) continue;
        const index = crowd.entries > 256 || level > 1 ? i : Math.min(511, i * 2 + random.below(2));
        entries.push([index, target, random.chance(0.5) ? RWU : RWUD]);
        const to = level === 1 ? dataFrame(target) : guestTable(target);
        if (links.length < crowd.links) links.push(linkOf('guest', guestEntry(frame, index), to, random));
        if (links.length < crowd.links && level > 1)
          links.push(
            linkOf('shadow', shadowEntry(shadowOf(frame), index), shadowTable(shadowOf(target)), random),
          );
      }
      const oos = level === 1 && n < crowd.outOfSync;
      const notes = notesFor(entries, random);
      tables.push(sampleTable('guest', level, frame, entries, { outOfSync: oos, notes, order: n, hot: oos }));
      tables.push(
        sampleTable(
          'shadow',
          level,
          shadowOf(frame),
          level === 1 ? entries : entries.map(([i, t, f]) => [i, shadowOf(t), f] as const),
          {
            outOfSync: oos,
            backs: guestTable(frame),
            order: n,
            notes: oos ? notes : new Map(),
          },
        ),
      );
      if (oos) penumbra.push(item(frame, shadowOf(frame), n));
    }
  }
  const frames = Array.from({ length: crowd.frames }, (_, i): FrameModel => {
    const frame = 0x100 + i;
    const state = random.chance(0.1) ? 'reading' : 'idle';
    return {
      id: dataFrame(frame),
      frame,
      frameName: `0x${frame.toString(16)}`,
      role: 'data',
      access: 'none',
      state,
      weight: state === 'idle' ? 0 : 3,
      order: i,
    };
  });
  return {
    frameDigits: 3,
    columns: COLUMNS_64,
    strip: undefined,
    tables,
    frames,
    penumbra,
    penumbraWords: {
      sub: 'the guest entries each shadow was last derived from',
      headline: [`${crowd.outOfSync} out of sync`],
      detail: [],
    },
    fixups: penumbra.map((p) => ({
      guest: p.guest,
      title: `Fixups for ${p.guest}`,
      items: [0, 1].map((n) => ({ id: `fixup ${p.guest}.${n}`, state: 'idle' as const })),
    })),
    fixupNote: 'Two entries are enough to write-protect again without a search',
    links,
    derivations: tables.flatMap((t) =>
      t.backs === undefined ? [] : [{ guest: t.backs, shadow: t.id, drift: t.outOfSync }],
    ),
    shadowNote: '',
    announce: [],
    motions: [],
    wrong: new Map(),
  };
}

const linkOf = (side: 'guest' | 'shadow', from: string, to: string, random: Random): LinkModel => ({
  id: `${from}>`,
  side,
  from,
  to,
  state: random.chance(0.05) ? 'walk' : 'idle',
});

function notesFor(entries: readonly SampleEntry[], random: Random): ReadonlyMap<number, EntryNote> {
  const notes = new Map<number, EntryNote>();
  for (const [index] of entries) {
    const drawn = random.below(200);
    if (drawn < 2) notes.set(index, { changed: true, was: { hi: 0, lo: 0 } });
    else if (drawn < 4) notes.set(index, { walk: 'path' });
    else if (drawn < 5) notes.set(index, { wrong: 'I1' });
  }
  return notes;
}

const item = (guest: number, shadow: number, n: number): PenumbraItem => ({
  id: snapshotPage(0xf00 + n),
  guest: guestTable(guest),
  shadow: shadowTable(shadow),
  column: 'L1',
  name: 'snapshot',
  place: `v${Math.floor(n / 3)} slot ${n % 3}`,
  owner: `vCPU ${Math.floor(n / 3)}`,
  order: n,
  rows: [{ id: snapshotEntry(0xf00 + n, 7), index: 7, hi: 0, lo: 0, note: { stale: true } }],
  differs: 1,
  present: 3,
  says: '',
  state: 'idle',
});

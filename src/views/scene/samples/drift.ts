import {
  dataFrame,
  fixupOf,
  guestEntry,
  guestTable,
  shadowEntry,
  shadowTable,
  snapshotEntry,
  snapshotPage,
} from '../entity';
import type { EntryNote, FrameModel, LinkModel, SceneModel } from '../model';
import { COLUMNS_64, RU, RWU, RWUD, sampleTable } from './tables';

const path: EntryNote = { walk: 'path' };
const notes = (...all: [number, EntryNote][]): ReadonlyMap<number, EntryNote> => new Map(all);

const frames: FrameModel[] = [
  ...[0x40, 0x41, 0x42, 0x44, 0x45].map(
    (frame, order): FrameModel => ({
      id: dataFrame(frame),
      frame,
      frameName: `0x0${frame.toString(16)}`,
      role: 'data',
      access: 'none',
      state: frame === 0x45 ? 'changed' : 'idle',
      weight: frame === 0x45 ? 3 : frame === 0x42 ? 1 : 0,
      order,
    }),
  ),
  {
    id: dataFrame(0x2b),
    frame: 0x2b,
    frameName: '0x02b',
    role: 'page table',
    access: 'read-only',
    state: 'idle',
    weight: 0,
    order: 10,
  },
  {
    id: dataFrame(0x2e),
    frame: 0x2e,
    frameName: '0x02e',
    role: 'page table',
    access: 'writable',
    state: 'idle',
    weight: 2,
    order: 11,
  },
];

const link = (
  side: 'guest' | 'shadow',
  from: string,
  to: string,
  state: LinkModel['state'] = 'idle',
): LinkModel => ({
  id: `${from}>`,
  side,
  from,
  to,
  state,
});

/** The moment of the main picture: vCPU 1 has stored into table 0x02e, which is out of sync; its shadow is stale. */
export const drift: SceneModel = {
  frameDigits: 3,
  columns: COLUMNS_64,
  strip: {
    access: 'write',
    who: 'vCPU 1',
    address: '0x7f80_8820_7a30',
    chips: [
      { column: 'L4', text: '0ff', state: 'done' },
      { column: 'L3', text: '002', state: 'done' },
      { column: 'L2', text: '041', state: 'done' },
      { column: 'L1', text: '007', state: 'active' },
      { column: 'mem', text: 'a30', state: 'idle' },
    ],
  },
  tables: [
    sampleTable('guest', 4, 0x10, [[0x0ff, 0x11, RWU]], { notes: notes([0x0ff, path]), tags: ['v0', 'v1'] }),
    sampleTable('guest', 3, 0x11, [[0x002, 0x12, RWU]], { notes: notes([0x002, path]) }),
    sampleTable(
      'guest',
      2,
      0x12,
      [
        [0x040, 0x2b, RWU],
        [0x041, 0x2e, RWU],
      ],
      { notes: notes([0x041, path]) },
    ),
    sampleTable('guest', 1, 0x2b, [
      [0x003, 0x40, RWUD],
      [0x004, 0x41, RU],
      [0x050, 0x44, RWU],
    ]),
    sampleTable(
      'guest',
      1,
      0x2e,
      [
        [0x001, 0x42, RWUD],
        [0x007, 0x45, RWU & ~0x20],
      ],
      {
        notes: notes([0x007, { changed: true, stale: true, was: { hi: 0, lo: 0 } }]),
        outOfSync: true,
        hot: true,
      },
    ),
    sampleTable('shadow', 4, 0x80, [[0x0ff, 0x81, RWU]], {
      backs: guestTable(0x10),
      refcount: 2,
      tags: ['v0', 'v1'],
    }),
    sampleTable('shadow', 3, 0x81, [[0x002, 0x82, RWU]], { backs: guestTable(0x11), refcount: 1 }),
    sampleTable(
      'shadow',
      2,
      0x82,
      [
        [0x040, 0x83, RWU],
        [0x041, 0x84, RWU],
      ],
      { backs: guestTable(0x12), refcount: 1 },
    ),
    sampleTable(
      'shadow',
      1,
      0x83,
      [
        [0x003, 0x40, RWUD],
        [0x004, 0x41, RU],
        [0x050, 0x44, RWU],
      ],
      { backs: guestTable(0x2b), refcount: 1, order: 0x2b },
    ),
    sampleTable('shadow', 1, 0x84, [[0x001, 0x42, RWUD]], {
      backs: guestTable(0x2e),
      refcount: 1,
      order: 0x2e,
      outOfSync: true,
      notes: notes([0x007, { stale: true, says: 'stale' }]),
    }),
  ],
  frames,
  penumbra: [
    {
      id: snapshotPage(0xfb),
      guest: guestTable(0x2e),
      shadow: shadowTable(0x84),
      column: 'L1',
      name: 'snapshot',
      place: 'v1 slot 1',
      owner: 'vCPU 1',
      order: 4,
      rows: [{ id: snapshotEntry(0xfb, 0x007), index: 0x007, hi: 0, lo: 0, note: { stale: true } }],
      differs: 1,
      present: 3,
      says: '',
      state: 'idle',
    },
  ],
  penumbraWords: {
    sub: 'the guest entries each shadow was last derived from',
    headline: ['3 present, 1 differs', '1 of 3 differs'],
    detail: ['resync will touch 1, not 512', '1 to derive again'],
  },
  fixups: [
    {
      guest: guestTable(0x2e),
      title: 'Fixups for 0x02e',
      items: [
        {
          id: fixupOf(0x2e, 0),
          holds: { text: 's083 [0a1]', entry: shadowEntry(0x83, 0x0a1) },
          state: 'idle',
        },
        { id: fixupOf(0x2e, 1), state: 'idle' },
      ],
    },
  ],
  fixupNote: 'Two entries are enough to write-protect again without a search',
  links: [
    link('guest', guestEntry(0x10, 0x0ff), guestTable(0x11), 'walk'),
    link('guest', guestEntry(0x11, 0x002), guestTable(0x12), 'walk'),
    link('guest', guestEntry(0x12, 0x040), guestTable(0x2b)),
    link('guest', guestEntry(0x12, 0x041), guestTable(0x2e), 'walk'),
    link('guest', guestEntry(0x2b, 0x003), dataFrame(0x40)),
    link('guest', guestEntry(0x2b, 0x004), dataFrame(0x41)),
    link('guest', guestEntry(0x2b, 0x050), dataFrame(0x44)),
    link('guest', guestEntry(0x2e, 0x001), dataFrame(0x42)),
    link('guest', guestEntry(0x2e, 0x007), dataFrame(0x45), 'drift'),
    link('shadow', shadowEntry(0x80, 0x0ff), shadowTable(0x81)),
    link('shadow', shadowEntry(0x81, 0x002), shadowTable(0x82)),
    link('shadow', shadowEntry(0x82, 0x040), shadowTable(0x83)),
    link('shadow', shadowEntry(0x82, 0x041), shadowTable(0x84)),
  ],
  derivations: [
    { guest: guestTable(0x10), shadow: shadowTable(0x80), drift: false },
    { guest: guestTable(0x11), shadow: shadowTable(0x81), drift: false },
    { guest: guestTable(0x12), shadow: shadowTable(0x82), drift: false },
    { guest: guestTable(0x2b), shadow: shadowTable(0x83), drift: false },
    { guest: guestTable(0x2e), through: snapshotPage(0xfb), shadow: shadowTable(0x84), drift: true },
  ],
  shadowNote: '',
  announce: [],
  motions: [
    { kind: 'travel', from: guestEntry(0x2e, 0x007), to: dataFrame(0x45) },
    { kind: 'change', at: guestEntry(0x2e, 0x007) },
  ],
  wrong: new Map(),
};

import { address, frameName, hex, shadowName } from '../../base';
import type { EntryNow, PageNow, TableNow, TraceMoment, WalkNow } from '../../trace';
import { frameOf, guestIndex, leadsOn, modeOf, shadowIndex } from '../../trace/geometry';
import { MMIO_HI } from '../../trace/places';
import { COLUMN_KEYS, columnsOf, TABLE_NAMES } from '../scene/columns';
import { dataFrame, type EntityId, guestEntry, guestTable, shadowEntry, shadowTable } from '../scene/entity';
import type {
  ColumnKey,
  ColumnModel,
  DerivationModel,
  EntryNote,
  FrameModel,
  LinkModel,
  PenumbraItem,
  SceneModel,
  StripModel,
  TableModel,
} from '../scene/model';

/** A top table whose frame the trace does not print has a number that no frame has. */
const NOWHERE = 2 ** 44;
const MEMORY: ColumnKey = 'mem';
const NOTHING: ReadonlySet<number> = new Set();

/** A moment of a trace as the stage shows it: the guest's tables as KVM read them above, shadow pages below. Numbers of frames are the guest's. */
export function traceScene(moment: TraceMoment): SceneModel {
  const top = topOf(moment);
  const columns = columnsOf(modeOf(top));
  const shown = new Set(columns.map(({ level }) => level));
  const tables = moment.tables.filter((t) => shown.has(t.level));
  const pages = moment.pages.filter((p) => shown.has(p.level));
  const scene = new Building(moment, tables, pages);
  return {
    frameDigits: 3,
    columns,
    strip: stripOf(moment, columns),
    tables: [...tables.map((t) => scene.guest(t)), ...pages.map((p) => scene.shadow(p))],
    frames: scene.frames(),
    penumbra: scene.penumbra(),
    penumbraWords: {
      sub: 'what is unsync: the guest writes it, and no line tells',
      headline: headline(moment),
      detail: moment.unsync === 0 ? [] : ['stores there leave no line', 'no line tells'],
    },
    fixups: [],
    fixupNote: '',
    links: scene.links(),
    derivations: scene.derivations(),
    shadowNote: pages.length === 0 ? 'No shadow page is known here: the trace has not named one yet.' : '',
    announce: [
      'Entries are what lines have shown; frames are the guest’s numbers; s000 is the first page named.',
      'Entries are what lines have shown.',
    ],
    motions: [],
    wrong: new Map(),
  };
}

function headline({ alive, unsync }: TraceMoment): string[] {
  const pages = `${alive} shadow ${alive === 1 ? 'page' : 'pages'}`;
  return [`${pages}, ${unsync} of them unsync`, `${unsync} of ${alive} unsync`];
}

function topOf({ walk, tables, pages }: TraceMoment): number {
  const known =
    walk?.geometry?.top ?? Math.max(0, ...tables.map((t) => t.level), ...pages.map((p) => p.level));
  return known >= 4 || known === 0 ? 4 : known;
}

/** The address being walked, split as the walk splits it. */
function stripOf(
  { walk, lanes, lane }: TraceMoment,
  columns: readonly ColumnModel[],
): StripModel | undefined {
  const g = walk?.geometry;
  if (walk === undefined || g === undefined) return undefined;
  const last = walk.steps.at(-1);
  return {
    access: (walk.pferr & 16) !== 0 ? 'fetch' : (walk.pferr & 2) !== 0 ? 'write' : 'read',
    who: `${lanes[lane ?? -1]?.name ?? 'KVM'} (software walk)`,
    address: address(walk.address.hi, walk.address.lo, g.entryBytes === 8 ? 12 : 8),
    chips: columns.map(({ key, level }) => {
      const step = walk.steps.find((s) => s.level === level);
      const index = level === 0 ? walk.address.lo & 0xfff : guestIndex(g, level, walk.address);
      return {
        column: key,
        text: hex(index, 3),
        state: step === undefined ? 'idle' : step === last ? 'active' : 'done',
      };
    }),
  };
}

class Building {
  private readonly onWalk = new Map<EntityId, 'path' | 'reading'>();
  private readonly guestIds: ReadonlySet<EntityId>;
  private readonly pageFrames: ReadonlySet<number>;

  constructor(
    private readonly moment: TraceMoment,
    private readonly tables: readonly TableNow[],
    private readonly pages: readonly PageNow[],
  ) {
    this.guestIds = new Set(tables.map((t) => `${guestTable(t.gfn ?? NOWHERE)} ${t.level}`));
    this.pageFrames = new Set([
      ...tables.flatMap((t) => (t.gfn === undefined ? [] : [t.gfn])),
      ...pages.filter((p) => !p.direct).map((p) => p.gfn),
    ]);
    this.light(moment.walk);
  }

  /** Entries on the walk, above and, where their pages are known, below. */
  private light(walk: WalkNow | undefined): void {
    const top = this.moment.lanes[this.moment.lane ?? -1]?.top;
    for (const step of walk?.steps ?? []) {
      const reading = step.event === this.moment.event ? 'reading' : 'path';
      const gfn = step.table ?? top;
      this.onWalk.set(guestEntry(gfn ?? NOWHERE, step.index), reading);
      if (gfn === undefined || walk === undefined) continue;
      const index = shadowIndex(step.level, walk.address);
      for (const page of this.pages)
        if (page.gfn === gfn && page.level === step.level && !page.gone)
          this.onWalk.set(shadowEntry(page.id, index), 'path');
    }
  }

  guest(t: TableNow): TableModel {
    const frame = t.gfn ?? NOWHERE;
    const wide = t.geometry.entryBytes === 8;
    const capacity = wide ? 512 : 1024;
    const words = new Int32Array(1024);
    const used: number[] = [];
    const notes = new Map<number, EntryNote>();
    for (const { index, hi, lo, event } of t.entries) {
      words[wide ? 2 * index : index] = lo;
      if (wide) words[2 * index + 1] = hi;
      const walk = this.onWalk.get(guestEntry(frame, index));
      if (lo !== 0 || hi !== 0 || walk !== undefined) used.push(index);
      const changed = event === this.moment.event && walk !== 'reading';
      if (walk !== undefined || changed)
        notes.set(index, { ...(walk === undefined ? {} : { walk }), ...(changed ? { changed } : {}) });
    }
    const hot = t.entries.some(({ index }) => this.onWalk.has(guestEntry(frame, index)));
    return {
      ...table('guest', t.level, frame, words, used, notes),
      id: guestTable(frame),
      name: TABLE_NAMES[t.level] ?? 'table',
      frameName: t.gfn === undefined ? 'CR3?' : frameName(frame),
      capacity,
      stride: wide ? 2 : 1,
      outOfSync: this.pages.some((p) => p.unsync && p.gfn === t.gfn && p.level === t.level),
      tags: this.loaders(t),
      hot,
    };
  }

  /** vCPUs whose CR3 is known to point at a top table. */
  private loaders(t: TableNow): string[] {
    if (t.gfn === undefined || t.level < topOf(this.moment)) return [];
    return this.moment.lanes.flatMap(({ top, name }) =>
      top === t.gfn ? [`v${/vCPU (\d+)/.exec(name)?.[1] ?? ''}`] : [],
    );
  }

  shadow(p: PageNow): TableModel {
    const words = new Int32Array(1024);
    const notes = new Map<number, EntryNote>();
    for (const e of p.entries) {
      words[2 * e.index] = e.lo;
      words[2 * e.index + 1] = e.hi;
      const note = this.noteOf(p, e);
      if (Object.keys(note).length > 0) notes.set(e.index, note);
    }
    const used = p.entries.filter(({ hi, lo }) => hi !== 0 || lo !== 0).map(({ index }) => index);
    const backs = p.direct ? undefined : guestTable(p.gfn);
    return {
      ...table('shadow', p.level, p.id, words, used, notes),
      id: shadowTable(p.id),
      name: `l${p.level} ${p.access}${p.direct ? ' direct' : ''}${p.invalid ? ' invalid' : ''}`,
      frameName: shadowName(p.id),
      outOfSync: p.unsync,
      format: 'kvm',
      holds: [p.older ? 'older than the trace' : 'made in the trace'],
      order: p.gfn,
      hot: p.fresh || p.gone || p.entries.some((e) => this.onWalk.has(shadowEntry(p.id, e.index))),
      fresh: p.fresh,
      ...(p.gone ? { gone: true } : {}),
      ...(backs === undefined || !this.guestIds.has(`${backs} ${p.level}`) ? {} : { backs }),
    };
  }

  private noteOf(p: PageNow, { index, hi, lo, event }: EntryNow): EntryNote {
    const walk = this.onWalk.get(shadowEntry(p.id, index));
    const leaf = !isLink(p, hi, lo);
    const says =
      (hi & MMIO_HI) !== 0
        ? 'mmio'
        : p.synced !== undefined && event < p.synced && leaf
          ? `${hex(frameOf(hi, lo), 3).slice(-4)}?`
          : undefined;
    return {
      ...(walk === undefined ? {} : { walk }),
      ...(event === this.moment.event ? { changed: true } : {}),
      ...(says === undefined ? {} : { says }),
    };
  }

  /** Frames that entries on stage map; those of tables are named so. */
  frames(): FrameModel[] {
    const found = new Map<number, { weight: number; writable: boolean; device: boolean; changed: boolean }>();
    const see = (e: EntryNow, id: EntityId, shadow: boolean): void => {
      const frame = frameOf(e.hi, e.lo);
      const now = found.get(frame) ?? { weight: 0, writable: false, device: false, changed: false };
      const changed = shadow && e.event === this.moment.event;
      found.set(frame, {
        weight: Math.max(now.weight, changed ? 3 : this.onWalk.has(id) ? 2 : 0),
        writable: now.writable || (shadow && (e.lo & 2) !== 0),
        device: now.device || (e.hi & MMIO_HI) !== 0,
        changed: now.changed || changed,
      });
    };
    for (const t of this.tables)
      for (const e of t.entries)
        if ((e.lo & 1) !== 0 && !leadsOn(t.geometry, t.level, e.lo))
          see(e, guestEntry(t.gfn ?? NOWHERE, e.index), false);
    for (const p of this.pages)
      for (const e of p.entries)
        if (!isLink(p, e.hi, e.lo) && (e.lo !== 0 || e.hi !== 0)) see(e, shadowEntry(p.id, e.index), true);
    return [...found]
      .sort(([a], [b]) => a - b)
      .map(([frame, { weight, writable, device, changed }]) => {
        const isTable = this.pageFrames.has(frame);
        return {
          id: dataFrame(frame),
          frame,
          frameName: frameName(frame),
          role: device ? 'device' : isTable ? 'page table' : 'data',
          access: !isTable ? 'none' : writable ? 'writable' : 'read-only',
          state: changed ? 'changed' : weight === 2 ? 'touched' : 'idle',
          weight,
          order: frame,
        };
      });
  }

  penumbra(): PenumbraItem[] {
    return this.pages
      .filter((p) => p.unsync && !p.gone)
      .map((p, order) => ({
        id: `unsync ${shadowTable(p.id)}`,
        guest: guestTable(p.gfn),
        shadow: shadowTable(p.id),
        column: columnOf(p.level),
        name: 'unsync',
        place: '',
        owner: shadowName(p.id),
        order,
        rows: [],
        differs: 0,
        present: p.entries.length,
        says: 'not known',
        state: 'idle',
      }));
  }

  links(): LinkModel[] {
    const out: LinkModel[] = [];
    const add = (side: 'guest' | 'shadow', from: EntityId, to: EntityId): void => {
      const walk = this.onWalk.has(from);
      out.push({ id: `${from}>${to}`, side, from, to, state: walk ? 'walk' : 'idle' });
    };
    for (const t of this.tables)
      for (const { index, hi, lo } of t.entries) {
        if ((lo & 1) === 0) continue;
        const from = guestEntry(t.gfn ?? NOWHERE, index);
        if (!leadsOn(t.geometry, t.level, lo)) add('guest', from, dataFrame(frameOf(hi, lo)));
        else if (this.guestIds.has(`${guestTable(frameOf(hi, lo))} ${t.level - 1}`))
          add('guest', from, guestTable(frameOf(hi, lo)));
      }
    for (const p of this.pages)
      for (const { index, hi, lo } of p.entries) {
        if ((lo & 1) === 0) continue;
        const from = shadowEntry(p.id, index);
        if (isLink(p, hi, lo)) add('shadow', from, shadowTable(frameOf(hi, lo)));
        else add('shadow', from, dataFrame(frameOf(hi, lo)));
      }
    return out;
  }

  derivations(): DerivationModel[] {
    return this.pages.flatMap((p) => {
      const guest = guestTable(p.gfn);
      if (p.direct || p.gone || !this.guestIds.has(`${guest} ${p.level}`)) return [];
      const through = p.unsync ? { through: `unsync ${shadowTable(p.id)}` } : {};
      return [{ guest, shadow: shadowTable(p.id), drift: p.unsync, ...through }];
    });
  }
}

/** Whether an entry of a shadow page leads to another one. */
const isLink = (p: PageNow, hi: number, lo: number): boolean =>
  p.level > 1 && (lo & 0x80) === 0 && (lo & 1) !== 0 && (hi & MMIO_HI) === 0;

const columnOf = (level: number): ColumnKey => COLUMN_KEYS[level] ?? MEMORY;

function table(
  side: TableModel['side'],
  level: number,
  frame: number,
  words: Int32Array,
  used: number[],
  notes: ReadonlyMap<number, EntryNote>,
): Omit<TableModel, 'id' | 'name' | 'frameName'> {
  return {
    side,
    column: columnOf(level),
    level,
    frame,
    capacity: 512,
    stride: 2,
    words,
    used: used.sort((a, b) => a - b),
    notes,
    hollow: new Map(),
    cast: NOTHING,
    outOfSync: false,
    tags: [],
    order: frame,
    hot: false,
    fresh: false,
    scenery: false,
  };
}

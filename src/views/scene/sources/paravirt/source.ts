import { CLEARED, SET_KEEPING_MARKS, type Update } from '../../../../hypervisor/paravirt/queue';
import type { Pv } from '../../../../hypervisor/paravirt/state';
import type { LoggedEvent } from '../../../../kernel';
import { A, D, frameOf, NX_HI, present, U, W } from '../../../../machine';
import { COLUMN_KEYS } from '../../columns';
import { type EntityId, guestEntry, guestTable, shadowEntry, shadowTable } from '../../entity';
import type { DerivationModel, EntryNote, Motion, PenumbraItem, PenumbraModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { DesignFacts, SceneSource, ShadowFacts } from '../source';

const pvOf = (moment: Moment): Pv => moment.run.world.part('paravirt') as Pv;

/** A guest that changes live entries: what waits in its queues stands between its tables and their shadows, or what the hypervisor is to write. */
export const paravirtSource: SceneSource = {
  design: 'paravirt',
  facts: (moment) => factsOf(moment, pvOf(moment)),
  motion,
};

function factsOf(moment: Moment, pv: Pv): DesignFacts {
  const items = [...queueItems(moment, pv), ...validations(moment, pv)];
  const shadows = shadowsOf(moment, pv);
  const unsync = pv.shadows.all().filter(({ table }) => pv.shadows.unsync(table));
  const through = new Map(items.map((item) => [item.guest, item.id]));
  return {
    shadows,
    derivations: shadows.map(({ frame, backs }): DerivationModel => {
      const guest = guestTable(backs);
      const waits = through.get(guest);
      return {
        guest,
        shadow: shadowTable(frame),
        drift: waits !== undefined || pv.shadows.unsync(backs),
        ...(waits === undefined ? {} : { through: waits }),
      };
    }),
    penumbra: items,
    words: wordsFor(pv, items),
    fixups: [],
    fixupNote: '',
    notes: notesOf(moment, pv),
    outOfSync: new Set([
      ...unsync.map(({ table }) => table),
      ...items.filter((item) => item.name !== 'validation').map((item) => Number(item.guest.slice(6))),
    ]),
    access: (frame) => accessTo(pv, frame),
    announce: [],
    ...(pv.scheme.tables === 'shadow' ? {} : { below: 'BELOW' }),
    note: shadows.length > 0 ? '' : NOTES[pv.scheme.tables],
  };
}

const NOTES = {
  bare: 'There is no hypervisor in this scheme: the processor walks the guest’s own tables, and marks them while the kernel changes them.',
  direct:
    'There is no shadow: the processor walks the guest’s own tables, which the guest may only read. Xen looks at every new entry before it is written.',
  shadow: 'No shadow yet: the first page fault makes one.',
} as const;

function shadowsOf(moment: Moment, pv: Pv): ShadowFacts[] {
  const fresh = new Set(moment.events.filter((e) => e.kind === 'ShadowMade').map((e) => field(e, 'frame')));
  return pv.shadows.all().map(({ table, frame, level, slot }) => ({
    frame,
    level,
    name: pv.scheme.flush === 'lguest' ? `shadow ${slot}` : 'shadow',
    backs: table,
    loadedBy: pv.machine.regs.flatMap((r, v) =>
      frameOf(r.get('hwCr3Hi'), r.get('hwCr3Lo')) === frame ? [v] : [],
    ),
    fresh: fresh.has(frame),
    outOfSync: pv.shadows.unsync(table),
    says: () => undefined,
    hollow: () => false,
  }));
}

const queueId = (vcpu: number, table: number): EntityId => `queue v${vcpu} ${guestTable(table)}`;
const updateId = (vcpu: number, u: Update): EntityId => `${queueId(vcpu, u.table)} update ${u.nth}`;

/** What waits in a vCPU's queue for one table: the last of it as a row. */
function queueItems(moment: Moment, pv: Pv): PenumbraItem[] {
  const queued = new Set(
    moment.events.filter((e) => e.kind === 'UpdateQueued').map((e) => `${e.vcpu} ${field(e, 'table')}`),
  );
  return pv.queues.flatMap((queue, vcpu) => {
    const byTable = new Map<number, Update[]>();
    for (const u of queue.all()) byTable.set(u.table, [...(byTable.get(u.table) ?? []), u]);
    return [...byTable].map(([table, updates], nth): PenumbraItem => {
      const shadow = pv.shadows.of(table);
      return {
        id: queueId(vcpu, table),
        guest: guestTable(table),
        ...(shadow < 0 ? {} : { shadow: shadowTable(shadow) }),
        column: COLUMN_KEYS[pv.shadows.level(table) || pv.type(table) || 1] ?? 'L1',
        name: pv.scheme.flush === 'lguest' ? 'ring' : pv.scheme.tables === 'direct' ? 'batch' : 'queue',
        place: `vCPU ${vcpu}`,
        owner: `vCPU ${vcpu}`,
        order: vcpu * 100 + nth,
        rows: updates
          .slice(-8)
          .reverse()
          .map((u) => ({
            id: updateId(vcpu, u),
            index: u.index,
            hi: u.hi,
            lo: u.lo,
            note:
              u.kind === CLEARED
                ? { says: 'clear', blank: true }
                : { changed: queued.has(`${vcpu} ${table}`) },
          })),
        differs: updates.length,
        present: queue.capacity,
        says: saysOf(updates),
        state: queued.has(`${vcpu} ${table}`) ? 'changed' : 'idle',
      };
    });
  });
}

/** Tables that Xen has locked to look at an entry: the trapped store, or the request of a batch, that it is about. */
function validations(moment: Moment, pv: Pv): PenumbraItem[] {
  const about = moment.run
    .eventsIn(Math.max(0, moment.to - 12), moment.to)
    .findLast((e) => e.kind === 'TrapEmulated');
  return pv.beingValidated.map(({ frame, vcpu }, nth): PenumbraItem => {
    const index = about !== undefined && field(about, 'table') === frame ? field(about, 'index') : -1;
    const { hi, lo } = pv.entry(vcpu, frame, Math.max(0, index));
    return {
      id: `validation ${guestTable(frame)}`,
      guest: guestTable(frame),
      column: COLUMN_KEYS[pv.type(frame)] ?? 'L1',
      name: 'validation',
      place: `vCPU ${vcpu}`,
      owner: `vCPU ${vcpu}`,
      order: 50 + nth,
      rows: index < 0 ? [] : [{ id: `validation ${guestEntry(frame, index)}`, index, hi, lo, note: {} }],
      differs: 0,
      present: 0,
      says: 'locked by Xen',
      state: 'changed',
    };
  });
}

function saysOf(updates: readonly Update[]): string {
  const keeps = updates.some((u) => u.kind === SET_KEEPING_MARKS);
  return `${updates.length} ${updates.length === 1 ? 'update waits' : 'updates wait'}${keeps ? ', marks kept' : ''}`;
}

function wordsFor(pv: Pv, items: readonly PenumbraItem[]): PenumbraModel | undefined {
  if (pv.scheme.tables === 'bare') return undefined;
  const sub =
    pv.scheme.tables === 'direct'
      ? 'new entries on their way to the hypervisor, which looks at each'
      : 'what the guest has changed and the shadow does not know yet';
  if (items.some((item) => item.name === 'validation'))
    return { sub, headline: ['Xen looks at the entry', 'Xen looks'], detail: [] };
  const waiting = items.reduce((sum, item) => sum + item.differs, 0);
  const lazy = pv.vcpus.flatMap((c, v) => (c.get('lazy') === 0 ? [] : [`vCPU ${v}`]));
  if (waiting === 0)
    return {
      sub,
      headline: lazy.length > 0 ? [`${lazy.join(', ')} in lazy mode`, 'lazy mode'] : ['nothing waits'],
      detail: [],
    };
  return {
    sub,
    headline: [`${waiting} ${waiting === 1 ? 'update waits' : 'updates wait'}`, `${waiting} waiting`],
    detail:
      lazy.length > 0
        ? [`${lazy.join(', ')} in lazy mode: delivered before the lock is released`, 'lazy mode']
        : ['no lazy mode any more: the lock is free'],
  };
}

/** Marks on shadow entries that the guest's own do not back any more, and on both where updates wait. */
function notesOf(_: Moment, pv: Pv): Map<EntityId, EntryNote> {
  const notes = new Map<EntityId, EntryNote>();
  for (const queue of pv.queues)
    for (const { table, index } of queue.all()) {
      const shadow = pv.shadows.of(table);
      notes.set(guestEntry(table, index), { stale: true });
      if (shadow >= 0) notes.set(shadowEntry(shadow, index), { stale: true });
    }
  for (const { table, frame, index, hi, lo } of pv.shadows.leaves()) {
    const own = pv.entry(0, table, index);
    const rights = ((lo ^ own.lo) & (W | U) & ~missing(own.lo)) !== 0 || ((hi ^ own.hi) & NX_HI) !== 0;
    if (present(own.lo) && frameOf(own.hi, own.lo) === frameOf(hi, lo) && !rights) continue;
    notes.set(shadowEntry(frame, index), { stale: true });
    notes.set(guestEntry(table, index), { stale: true });
  }
  return notes;
}

/** Rights that a shadow does not have because a mark is missing: no difference to speak of. */
const missing = (lo: number): number => ((lo & A) === 0 || (lo & D) === 0 ? W : 0);

function accessTo(pv: Pv, frame: number): 'none' | 'read-only' | 'writable' {
  if (pv.scheme.tables === 'direct') return pv.type(frame) === 0 ? 'none' : 'read-only';
  if (pv.scheme.tables === 'bare' || pv.shadows.of(frame) < 0) return 'none';
  return pv.guarded(frame) ? 'read-only' : 'writable';
}

function motion(event: LoggedEvent, moment: Moment): Motion | Motion[] | undefined {
  const pv = pvOf(moment);
  const at = (name: string): number => field(event, name);
  const shadowAt = (): Motion | undefined => {
    const frame = pv.shadows.of(at('table'));
    return frame < 0 ? undefined : { kind: 'change', at: shadowEntry(frame, at('index')) };
  };
  switch (event.kind) {
    case 'PteRead':
      return { kind: 'read', at: guestEntry(at('table'), at('index')) };
    case 'EntryUpdated':
    case 'MarksPropagated':
      return { kind: 'change', at: guestEntry(at('table'), at('index')) };
    case 'UpdateQueued':
      return { kind: at('queued') === 1 ? 'appear' : 'change', at: queueId(at('vcpu'), at('table')) };
    case 'ShadowMade':
      return { kind: 'appear', at: shadowTable(at('frame')) };
    case 'ShadowSet':
    case 'ShadowCleared':
      return shadowAt();
    case 'TableSynced': {
      const frame = pv.shadows.of(at('table'));
      return frame < 0
        ? undefined
        : {
            kind: 'compare',
            table: shadowTable(frame),
            all: Array.from({ length: at('compared') }, (_, i) => shadowEntry(frame, i)),
            differ: [],
          };
    }
    default:
      return undefined;
  }
}

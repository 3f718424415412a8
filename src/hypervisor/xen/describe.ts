import { defined, frameName } from '../../base';
import { sayIndex } from '../../machine';
import type { Describe } from '../design';
import { describeMachine } from '../native/describe';
import { describeBare, OOS_SAYS, oosOf } from './describeBare';
import { dirtyFrames } from './dirty';
import { SHADOW_OOS_FIXUPS } from './fixupStore';
import { strideOf } from './geometry';
import { oosFind } from './oos/slots';
import type { Xen } from './state';
import { levelOfType, typeName } from './types';

type Read = (x: Xen, args: readonly number[]) => readonly number[] | undefined;

const ofVcpu =
  (read: (x: Xen, v: number) => readonly number[]): Read =>
  (x, [v = 0]) =>
    v >= 0 && v < x.vcpus.length ? read(x, v) : undefined;

const ofGuestPage =
  (read: (x: Xen, gmfn: number) => readonly number[]): Read =>
  (x, [gmfn = -1]) =>
    gmfn >= 0 && gmfn < x.machine.config.guestFrames ? read(x, gmfn) : undefined;

const ofShadowPage =
  (read: (x: Xen, smfn: number) => readonly number[]): Read =>
  (x, [smfn = -1]) =>
    x.pages.owns(smfn) ? read(x, smfn) : undefined;

const slotsUsed = (x: Xen, v: number): number => (x.geometry(v).name === 'pae' ? 4 : 1);

const slotsOf = (x: Xen, v: number): number[] => Array.from({ length: x.vcpu(v).oos.size }, (_, i) => i);

/** Fixups of an out-of-sync page: (smfn, index) pairs in use, of its slot (arrays) or of all tables. */
function fixupsOf(x: Xen, gmfn: number): readonly number[] {
  if (x.era.fixups === 'table')
    return x.fixupTables.flatMap((table) =>
      table.entriesOf(gmfn).flatMap((e) => [table.smfn(e), table.off(e)]),
    );
  const place = x.era.fixups === 'array' ? oosFind(x, gmfn) : undefined;
  if (place === undefined) return [];
  const arrays = defined(x.fixupArrays[place.owner], 'fixup arrays');
  const out: number[] = [];
  for (let i = 0; i < SHADOW_OOS_FIXUPS; i++)
    if (arrays.smfn(place.slot, i) >= 0) out.push(arrays.smfn(place.slot, i), arrays.off(place.slot, i));
  return out;
}

const many = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;

const flag = (on: boolean): number => (on ? 1 : 0);

const READS: Readonly<Record<string, { readonly says: string; readonly read: Read }>> = {
  oos: { says: OOS_SAYS, read: (x, [v = 0]) => oosOf(x, v) },
  snapshots: {
    says: 'of a vCPU: snapshot page of each slot, -1 for none',
    read: ofVcpu((x, v) => slotsOf(x, v).map((s) => x.vcpu(v).oos.snapshot(s))),
  },
  'top-shadow': {
    says: 'of a vCPU: its top-level shadow, -1 for none; of a PAE guest the four L2 shadows',
    read: ofVcpu((x, v) => [0, 1, 2, 3].slice(0, slotsUsed(x, v)).map((i) => x.vcpu(v).shadowTable(i))),
  },
  'last-writable': {
    says: 'of a vCPU: the L1 shadow in which its last full search found a writer, -1 for none',
    read: ofVcpu((x, v) => [x.vcpu(v).get('lastWriteablePteSmfn') - 1]),
  },
  'fast-emulation': {
    says: 'of a vCPU: 1 and the table frame if its next write there is emulated without a walk, else 0 and -1',
    read: ofVcpu((x, v) => {
      const on = x.vcpu(v).get('lastWriteEmulOk') !== 0;
      return [flag(on), on ? x.vcpu(v).get('lastEmulatedMfn') - 1 : -1];
    }),
  },
  page: {
    says: 'of a guest frame: is it a table, is it out of sync, may it be written meanwhile, how many entries map it writable',
    read: ofGuestPage((x, g) => [
      flag(x.isPageTable(g)),
      flag(x.outOfSync(g)),
      flag(x.oosMayWrite(g)),
      x.guest.writers(g),
    ]),
  },
  writers: {
    says: 'of a guest frame: how many writable mappings it has',
    read: ofGuestPage((x, g) => [x.guest.writers(g)]),
  },
  fixups: {
    says: 'of a guest frame: shadow page and entry of each recorded writable mapping, in pairs',
    read: ofGuestPage(fixupsOf),
  },
  'shadow-page': {
    says: 'of a shadow frame: type, guest frame behind it, references, pinned, table and entry of its up-pointer (-1 -1: unknown)',
    read: ofShadowPage((x, s) => [
      x.pages.type(s),
      x.pages.backpointer(s),
      x.pages.count(s),
      flag(x.pages.pinned(s)),
      x.pages.hasUp(s) ? x.pages.upFrame(s) : -1,
      x.pages.hasUp(s) ? x.pages.upIndex(s) : -1,
    ]),
  },
  'log-dirty': {
    says: 'whether the writes of the guest are logged',
    read: (x) => [x.domain.get('logDirty')],
  },
  dirty: {
    says: 'guest frames marked in the dirty log, ascending',
    read: (x) =>
      dirtyFrames(x)
        .map((mfn) => x.p2m.gfn(mfn))
        .sort((a, b) => a - b),
  },
  'foreign-writers': {
    says: 'of a guest frame: how many writable mappings other domains have of it',
    read: ofGuestPage((x, g) => [x.guest.foreignWriters(g)]),
  },
  p2m: {
    says: 'of a guest frame: machine frame behind it (-1: none), and its p2m type',
    read: (x, [gfn = -1]) => (gfn < 0 ? undefined : [x.p2m.mfn(gfn), x.p2m.type(gfn)]),
  },
  version: {
    says: 'the version counter of the guest tables',
    read: (x) => [x.domain.get('version')],
  },
  lock: {
    says: 'the vCPU that holds the shadow lock, -1 for nobody',
    read: (x) => [x.lock.owner],
  },
  pool: {
    says: 'pool pages in all, and free',
    read: (x) => [x.pool.total, x.pool.free],
  },
};

function summary(x: Xen): string[] {
  const lines = x.vcpus.map((vcpu, v) => {
    const pages = slotsOf(x, v).map((s) => (vcpu.oos.page(s) < 0 ? '-' : frameName(vcpu.oos.page(s))));
    const { tops } = vcpu;
    const top = tops.length === 0 ? 'none' : tops.map((smfn) => x.name(smfn)).join(' ');
    return `vCPU ${v}: guest CR3 ${x.name(vcpu.guestTop)}, shadow ${top}, out of sync [${pages.join(' ')}]`;
  });
  for (const smfn of x.shadows()) {
    const back = x.pages.backpointer(smfn);
    let present = 0;
    const type = x.pages.type(smfn);
    for (let i = 0; i < x.entriesOf(type); i += strideOf(type)) if ((x.lo(smfn, i) & 1) !== 0) present++;
    const state = x.outOfSync(back) && levelOfType(x.pages.type(smfn)) === 1 ? ', out of sync' : '';
    const up = x.pages.hasUp(smfn)
      ? `, up ${x.name(x.pages.upFrame(smfn))}[${sayIndex(x.pages.upIndex(smfn))}]`
      : '';
    lines.push(
      `${x.name(smfn)}: ${typeName(x.pages.type(smfn))} of ${x.name(back)}, ${many(present, 'entry', 'entries')}, ${many(x.pages.count(smfn), 'reference', 'references')}${up}${state}`,
    );
  }
  return lines;
}

/** What expectations, the command line and panels may ask of Xen. */
export function describeXen(x: Xen): Describe {
  const machine = describeMachine(x.machine);
  return {
    ...describeBare(x),
    state: (what, args) => READS[what]?.read(x, args) ?? machine.state(what, args),
    states: {
      ...machine.states,
      ...Object.fromEntries(Object.entries(READS).map(([name, { says }]) => [name, says])),
    },
    summary: () => summary(x),
  };
}

import { frameName } from '../../base';
import { frameOf } from '../../machine';
import type { Describe } from '../design';
import { describeMachine } from '../native/describe';
import * as c from './constants';
import { gfnOfEntry } from './link';
import { WRITE_PROTECT } from './pteList';
import { roleAccess, roleQuadrant } from './role';
import { MAX_SLOTS } from './slots';
import type { Kvm } from './state';
import { tablePages } from './zap';

/** A structure that expectations can ask for: what its arguments and values are, and how it is read. */
interface Structure {
  readonly says: string;
  readonly read: (k: Kvm, args: readonly number[]) => readonly number[] | undefined;
}

/** The shadow page of a guest table (machine frame) at a level, with these rights and quadrant if they are given. */
function pageOf(k: Kvm, table: number, level: number, access?: number, quadrant?: number): number {
  const found = k.slots
    .gfnsOfFrame(table)
    .flatMap((gfn) => tablePages(k, gfn))
    .find((sfn) => {
      const role = k.pages.get(sfn, 'role');
      return (
        k.pages.level(sfn) === level &&
        (access === undefined || roleAccess(role) === access) &&
        (quadrant === undefined || roleQuadrant(role) === quadrant)
      );
    });
  return found ?? -1;
}

/** Every shadow page that a look-up for the frame finds, oldest first. */
const pagesFor = (k: Kvm, gfn: number): readonly number[] => tablePages(k, gfn).reverse();

const STRUCTURES: Readonly<Record<string, Structure>> = {
  unsync: {
    says: 'of a frame that is a level-1 table: 1 if its shadow page is unsync',
    read: (k, [gfn = 0]) => {
      const sfn = pageOf(k, k.slots.mfn(gfn), 1);
      return sfn < 0 ? undefined : [k.pages.get(sfn, 'unsync')];
    },
  },
  'unsync-children': {
    says: 'of a frame that is a table, and its level: how many entries of its shadow page lead to unsync pages',
    read: (k, [gfn = 0, level = 2]) => {
      const sfn = pageOf(k, k.slots.mfn(gfn), level);
      return sfn < 0 ? undefined : [k.pages.get(sfn, 'unsyncChildren')];
    },
  },
  spte: {
    says: 'of a frame that is a level-1 table, and an index (then rights 0 to 7 and quadrant of the page, if there are several): host frame, the low 12 bits, NX',
    read: (k, [gfn = 0, index = 0, access, quadrant]) => {
      const sfn = pageOf(k, k.slots.mfn(gfn), 1, access, quadrant);
      if (sfn < 0) return undefined;
      const [hi, lo] = [k.hi(sfn, index), k.lo(sfn, index)];
      return [frameOf(hi, lo), lo & 0xfff, hi < 0 ? 1 : 0];
    },
  },
  pages: {
    says: 'of a frame that is a table: the role word of each of its shadow pages, oldest first; - for none',
    read: (k, [gfn = 0]) => {
      const all = pagesFor(k, gfn);
      return all.length === 0 ? [-1] : all.map((sfn) => k.pages.get(sfn, 'role'));
    },
  },
  rmap: {
    says: 'of a frame, and a page size as a level: how many sptes map it',
    read: (k, [gfn = 0, level = 1]) => [k.lists.all(k.slots.rmap(gfn, level)).length],
  },
  parents: {
    says: 'of a frame that is a table, and its level: how many sptes name its shadow page',
    read: (k, [gfn = 0, level = 1]) => {
      const sfn = pageOf(k, k.slots.mfn(gfn), level);
      return sfn < 0 ? undefined : [k.lists.all(k.pages.get(sfn, 'parents')).length];
    },
  },
  dirty: {
    says: 'of a frame: 1 if the dirty log has it',
    read: (k, [gfn = 0]) => [k.slots.dirty(gfn) ? 1 : 0],
  },
  flooding: {
    says: 'of a frame that is a table, and its level: emulated stores since its shadow page was used last',
    read: (k, [gfn = 0, level = 2]) => {
      const sfn = pageOf(k, k.slots.mfn(gfn), level);
      return sfn < 0 ? undefined : [k.pages.get(sfn, 'writeFlooding')];
    },
  },
  slot: {
    says: 'of a memory slot: first gfn, pages, first host frame, flags; - if there is none',
    read: (k, [slot = 0]) => {
      if (slot < 0 || slot >= MAX_SLOTS) return undefined;
      const s = k.slots;
      return s.exists(slot) ? [s.base(slot), s.pages(slot), s.frame(slot), s.flags(slot)] : [-1];
    },
  },
  host: {
    says: 'of a frame: 0 the host backs it, 1 it has given it up, 2 with the shared zero page',
    read: (k, [gfn = 0]) => {
      const mfn = k.slots.mfn(gfn);
      return mfn < 0 ? undefined : [k.slots.hostState(mfn)];
    },
  },
  used: { says: 'shadow pages in use', read: (k) => [k.pages.usedCount] },
  generation: {
    says: 'of shadow pages: 0 or 1, changed by zapping all; and of the memory slots',
    read: (k) => [k.vm.get('validGen'), k.slots.generation],
  },
  root: {
    says: 'of a vCPU: the frame of its root, 0 if it has none',
    read: (k, [v = 0]) => (v < k.vcpus.length ? [k.vcpu(v).get('root')] : undefined),
  },
  'cached-roots': {
    says: 'of a vCPU: the frames of the three roots it keeps for CR3 values of before, - for none',
    read: (k, [v = 0]) =>
      v < k.vcpus.length
        ? Array.from({ length: c.PREV_ROOTS }, (_, i) => k.vcpu(v).prev(i) || -1)
        : undefined,
  },
};

/** What KVM tells about its structures. */
/** Beside an spte that a fast path of 2012 works on: whose number it holds, and the mark on its frame's reverse map. */
function besideSpte(k: Kvm, sfn: number, index: number): ReturnType<NonNullable<Describe['beside']>> {
  if (k.profile.fastPath !== 'identification' || !k.pages.owns(sfn)) return [];
  const id = (): number => (k.hi(sfn, index) & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
  const marked = (): boolean => (k.slots.rmapWord(gfnOfEntry(k, sfn, index)) & WRITE_PROTECT) !== 0;
  return [
    { name: 'id', read: () => (id() === 0 ? '–' : String(id())) },
    { name: 'rmap mark', read: () => (marked() ? 'protected' : '–') },
  ];
}

export function describeKvm(k: Kvm): Describe {
  const machine = describeMachine(k.machine);
  return {
    ...machine,
    shadowOf: (table, level) => pageOf(k, table, level),
    state: (what, args) => {
      const structure = Object.hasOwn(STRUCTURES, what) ? STRUCTURES[what] : undefined;
      return structure === undefined ? machine.state(what, args) : structure.read(k, args);
    },
    states: {
      ...machine.states,
      ...Object.fromEntries(Object.entries(STRUCTURES).map(([name, { says }]) => [name, says])),
    },
    beside: (frame, index) => besideSpte(k, frame, index),
    summary: () => [
      ...[...k.pages.activePages()].map((sfn) => {
        const unsync = k.pages.get(sfn, 'unsync') === 0 ? '' : ', unsync';
        return `${k.name(sfn)} ${k.key(sfn)}: root count ${k.pages.get(sfn, 'rootCount')}${unsync}`;
      }),
      ...k.vcpus.map(
        (vcpu, v) => `vCPU ${v}: root ${vcpu.get('root') === 0 ? 'none' : frameName(vcpu.get('root'))}`,
      ),
    ],
  };
}

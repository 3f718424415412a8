import { hex } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { frameOf } from '../../machine';
import { isPinnable, shUnpin } from './destroy';
import { DomainCrashed, UnshadowAsked, Unshadowed, WHY_UNSHADOW } from './events';
import { flushTlbMask } from './flushTlb';
import { strideOf } from './geometry';
import { isUsable } from './magic';
import type { Xen } from './state';
import * as T from './types';
import { clearUp, clearUpper } from './upper';

/** The order in which shadows of a page go (sheet 2.10). */
const ORDER = [
  T.SH_L2_32,
  T.SH_L1_32,
  T.SH_L2H_PAE,
  T.SH_L2_PAE,
  T.SH_L1_PAE,
  T.SH_L4_64,
  T.SH_L3_64,
  T.SH_L2H_64,
  T.SH_L2_64,
  T.SH_L1_64,
] as const;

const L = slots(
  'gmfn',
  'fast',
  'all',
  'why',
  'tookLock',
  'nth',
  'smfn',
  'parent',
  'index',
  'hit',
  'reads',
  'at',
);

/** What happened to the shadow at hand, for its caption. */
const NOT_THERE = 0;
const UNPINNED = 1;
const BY_POINTER = 2;
const PARENT_UNKNOWN = 3;

const stillShadowed = (t: Thread, x: Xen): boolean =>
  (x.guest.typeBits(t.get(L.gmfn)) & (1 << (ORDER[t.get(L.nth)] as number))) !== 0;

/** sh_remove_shadow_via_pointer: blanks the entry `up` names. */
function removeViaPointer(x: Xen, smfn: number): number {
  if (!x.pages.hasUp(smfn)) return PARENT_UNKNOWN;
  x.world.count(x.pages.count(smfn) === 1 ? 'shadow_up_pointer' : 'shadow_unshadow_bf');
  clearUp(x, smfn, WHY_UNSHADOW);
  return BY_POINTER;
}

/** The next parent whose entries must be read; goes on with the next type when there is none. */
function nextParent(t: Thread, x: Xen, after: number): void {
  const type = ORDER[t.get(L.nth)] as number;
  const parent = x.hash.nextAfter(after, T.parentTypes(type));
  t.set(L.parent, parent);
  t.set(L.index, 0);
  if (parent !== 0 && stillShadowed(t, x)) {
    t.goto('read');
    return;
  }
  x.domain.set('hashWalking', 0);
  t.set(L.nth, t.get(L.nth) + 1);
  t.goto('type');
}

/**
 * sh_remove_shadows (sheet 2.10): every shadow of a guest page goes. Arguments: gmfn; fast 1: through up-pointers only, may
 * fail; all 1: must succeed, else the domain is crashed; why: UNSHADOW_WHY. Takes the shadow lock if the caller has not.
 */
export const shRemoveShadows = procedure<Xen>({
  name: 'sh_remove_shadows',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Removes every shadow of a guest page, so that it is ordinary memory again.',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'sh_remove_shadows(gmfn, fast, all): lock, if not held',
      touch: 'racy',
      when: (t, x) => x.lock.free || x.lock.owner === t.actor,
      run: (t, x) => {
        if (x.lock.owner !== t.actor) {
          x.lock.take(t);
          t.set(L.tookLock, 1);
        }
        if (x.era.traces) x.world.emit(UnshadowAsked, t.get(L.gmfn));
        if (!x.isPageTable(t.get(L.gmfn))) {
          t.goto('unlock');
          return;
        }
        x.world.count('shadow_unshadow');
        x.world.emit(Unshadowed, t.get(L.gmfn), t.get(L.why));
      },
      say: (t, x) =>
        `Frame ${x.name(t.get(L.gmfn))} shall be an ordinary page again: vCPU ${t.actor} removes its shadows.`,
    },
    {
      label: 'type',
      line: '  for each shadow smfn of gmfn: sh_unpin(smfn), or blank the entry smfn->up',
      touch: 'racy',
      run: (t, x) => {
        const nth = t.get(L.nth);
        if (nth === ORDER.length) {
          t.goto('check');
          return;
        }
        if (!stillShadowed(t, x)) {
          t.set(L.nth, nth + 1);
          t.set(L.smfn, 0);
          t.set(L.hit, NOT_THERE);
          t.goto('type');
          return;
        }
        const type = ORDER[nth] as number;
        const smfn = x.hash.lookup(t.get(L.gmfn), type);
        t.set(L.smfn, smfn);
        if (isPinnable(x, type)) {
          shUnpin(x, smfn);
          t.set(L.hit, UNPINNED);
        } else t.set(L.hit, removeViaPointer(x, smfn));
        if (t.get(L.fast) === 0 && stillShadowed(t, x)) {
          t.goto('search');
          return;
        }
        t.set(L.nth, nth + 1);
        t.goto('type');
      },
      say: (t, x) => {
        const shadow = x.name(t.get(L.smfn));
        switch (t.get(L.hit)) {
          case UNPINNED:
            return `Shadow ${shadow} is a top level: it is unpinned.`;
          case BY_POINTER:
            return `Shadow ${shadow} knows the entry that points at it. That entry is blanked.`;
          case PARENT_UNKNOWN:
            return `Shadow ${shadow} does not know who points at it.`;
          default:
            return `Frame ${x.name(t.get(L.gmfn))} has no shadow of the next type.`;
        }
      },
    },
    {
      label: 'search',
      line: '    still there, and not fast: hash_foreach over its parents',
      touch: 'locked',
      run: (t, x) => {
        x.domain.set('hashWalking', 1);
        nextParent(t, x, 0);
      },
      say: (t, x) =>
        `Something still points at shadow ${x.name(t.get(L.smfn))}: every table that could is searched.`,
    },
    {
      label: 'read',
      line: '      for each entry: if it points at smfn, blank it',
      touch: 'locked',
      run: (t, x) => {
        const parent = t.get(L.parent);
        const index = t.get(L.index);
        const hi = x.hi(parent, index);
        const lo = x.lo(parent, index);
        const hit = isUsable(hi, lo) && frameOf(hi, lo) === t.get(L.smfn);
        t.set(L.hit, hit ? 1 : 0);
        t.set(L.reads, t.get(L.reads) + 1);
        t.set(L.at, index);
        if (hit) clearUpper(x, parent, index, WHY_UNSHADOW);
        const type = x.pages.type(parent);
        const next = index + strideOf(type);
        t.set(L.index, next);
        if (next === x.entriesOf(type) || !stillShadowed(t, x)) nextParent(t, x, parent);
        else t.goto('read');
      },
      say: (t, x) =>
        t.get(L.hit) === 1
          ? `Entry ${hex(t.get(L.at), 3)} points at shadow ${x.name(t.get(L.smfn))}. It is blanked.`
          : `${t.get(L.reads)} entries read so far.`,
    },
    {
      label: 'check',
      line: '  if all and a shadow is left: crash the domain',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (t.get(L.all) !== 0 && x.isPageTable(gmfn)) {
          x.domain.set('crashed', 1);
          x.world.emit(DomainCrashed, gmfn);
        }
        if (x.on('unshadow-flush')) t.callThen('unlock', flushTlbMask, []);
      },
      say: (t, x) =>
        x.isPageTable(t.get(L.gmfn))
          ? `Frame ${x.name(t.get(L.gmfn))} still has a shadow that is in use.`
          : `Frame ${x.name(t.get(L.gmfn))} has no shadow any more.`,
    },
    {
      label: 'unlock',
      line: '  unlock, if taken here',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        if (t.get(L.tookLock) === 1) x.lock.release(t);
        t.ret();
      },
      say: (t, x) =>
        x.isPageTable(t.get(L.gmfn))
          ? `Frame ${x.name(t.get(L.gmfn))} keeps the shadow that is in use.`
          : `Frame ${x.name(t.get(L.gmfn))} is an ordinary page: stores to it are free.`,
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { frameOf, sayIndex } from '../../machine';
import { isPinnable, shGetRef, shPin } from './destroy';
import { isUsable } from './magic';
import { shResync } from './oos/resync';
import { resyncAll } from './oos/resyncAll';
import type { Xen } from './state';
import { isFl1, levelOfType, SH_L3_64 } from './types';
import { writeUpper } from './upper';

const L = slots('v', 'smfn', 'index', 'hi', 'lo', 'why', 'from', 'defer');

/**
 * shadow_set_l2e, _l3e and _l4e (sheet 2.5). Arguments: v, the table's smfn, index, the new entry, why (WHY_*), from (the cell
 * it was derived from, or 0), defer 1: the caller sees to the resync that a new L4 or L3 entry asks for. Returns SHADOW_SET_*.
 */
export const setUpper = procedure<Xen>({
  name: 'shadow_set_upper',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Writes an entry of an L2, L3 or L4 shadow, with the references it holds.',
  slots: L,
  steps: [
    {
      label: 'ref',
      line: 'shadow_set_lNe(slot, new): new == old? return; sh_get_ref(new)',
      touch: 'locked',
      run: (t, x) => {
        const smfn = t.get(L.smfn);
        const index = t.get(L.index);
        const hi = t.get(L.hi);
        const lo = t.get(L.lo);
        if (x.hi(smfn, index) === hi && x.lo(smfn, index) === lo) {
          t.ret(0);
          return;
        }
        if (!isUsable(hi, lo)) {
          t.goto('write');
          return;
        }
        const below = frameOf(hi, lo);
        shGetRef(x, below, smfn, index);
        const type = x.pages.type(below);
        if (type === SH_L3_64 && isPinnable(x, type)) shPin(x, below);
      },
      say: (t, x) =>
        isUsable(t.get(L.hi), t.get(L.lo))
          ? `Entry ${sayIndex(t.get(L.index))} of ${x.name(t.get(L.smfn))} is about to point at shadow ${x.name(frameOf(t.get(L.hi), t.get(L.lo)))}, which counts one reference more.`
          : `Entry ${sayIndex(t.get(L.index))} of ${x.name(t.get(L.smfn))} is about to be emptied.`,
    },
    {
      label: 'resync',
      line: '  new L4 or L3 entry: resync_all(); L2: sh_resync(the L1 below, if out of sync)',
      touch: 'locked',
      lane: 'resync',
      run: (t, x) => {
        if (!x.era.outOfSync) return;
        const level = levelOfType(x.pages.type(t.get(L.smfn)));
        if (level > 2) {
          if (t.get(L.defer) === 0 && x.on('resync-new-path')) t.call(resyncAll, [t.get(L.v), 0, 1, 1]);
          return;
        }
        const below = x.pages.head(frameOf(t.get(L.hi), t.get(L.lo)));
        const gl1mfn = x.pages.backpointer(below);
        if (!isFl1(x.pages.type(below)) && x.outOfSync(gl1mfn) && x.on('resync-linked'))
          t.call(shResync, [gl1mfn]);
      },
      say: (t, x) => {
        const far = levelOfType(x.pages.type(t.get(L.smfn))) > 2;
        if (!x.on(far ? 'resync-new-path' : 'resync-linked'))
          return 'The new path may lead to a table that is out of sync, but bringing it in sync is switched off.';
        return far
          ? 'A new path may lead to tables that are out of sync: they are brought in sync first.'
          : 'The new path leads to one L1 table: if it is out of sync, it is brought in sync first.';
      },
    },
    {
      label: 'write',
      line: '  *slot = new; sh_put_ref(old)',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const slot = [t.get(L.smfn), t.get(L.index)] as const;
        t.ret(writeUpper(x, ...slot, t.get(L.hi), t.get(L.lo), t.get(L.why), t.get(L.from)));
      },
      say: (t, x) => {
        const entry = `Entry ${sayIndex(t.get(L.index))} of ${x.describe(t.get(L.smfn))}`;
        return isUsable(t.get(L.hi), t.get(L.lo))
          ? `${entry} points at shadow ${x.name(frameOf(t.get(L.hi), t.get(L.lo)))} now.`
          : `${entry} is empty now: nothing below it is shadowed yet.`;
      },
    },
  ],
});

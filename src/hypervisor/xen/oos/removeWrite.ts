import { procedure, slots } from '../../../kernel';
import { unshadowCode } from '../events';
import { flushTlbMask } from '../flushTlb';
import { shRemoveShadows } from '../removeShadows';
import { shRemoveWriteAccess } from '../removeWriteAccess';
import type { Xen } from '../state';
import { oosFixupFlushGmfn } from './fixupFlush';

const L = slots('owner', 'gmfn', 'slot', 'fixed', 'searched');

/**
 * oos_remove_write_access: the first half of a full resync. Arguments: owner, gmfn, slot. Returns 1 if the page had to be
 * unshadowed because a writer could not be found, else 0. The flush comes before the guest page is read again: a store through
 * a TLB that still says "writable" must land before that. Source: sheet 5.7.
 */
export const oosRemoveWriteAccess = procedure<Xen>({
  name: 'oos_remove_write_access',
  part: 'xen',
  lane: 'resync',
  about: 'Makes an out-of-sync page read-only again, so that it stays as it is read (sheet 5.7).',
  slots: L,
  steps: [
    {
      label: 'fixups',
      line: 'removed = oos_fixup_flush_gmfn(gmfn)',
      touch: 'locked',
      run: (t) => t.call(oosFixupFlushGmfn, [t.get(L.gmfn), t.get(L.owner), t.get(L.slot)], L.fixed),
      say: (t, x) =>
        `Frame ${x.name(t.get(L.gmfn))} comes back in sync. First nobody may write it: the recorded mappings go first.`,
    },
    {
      label: 'search',
      line: 'removed |= sh_remove_write_access(gmfn, 0, va)',
      touch: 'locked',
      run: (t, x) => {
        const { oos } = x.vcpu(t.get(L.owner));
        const slot = t.get(L.slot);
        const va = x.era.vaHints ? [oos.vaHi(slot), oos.vaLo(slot)] : [0, 0];
        t.call(shRemoveWriteAccess, [t.get(L.owner), t.get(L.gmfn), 0, ...va], L.searched);
      },
      say: (t, x) => {
        const count = x.guest.writers(t.get(L.gmfn));
        return count === 0
          ? `The type count of ${x.name(t.get(L.gmfn))} is 0: there is no other writable mapping.`
          : `The type count of ${x.name(t.get(L.gmfn))} says that ${count === 1 ? 'a writable mapping is' : `${count} writable mappings are`} left to find.`;
      },
    },
    {
      label: 'unfindable',
      line: 'if a writer could not be found: sh_remove_shadows(gmfn)',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.searched) !== -1 || !x.on('unfindable-unshadows')) t.goto('flush');
        else t.callThen('gone', shRemoveShadows, [t.get(L.gmfn), 0, 1, unshadowCode('unfindable-writer')]);
      },
      say: (t, x) => {
        const page = x.name(t.get(L.gmfn));
        if (t.get(L.searched) !== -1) return `Nothing maps ${page} writable any more.`;
        return x.on('unfindable-unshadows')
          ? `Frame ${page} cannot be made read-only, so it cannot stay shadowed.`
          : `Frame ${page} cannot be made read-only, but stays shadowed: to unshadow it is switched off.`;
      },
    },
    {
      label: 'flush',
      line: 'if removed: flush_tlb_mask(all CPUs)',
      touch: 'locked',
      run: (t, x) => {
        const removed = t.get(L.fixed) !== 0 || t.get(L.searched) === 1;
        if ((removed || x.era.resyncAlwaysFlushes) && x.on('resync-flush')) t.call(flushTlbMask, []);
        else t.ret(0);
      },
      say: (t, x) => {
        if (!x.on('resync-flush')) return 'The flush is switched off: TLBs may still say "writable".';
        return t.get(L.fixed) !== 0 || t.get(L.searched) === 1 || x.era.resyncAlwaysFlushes
          ? 'TLBs may still say "writable". They are flushed before the guest table is read again.'
          : 'No entry was changed, so no TLB needs to be flushed.';
      },
    },
    {
      label: 'done',
      line: 'return 0',
      touch: 'locked',
      run: (t) => t.ret(0),
      say: (t, x) => `Frame ${x.name(t.get(L.gmfn))} stays as it is from here on.`,
    },
    {
      label: 'gone',
      line: 'page unshadowed: return 1',
      touch: 'locked',
      run: (t) => t.ret(1),
      say: (t, x) => `Frame ${x.name(t.get(L.gmfn))} is no page table any more.`,
    },
  ],
});

import { procedure, slots } from '../../../kernel';
import { ResyncBegun, Resynced } from '../events';
import type { Xen } from '../state';
import { SHF_OOS_MAY_WRITE, SHF_OUT_OF_SYNC } from '../types';
import { Who } from '../who';
import { oosRemoveWriteAccess } from './removeWrite';
import { shResyncL1 } from './resyncL1';
import { oosPlace } from './slots';

const L = slots('owner', 'gmfn', 'slot', 'gone', 'compared', 'rederived');

/**
 * _sh_resync: a full resync of one page. Arguments: owner, gmfn, slot; the caller empties the slot afterwards. In between the
 * page still counts as out of sync, but may not be mapped writable any more: what is derived meanwhile must not undo the first
 * half. Returns 1 if the page was unshadowed instead. Source: sheet 5.8.
 */
export const shResyncPage = procedure<Xen>({
  name: '_sh_resync',
  part: 'xen',
  lane: 'resync',
  about: 'Brings one out-of-sync page back in sync: no writer, fresh contents, flags clear (sheet 5.8).',
  slots: L,
  steps: [
    {
      label: 'protect',
      line: 'oos_remove_write_access(gmfn)',
      touch: 'locked',
      run: (t, x) => {
        if (x.era.traces) x.world.emit(ResyncBegun, t.get(L.gmfn));
        t.call(oosRemoveWriteAccess, [t.get(L.owner), t.get(L.gmfn), t.get(L.slot)], L.gone);
      },
      say: (t, x) =>
        `${Who(x, t.actor)} brings ${x.name(t.get(L.gmfn))} back in sync, which ${t.get(L.owner) === t.actor ? 'it' : `vCPU ${t.get(L.owner)}`} had let go.`,
    },
    {
      label: 'may-write',
      line: 'page unshadowed: return. Else clear SHF_oos_may_write',
      touch: 'racy',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (t.get(L.gone) === 1) t.ret(1);
        else if (x.on('may-write-first')) x.guest.setFlags(gmfn, x.guest.flags(gmfn) & ~SHF_OOS_MAY_WRITE);
      },
      say: (t, x) => {
        const page = x.name(t.get(L.gmfn));
        if (t.get(L.gone) === 1)
          return `Frame ${page} has no shadow any more, so there is nothing to bring in sync.`;
        return x.on('may-write-first')
          ? `From here on no entry may map ${page} writable.`
          : `Entries may still map ${page} writable: to forbid that before the contents are read is switched off.`;
      },
    },
    {
      label: 'contents',
      line: 'sh_resync_l1(gmfn, snapshot)',
      touch: 'locked',
      run: (t) => t.call(shResyncL1, [t.get(L.owner), t.get(L.gmfn), t.get(L.slot)], L.compared),
      say: (t, x) => `Now the shadow of ${x.name(t.get(L.gmfn))} is brought up to date.`,
    },
    {
      label: 'in-sync',
      line: 'clear SHF_out_of_sync; perfc_incr(shadow_resync)',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        x.guest.setFlags(gmfn, x.guest.flags(gmfn) & ~(SHF_OUT_OF_SYNC | SHF_OOS_MAY_WRITE));
        x.walkWitness.cameBack(x, gmfn);
        x.world.count('shadow_resync');
        x.world.emit(Resynced, gmfn, t.get(L.owner), t.get(L.compared), t.get(L.rederived));
        t.ret(0);
      },
      say: (t, x) =>
        `Frame ${x.name(t.get(L.gmfn))} is in sync: the shadow says what the table says, and a store to the table faults again.`,
    },
  ],
});

const R = slots('gmfn', 'owner', 'slot', 'gone');

/** sh_resync: a full resync of an out-of-sync page, whoever let it go. Argument: gmfn. */
export const shResync = procedure<Xen>({
  name: 'sh_resync',
  part: 'xen',
  lane: 'resync',
  about: 'Finds the slot of an out-of-sync page, resyncs the page and empties the slot (sheet 5.5).',
  slots: R,
  steps: [
    {
      label: 'find',
      line: 'for each vCPU: look for gmfn in its home slot, then in the next',
      touch: 'locked',
      run: (t, x) => {
        const { owner, slot } = oosPlace(x, t.get(R.gmfn));
        t.set(R.owner, owner);
        t.set(R.slot, slot);
        t.call(shResyncPage, [owner, t.get(R.gmfn), slot], R.gone);
      },
      say: (t, x) =>
        `Frame ${x.name(t.get(R.gmfn))} is in slot ${t.get(R.slot)} of vCPU ${t.get(R.owner)}. It must be in sync before anything else happens.`,
    },
    {
      label: 'empty',
      line: 'oos[slot] = INVALID_MFN',
      touch: 'locked',
      run: (t, x) => {
        x.vcpu(t.get(R.owner)).oos.setPage(t.get(R.slot), -1);
        t.ret();
      },
      say: (t) => `Slot ${t.get(R.slot)} of vCPU ${t.get(R.owner)} is free.`,
    },
  ],
});

import { procedure, slots } from '../../../kernel';
import { GrantMapped, GrantUnmapped, unshadowCode } from '../events';
import { shRemoveShadows } from '../removeShadows';
import type { Xen } from '../state';
import { isRam, P2M_RAM_RO, SHF_OOS_MAY_WRITE } from '../types';
import { Who } from '../who';
import { refuse } from './refuse';

const L = slots('gfn', 'gmfn', 'refused', 'unshadow');

const NO_MEMORY = 1;
const READ_ONLY = 2;

/**
 * gnttab_map_grant_ref, as far as the shadow code sees it: another domain maps a frame of the guest writable, so the frame's type
 * count rises though no shadow entry accounts for it. Argument: gfn. A count may not go from 0 to 1 on a page that is shadowed
 * (get_page_type): its shadows go first; the one exemption is a page that may be written because it is out of sync.
 * Refused for what is no writable memory. Source: sheet 1.5, 1.11, 9.22.
 */
export const gnttabMap = procedure<Xen>({
  name: 'gnttab_map_grant_ref',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Another domain maps a frame of the guest writable: a writer that no shadow entry shows (sheet 9.22).',
  slots: L,
  steps: [
    {
      label: 'find',
      line: 'gnttab_map_grant_ref(gfn): gmfn = p2m(gfn); no writable memory: return GNTST_general_error',
      touch: 'racy',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        const type = x.p2m.type(gfn);
        const gmfn = x.p2m.mfn(gfn);
        t.set(L.gmfn, gmfn + 1);
        if (isRam(type) && type !== P2M_RAM_RO && x.mfnValid(gmfn)) return;
        t.set(L.refused, type === P2M_RAM_RO ? READ_ONLY : NO_MEMORY);
        refuse(t, x);
        t.ret();
      },
      say: (t, x) => {
        const gfn = x.name(t.get(L.gfn));
        switch (t.get(L.refused)) {
          case READ_ONLY:
            return `Guest frame ${gfn} is read-only memory: nobody can be given a writable mapping of it.`;
          case NO_MEMORY:
            return `Guest frame ${gfn} has no memory: there is nothing to grant.`;
          default:
            return `Another domain is to map guest frame ${gfn} writable. That is machine frame ${x.name(t.get(L.gmfn) - 1)}.`;
        }
      },
    },
    {
      label: 'lock',
      // In Xen the count is taken by compare-and-swap after the shadows have gone, and starts over if the page changed
      // meanwhile. Holding the lock for both says the same without the loop.
      line: 'get_page_type(gmfn, writable): (with the shadow lock)',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t, x) => `${Who(x, t.actor)} takes the shadow lock.`,
    },
    {
      label: 'unshadow',
      line: '  count 0 -> 1, and not out of sync: sh_remove_shadows(gmfn)',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn) - 1;
        const first = x.guest.writers(gmfn) === 0;
        const exempt = (x.guest.flags(gmfn) & SHF_OOS_MAY_WRITE) !== 0;
        if (!first || exempt || !x.isPageTable(gmfn)) return;
        t.set(L.unshadow, 1);
        t.call(shRemoveShadows, [gmfn, 0, 1, unshadowCode('type-change')]);
      },
      say: (t, x) => {
        const gmfn = t.get(L.gmfn) - 1;
        const page = x.name(gmfn);
        if (t.get(L.unshadow) === 1)
          return `Frame ${page} is shadowed, and nothing could write it so far. A page that others write cannot stay a shadowed table.`;
        return x.oosMayWrite(gmfn)
          ? `Frame ${page} is out of sync, so it may be written: it keeps its shadow for now.`
          : `Frame ${page} is no page table: it may be written.`;
      },
    },
    {
      label: 'count',
      line: '  type count++; the other domain maps it; shadow_unlock()',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const gmfn = t.get(L.gmfn) - 1;
        x.guest.addForeignWriters(gmfn, 1);
        x.world.emit(GrantMapped, t.get(L.gfn), gmfn);
        x.lock.release(t);
        t.ret();
      },
      say: (t, x) => {
        const gmfn = t.get(L.gmfn) - 1;
        return `Another domain can write frame ${x.name(gmfn)} now. Its type count is ${x.guest.writers(gmfn)}, and no shadow entry says who that is.`;
      },
    },
  ],
});

const U = slots('gfn', 'gmfn', 'refused');

/** gnttab_unmap_grant_ref: the other domain gives its writable mapping back. Argument: gfn. Refused if there is none. */
export const gnttabUnmap = procedure<Xen>({
  name: 'gnttab_unmap_grant_ref',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Another domain gives up its writable mapping of a frame of the guest.',
  slots: U,
  steps: [
    {
      label: 'find',
      line: 'gnttab_unmap_grant_ref(gfn): not mapped elsewhere: return GNTST_bad_handle',
      touch: 'racy',
      run: (t, x) => {
        const gmfn = x.p2m.mfn(t.get(U.gfn));
        t.set(U.gmfn, gmfn + 1);
        if (x.mfnValid(gmfn) && x.guest.foreignWriters(gmfn) > 0) return;
        t.set(U.refused, 1);
        refuse(t, x);
        t.ret();
      },
      say: (t, x) =>
        t.get(U.refused) === 1
          ? `No other domain maps guest frame ${x.name(t.get(U.gfn))}: there is nothing to give back.`
          : `Another domain maps guest frame ${x.name(t.get(U.gfn))}, and gives that up.`,
    },
    {
      label: 'count',
      line: '  put_page_type(gmfn): type count--',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const gmfn = t.get(U.gmfn) - 1;
        x.guest.addForeignWriters(gmfn, -1);
        x.world.emit(GrantUnmapped, t.get(U.gfn), gmfn);
        t.ret();
      },
      say: (t, x) => {
        const gmfn = t.get(U.gmfn) - 1;
        const left = x.guest.foreignWriters(gmfn);
        return left === 0
          ? `No other domain can write frame ${x.name(gmfn)} any more.`
          : `Frame ${x.name(gmfn)} is still mapped ${left === 1 ? 'once' : `${left} times`} by other domains.`;
      },
    },
  ],
});

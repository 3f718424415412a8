import { procedure, slots } from '../../kernel';
import { shUnpin } from './destroy';
import { OPT_LINUX_L3_TOPLEVEL } from './domain';
import { Promoted, ShadowCreated } from './events';
import { pagesOfType } from './geometry';
import { shResync } from './oos/resync';
import type { Xen } from './state';
import { isFl1, levelOfType, SH_L3_64, SH_L4_64 } from './types';

/**
 * The guess that the guest uses L3 tables as if they were top levels is given up when a new L4 appears while more than twice
 * as many L4s as vCPUs are pinned: no L3 is pinned from then on (sheet 1.5).
 */
function reconsiderL3s(x: Xen): void {
  const { domain, pages } = x;
  if ((domain.get('optFlags') & OPT_LINUX_L3_TOPLEVEL) === 0) return;
  if (domain.get('pinnedL4s') <= 2 * x.vcpus.length) return;
  for (const smfn of [...x.pinned.all()]) if (pages.type(smfn) === SH_L3_64) shUnpin(x, smfn);
  domain.set('optFlags', domain.get('optFlags') & ~OPT_LINUX_L3_TOPLEVEL);
}

const L = slots('v', 'n', 'type', 'smfn');

/**
 * sh_make_shadow and make_fl1_shadow: an empty shadow of a guest page. Arguments: v, gmfn (for fl1 the GFN of the superpage),
 * type. Returns smfn. Room has been made before.
 */
export const shMakeShadow = procedure<Xen>({
  name: 'sh_make_shadow',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Takes a page from the pool and makes it the shadow of a guest table, which is a table from now on.',
  slots: L,
  steps: [
    {
      label: 'alloc',
      line: 'sh_make_shadow(gmfn, type): smfn = shadow_alloc()',
      touch: 'racy',
      when: (t, x) => x.pool.ready(t.get(L.type)),
      run: (t, x) => {
        const type = t.get(L.type);
        if (type === SH_L4_64) reconsiderL3s(x);
        t.set(L.smfn, x.pool.alloc(type, t.get(L.n)));
        if (isFl1(type)) t.goto('insert');
      },
      say: (t, x) => {
        const smfn = t.get(L.smfn);
        const last = smfn + pagesOfType(t.get(L.type)) - 1;
        return last === smfn
          ? `Page ${x.name(smfn)} of the pool is taken, and cleared.`
          : `Pages ${x.name(smfn)} to ${x.name(last)} of the pool are taken, and cleared: entries of 32 bits become 64 bits wide.`;
      },
    },
    {
      label: 'promote',
      line: '  shadow_promote(gmfn): if out of sync: sh_resync(gmfn)',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = t.get(L.n);
        if (x.outOfSync(gmfn) && x.on('resync-promoted')) t.call(shResync, [gmfn]);
      },
      say: (t, x) => {
        const page = `Frame ${x.name(t.get(L.n))} becomes an L${levelOfType(t.get(L.type))} table for Xen`;
        return x.on('resync-promoted')
          ? `${page}. It must be in sync for that, and is brought so if need be.`
          : `${page}, in sync or not: to bring it in sync first is switched off.`;
      },
    },
    {
      label: 'mark',
      line: '    gmfn is a page table, with a shadow of this type',
      touch: 'racy',
      run: (t, x) => {
        const gmfn = t.get(L.n);
        const type = t.get(L.type);
        const first = !x.guest.isPageTable(gmfn);
        if (first) {
          x.guest.setPageTable(gmfn, true);
          x.guest.setFlags(gmfn, 0);
        }
        x.guest.setFlags(gmfn, x.guest.flags(gmfn) | (1 << type));
        x.guest.addRefs(gmfn, 1);
        x.world.emit(Promoted, gmfn, type, first ? 1 : 0);
      },
      say: (t, x) => `Frame ${x.name(t.get(L.n))} is a page table now: no entry may map it writable.`,
    },
    {
      label: 'insert',
      line: '  put (gmfn, type) -> smfn into the hash',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const smfn = t.get(L.smfn);
        x.hash.insert(t.get(L.n), t.get(L.type), smfn);
        x.world.emit(ShadowCreated, t.get(L.type), t.get(L.n), smfn);
        t.ret(smfn);
      },
      say: (t, x) =>
        isFl1(t.get(L.type))
          ? `Shadow ${x.name(t.get(L.smfn))} is made for the large page at ${x.name(t.get(L.n))}, in pieces of 4 KiB. It is empty.`
          : `Shadow ${x.name(t.get(L.smfn))} is made for the guest's L${levelOfType(t.get(L.type))} table ${x.name(t.get(L.n))}. It is empty.`,
    },
  ],
});

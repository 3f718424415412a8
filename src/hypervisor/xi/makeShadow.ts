import { procedure, slots } from '../../kernel';
import { MAKING } from './constants';
import { GptMark, SptiAlloc } from './events';
import { markGpt } from './gpt';
import { xiProtect } from './protect';
import type { Xi } from './state';
import { xiTakeKit } from './takeKit';
import { holderOf } from './who';

const L = slots('gfn', 'level', 'quadrant', 'shape', 'kit', 'found');

/**
 * spti_make_shadow (sheet 5.2): the SPTI of a guest table, from the hash or from the pool. Arguments: guest frame, level, quadrant,
 * shape. Returns the kit, or -1 if none can be had. A new shadow is empty and stale, its table protected.
 */
export const xiMakeShadow = procedure<Xi>({
  name: 'spti_make_shadow',
  part: 'xi',
  lane: 'hypervisor',
  about:
    'Finds or makes the shadow of a guest table; a new one is left out of sync (name and outcome are known).',
  slots: L,
  steps: [
    {
      label: 'lookup',
      line: 'spti_make_shadow(page, level, quadrant): in the hash? to the LRU front, return it',
      touch: 'locked',
      run: (t, x) => {
        const kit = x.find(t.get(L.gfn), t.get(L.level), t.get(L.quadrant), t.get(L.shape));
        if (kit >= 0) {
          x.kits.touch(x.domainOf(t.actor), kit);
          t.set(L.found, 1);
          t.ret(kit);
        } else t.call(xiTakeKit, [], L.kit);
      },
      say: (t, x) =>
        t.get(L.found) === 0
          ? `There is no shadow of the L${t.get(L.level)} table ${x.name(t.get(L.gfn))} yet. It takes a kit.`
          : `The L${t.get(L.level)} table ${x.name(t.get(L.gfn))} has a shadow already.`,
    },
    {
      label: 'bind',
      line: '  kit from the pool; bind it, enter the hash, LRU front; stale, not open',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        if (kit < 0) {
          t.ret(-1);
          return;
        }
        const { kits } = x;
        const domain = x.domainOf(t.actor);
        kits.set(kit, 'bound', 1);
        kits.set(kit, 'gfn', t.get(L.gfn));
        kits.set(kit, 'level', t.get(L.level));
        kits.set(kit, 'quadrant', t.get(L.quadrant));
        kits.set(kit, 'shape', t.get(L.shape));
        // Without a snapshot from its birth it cannot be stale: what is not there is filled by faults.
        kits.set(kit, 'snapStale', x.snapshots < 0 || x.pages.mayBeWritten(t.get(L.gfn)) ? 1 : 0);
        // Protection is a property of the page: where another of its shadows is open, this one is too.
        kits.set(kit, 'guestMayWrite', x.pages.mayBeWritten(t.get(L.gfn)) ? 1 : 0);
        kits.set(kit, 'domain', domain);
        kits.touch(domain, kit);
        x.vcpu(holderOf(x, t.actor)).hold(MAKING, kit);
        x.world.count('spti_alloc');
        if (x.pages.get(t.get(L.gfn), 'recycled') > 0) {
          x.pages.add(t.get(L.gfn), 'recycled', -1);
          x.world.count('refaults');
        }
        x.world.emit(SptiAlloc, kit, t.get(L.gfn), t.get(L.level), t.get(L.quadrant));
      },
      say: (t, x) =>
        t.get(L.kit) < 0
          ? 'No kit can be had.'
          : x.snapshots < 0
            ? `${x.describe(t.get(L.kit))}. Table and snapshot are empty: they agree, and say that nothing was present. So the shadow is out of sync from its birth.`
            : `${x.describe(t.get(L.kit))}. It is empty, and has no snapshot: faults will fill it entry by entry.`,
    },
    {
      label: 'append',
      line: '  add it to the page; if the page was no page table: it is one now, write_protect(page)',
      touch: 'locked',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        x.pages.append(gfn, t.get(L.kit));
        t.set(L.found, x.pages.isGpt(gfn) ? 1 : 0);
        if (t.get(L.found) !== 0) return;
        markGpt(x, gfn);
        x.world.emit(GptMark, gfn);
        if (x.on('protect-at-birth')) t.call(xiProtect, [gfn]);
      },
      say: (t, x) =>
        t.get(L.found) === 0
          ? `Page ${x.name(t.get(L.gfn))} was not known to be a page table. Now it is.`
          : `Page ${x.name(t.get(L.gfn))} was known to be a page table.`,
    },
    {
      label: 'done',
      line: '  return the kit',
      touch: 'locked',
      run: (t, x) => {
        x.vcpu(holderOf(x, t.actor)).hold(MAKING, -1);
        t.ret(t.get(L.kit));
      },
      say: (t, x) => `${x.kitName(t.get(L.kit))} is ready to be pointed to.`,
    },
  ],
});

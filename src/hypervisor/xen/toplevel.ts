import { procedure, slots } from '../../kernel';
import { shGetRef, shPin, shPutRef } from './destroy';
import { shMakeShadow } from './makeShadow';
import { shadowPrealloc } from './prealloc';
import type { Xen } from './state';
import { SH_L4_64 } from './types';

const L = slots('v', 'gmfn', 'smfn', 'made');

/**
 * sh_set_toplevel_shadow: the shadow of the top table a vCPU has loaded: found or made, pinned, referenced; the one before gives
 * its reference back. Arguments: v, gmfn of the guest's top table, which is write-protected already. Under the shadow lock.
 */
export const setToplevelShadow = procedure<Xen>({
  name: 'sh_set_toplevel_shadow',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Finds or makes the top-level shadow of a guest table and gives it to a vCPU (sheet 5.13).',
  slots: L,
  steps: [
    {
      label: 'find',
      line: 'sh_set_toplevel_shadow(gmfn): smfn = get_shadow_status(gmfn, l4_64)',
      touch: 'locked',
      run: (t, x) => {
        x.world.count('shadow_get_shadow_status');
        const smfn = x.hash.lookup(t.get(L.gmfn), SH_L4_64);
        t.set(L.smfn, smfn);
        t.set(L.made, smfn < 0 ? 1 : 0);
        if (smfn < 0) t.call(shadowPrealloc, [1]);
        else t.goto('install');
      },
      say: (t, x) =>
        t.get(L.made) === 1
          ? `The guest's top table ${x.name(t.get(L.gmfn))} has no shadow yet: one is made.`
          : `The guest's top table ${x.name(t.get(L.gmfn))} has the shadow ${x.name(t.get(L.smfn))} already.`,
    },
    {
      label: 'make',
      line: '  none: shadow_prealloc(1), sh_make_shadow(gmfn, l4_64)',
      touch: 'locked',
      run: (t) => t.call(shMakeShadow, [t.get(L.v), t.get(L.gmfn), SH_L4_64], L.smfn),
      say: 'There is room for it.',
    },
    {
      label: 'install',
      line: '  sh_pin(smfn); sh_get_ref(smfn); shadow_table[0] = smfn; sh_put_ref(old)',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const vcpu = x.vcpu(t.get(L.v));
        const smfn = t.get(L.smfn);
        const old = vcpu.shadowTop;
        shPin(x, smfn);
        shGetRef(x, smfn);
        vcpu.set('shadowTable0', smfn);
        if (old >= 0) shPutRef(x, old);
        t.ret(smfn);
      },
      say: (t, x) =>
        `vCPU ${t.get(L.v)} will walk from shadow ${x.name(t.get(L.smfn))}. It is pinned: a top level is kept also while nobody has it loaded.`,
    },
  ],
});

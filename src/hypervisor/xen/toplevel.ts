import { procedure, slots } from '../../kernel';
import { shGetRef, shPin, shPutRef } from './destroy';
import { shMakeShadow } from './makeShadow';
import { shadowPrealloc } from './prealloc';
import type { Xen } from './state';
import { SH_L4_64 } from './types';

const L = slots('v', 'gmfn', 'smfn', 'old');

/**
 * sh_set_toplevel_shadow: the shadow of the guest's top table is found or made, pinned, and referenced by the vCPU's slot; the
 * slot's old shadow gives its reference back. Arguments: v, gmfn. Returns smfn. Source: sheet 5.13.
 */
export const setToplevel = procedure<Xen>({
  name: 'sh_set_toplevel_shadow',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Finds or makes the top-level shadow of a vCPU, and holds it (sheet 5.13).',
  slots: L,
  steps: [
    {
      label: 'find',
      line: 'smfn = get_shadow_status(gmfn, l4_64)',
      touch: 'locked',
      run: (t, x) => {
        x.world.count('shadow_get_shadow_status');
        const smfn = x.hash.lookup(t.get(L.gmfn), SH_L4_64);
        if (smfn < 0) {
          t.call(shadowPrealloc, [1]);
          return;
        }
        t.set(L.smfn, smfn);
        t.goto('hold');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? `The guest's top table ${x.name(t.get(L.gmfn))} has no shadow yet.`
          : `The guest's top table ${x.name(t.get(L.gmfn))} has the shadow ${x.name(t.get(L.smfn))}.`,
    },
    {
      label: 'make',
      line: '  none: smfn = sh_make_shadow(gmfn, l4_64)',
      touch: 'locked',
      run: (t) => t.call(shMakeShadow, [t.get(L.v), t.get(L.gmfn), SH_L4_64], L.smfn),
      say: (t, x) => `A shadow is made for ${x.name(t.get(L.gmfn))}.`,
    },
    {
      label: 'hold',
      line: 'sh_pin(smfn); sh_get_ref(smfn); shadow_table[0] = smfn; sh_put_ref(old)',
      touch: 'locked',
      run: (t, x) => {
        const smfn = t.get(L.smfn);
        const state = x.vcpu(t.get(L.v));
        const old = state.shadowTop;
        t.set(L.old, Math.max(old, 0));
        shPin(x, smfn);
        shGetRef(x, smfn);
        state.set('shadowTable0', smfn);
        if (old >= 0) shPutRef(x, old);
        t.ret(smfn);
      },
      say: (t, x) => {
        const smfn = x.name(t.get(L.smfn));
        const old = t.get(L.old);
        const held = `vCPU ${t.get(L.v)} holds ${smfn} as its top-level shadow. It is pinned, so that it lasts when nobody has it loaded.`;
        return old === 0 || old === t.get(L.smfn) ? held : `${held} ${x.name(old)} is let go.`;
      },
    },
  ],
});

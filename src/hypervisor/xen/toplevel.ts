import { procedure, slots } from '../../kernel';
import { shGetRef, shPin, shPutRef } from './destroy';
import { pagesOfType } from './geometry';
import { shMakeShadow } from './makeShadow';
import { shadowPrealloc } from './prealloc';
import type { Xen } from './state';
import { typeName } from './types';

const L = slots('v', 'slot', 'gmfn', 'type', 'smfn', 'old');

/**
 * sh_set_toplevel_shadow: the shadow of the guest's top table is found or made, pinned, and referenced by the vCPU's slot; the
 * slot's old shadow gives its reference back. Arguments: v, slot of shadow_table[], gmfn (-1: the slot is emptied), type.
 * Returns smfn, or -1. Source: sheet 5.13.
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
      line: 'sh_set_toplevel_shadow(v, slot, gmfn, type): smfn = get_shadow_status(gmfn, type)',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.gmfn) < 0) {
          t.goto('empty');
          return;
        }
        x.world.count('shadow_get_shadow_status');
        const smfn = x.hash.lookup(t.get(L.gmfn), t.get(L.type));
        if (smfn < 0) {
          t.call(shadowPrealloc, [1, pagesOfType(t.get(L.type))]);
          return;
        }
        t.set(L.smfn, smfn);
        t.goto('hold');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? `The guest's top table ${x.name(t.get(L.gmfn))} has no shadow of type ${typeName(t.get(L.type))} yet.`
          : `The guest's top table ${x.name(t.get(L.gmfn))} has the shadow ${x.name(t.get(L.smfn))}.`,
    },
    {
      label: 'make',
      line: '  none: smfn = sh_make_shadow(gmfn, type)',
      touch: 'locked',
      run: (t) => t.call(shMakeShadow, [t.get(L.v), t.get(L.gmfn), t.get(L.type)], L.smfn),
      say: (t, x) => `A shadow is made for ${x.name(t.get(L.gmfn))}.`,
    },
    {
      label: 'hold',
      line: 'sh_pin(smfn); sh_get_ref(smfn); shadow_table[slot] = smfn; sh_put_ref(old)',
      touch: 'locked',
      run: (t, x) => {
        const smfn = t.get(L.smfn);
        const state = x.vcpu(t.get(L.v));
        const old = state.shadowTable(t.get(L.slot));
        t.set(L.old, Math.max(old, 0));
        shPin(x, smfn);
        shGetRef(x, smfn);
        state.setShadowTable(t.get(L.slot), smfn);
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
    {
      label: 'empty',
      line: 'no table there: shadow_table[slot] = none; sh_put_ref(old)',
      touch: 'locked',
      run: (t, x) => {
        const state = x.vcpu(t.get(L.v));
        const old = state.shadowTable(t.get(L.slot));
        t.set(L.old, Math.max(old, 0));
        state.setShadowTable(t.get(L.slot), -1);
        if (old >= 0) shPutRef(x, old);
        t.ret(-1);
      },
      say: (t, x) =>
        t.get(L.old) === 0
          ? `Slot ${t.get(L.slot)} of vCPU ${t.get(L.v)} stays empty: the guest maps nothing there.`
          : `Slot ${t.get(L.slot)} of vCPU ${t.get(L.v)} is empty now. ${x.name(t.get(L.old))} is let go.`,
    },
  ],
});

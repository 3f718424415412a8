import { procedure, slots } from '../../../kernel';
import { UnsyncAsked, Unsynced } from '../events';
import type { Xen } from '../state';
import { SHF_L1_ANY, SHF_OOS_MAY_WRITE, SHF_OUT_OF_SYNC } from '../types';
import { oosHashAdd } from './hashAdd';

const L = slots('v', 'gmfn', 'vaHi', 'vaLo', 'refusal', 'slot');

const ALLOWED = 0;
const OTHER_LEVEL = 1;
const ALREADY = 2;
const SEVERAL = 3;
const NOT_ACTIVE = 4;
const NOT_A_TABLE = 5;
const NOT_HVM = 6;

/** Why a page may not go out of sync (sheet 5.2); ALLOWED if it may. */
function refusal(x: Xen, gmfn: number): number {
  if (x.pv) return NOT_HVM;
  if (!x.isPageTable(gmfn)) return NOT_A_TABLE;
  const types = x.guest.typeBits(gmfn);
  if ((types & ~SHF_L1_ANY) !== 0 && x.on('only-l1')) return OTHER_LEVEL;
  if (x.guest.outOfSync(gmfn)) return ALREADY;
  if ((types & SHF_L1_ANY) === 0) return OTHER_LEVEL; // there is no L1 shadow that could drift
  if ((types & (types - 1)) !== 0 && x.on('only-l1')) return SEVERAL;
  const active = x.domain.get('oosActive') !== 0 || !x.on('oos-gating');
  return x.oosEnabled && active ? ALLOWED : NOT_ACTIVE;
}

/**
 * sh_unsync(v, gmfn, va): lets a guest L1 table go out of sync, so that the guest may write it without faulting. Returns 1 if
 * it is now out of sync through this call, 0 if it may not be. Source: sheet 5.2.
 */
export const shUnsync = procedure<Xen>({
  name: 'sh_unsync',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Lets an L1 table go out of sync, if it is nothing but an L1 table (sheet 5.2).',
  slots: L,
  steps: [
    {
      label: 'allowed',
      line: 'if gmfn is anything but one L1 table in sync, or !oos_active: return 0',
      touch: 'locked',
      run: (t, x) => {
        const why = refusal(x, t.get(L.gmfn));
        t.set(L.refusal, why);
        if (x.era.traces) x.world.emit(UnsyncAsked, t.get(L.v), t.get(L.gmfn), why === ALLOWED ? 1 : 0);
        if (why !== ALLOWED) t.ret(0);
      },
      say: (t, x) => {
        const page = `Frame ${x.name(t.get(L.gmfn))}`;
        switch (t.get(L.refusal)) {
          case ALLOWED:
            return `${page} may go out of sync: it is only ever used as an L1 table.`;
          case OTHER_LEVEL:
            return `${page} may not go out of sync: it is also used above level 1, where a stale entry would mislead every walk.`;
          case ALREADY:
            return `${page} is out of sync already.`;
          case SEVERAL:
            return `${page} may not go out of sync: it has shadows of several kinds.`;
          case NOT_HVM:
            return `${page} may not go out of sync: no table of a PV domain does.`;
          case NOT_A_TABLE:
            return `${page} is no page table.`;
          default:
            return `${page} may not go out of sync: that is switched off.`;
        }
      },
    },
    {
      label: 'flags',
      line: 'shadow_flags |= SHF_out_of_sync | SHF_oos_may_write',
      touch: 'racy',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        x.guest.setFlags(gmfn, x.guest.flags(gmfn) | SHF_OUT_OF_SYNC | SHF_OOS_MAY_WRITE);
      },
      say: (t, x) =>
        `Frame ${x.name(t.get(L.gmfn))} is marked: its shadow may differ from it, and the guest may map it writable.`,
    },
    {
      label: 'add',
      line: 'oos_hash_add(v, gmfn, va)',
      touch: 'locked',
      run: (t) => t.call(oosHashAdd, [t.get(L.v), t.get(L.gmfn), t.get(L.vaHi), t.get(L.vaLo)], L.slot),
      say: (t, x) => `vCPU ${t.get(L.v)} must remember ${x.name(t.get(L.gmfn))} in its out-of-sync table.`,
    },
    {
      label: 'count',
      line: 'perfc_incr(shadow_unsync); return 1',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.count('shadow_unsync');
        x.world.emit(Unsynced, t.get(L.v), t.get(L.gmfn), t.get(L.slot));
        t.ret(1);
      },
      say: (t, x) => {
        const v = t.get(L.v);
        const slot = t.get(L.slot);
        const page = `Frame ${x.name(t.get(L.gmfn))} may go out of sync: it is only ever used as an L1 table.`;
        return x.snapshotsOn
          ? `${page} vCPU ${v} keeps a copy of it in slot ${slot} and lets the guest write.`
          : `${page} vCPU ${v} keeps it in slot ${slot} and lets the guest write.`;
      },
    },
  ],
});

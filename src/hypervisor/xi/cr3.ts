import { procedure, slots } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR4_PGE,
  InvlpgExecuted,
  refuseCr3,
  refusePdpte,
  sayVa,
  sayValue,
} from '../../machine';
import { xiResyncAll } from './resync';
import { dropRoots, xiLoadRoots } from './roots';
import type { Xi } from './state';
import { xiSyncPath } from './syncPath';
import { xiUnlock } from './unlock';

const L = slots('hi', 'lo', 'refused');

/** A PAE guest's four top entries, as MOV CR3 reads them. False: one of them is refused, and none is loaded. */
export function loadPdptes(x: Xi, v: number, cr3Lo: number): boolean {
  const { guest } = x.shapes.pae;
  const mfn = x.p2m.mfn(cr3Lo >>> 12);
  const read = [0, 1, 2, 3].map((i) => {
    const word = ((cr3Lo & 0xfe0) >>> 3) + i;
    return mfn < 0 ? { hi: 0, lo: 0 } : { hi: x.memory.hi(mfn, word), lo: x.memory.lo(mfn, word) };
  });
  if (read.some(({ hi, lo }) => refusePdpte(guest, hi, lo))) return false;
  read.forEach(({ hi, lo }, i) => {
    x.vcpu(v).setPdpte(i, hi, lo);
  });
  return true;
}

/** MOV CR3: all that is stale is brought up to date, then the new root is loaded (sheet 5.8d). Arguments: the value, halves. */
export const xiLoadCr3 = procedure<Xi>({
  name: 'xi_load_cr3',
  part: 'xi',
  lane: 'hypervisor',
  about: 'MOV CR3: resync what is stale, load the shadow of the new root, flush (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'load_cr3(value): lock',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t) => `vCPU ${t.actor} loads CR3, which leaves the guest. It takes the shadow lock.`,
    },
    {
      label: 'check',
      line: '  reserved bits: #GP; PAE: read the four top entries',
      touch: 'racy',
      run: (t, x) => {
        const v = t.actor;
        const mode = x.machine.guestMode(v);
        const refused = refuseCr3(mode, t.get(L.hi), x.machine.config.maxPhysicalBits) !== undefined;
        if (!refused && (mode.name !== 'pae' || loadPdptes(x, v, t.get(L.lo)))) return;
        t.set(L.refused, 1);
        x.machine.generalProtection(v);
        t.goto('unlock');
      },
      say: (t) =>
        t.get(L.refused) === 0
          ? 'The value may be loaded.'
          : 'The value is refused: a general protection fault.',
    },
    {
      label: 'resync',
      line: '  resync_all',
      touch: 'locked',
      run: (t) => t.call(xiResyncAll, []),
      say: 'A load of CR3 flushes the guest’s TLB: its tables must count from here on.',
    },
    {
      label: 'drop',
      line: '  the old root is pinned no more; CR3 = value',
      touch: 'locked',
      run: (t, x) => {
        const v = t.actor;
        const r = x.machine.vcpu(v);
        r.set('cr3Hi', t.get(L.hi));
        r.set('cr3Lo', t.get(L.lo));
        dropRoots(x, v);
        x.world.emit(ControlRegisterLoaded, v, 3, t.get(L.hi), t.get(L.lo));
      },
      say: (t) => `CR3 is ${sayValue(t.get(L.hi), t.get(L.lo))} for the guest.`,
    },
    {
      label: 'roots',
      line: '  load_roots',
      touch: 'locked',
      run: (t) => t.call(xiLoadRoots, []),
      say: 'The processor needs the shadow of the new root.',
    },
    {
      label: 'flush',
      line: '  flush this vCPU’s TLB, but for global pages',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        x.machine.tlb.flushAll(v, (x.machine.vcpu(v).get('cr4') & CR4_PGE) !== 0);
      },
      say: (t) => `The TLB of vCPU ${t.actor} forgets what the guest asked it to.`,
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'CR3 is loaded.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: (t) => `vCPU ${t.actor} goes on in its guest.`,
    },
  ],
});

const I = slots('vaHi', 'vaLo', 'slot');

/** INVLPG: the entries on that address's path are brought up to date (sheet 5.8d). Arguments: va. */
export const xiInvlpg = procedure<Xi>({
  name: 'xi_invlpg',
  part: 'xi',
  lane: 'hypervisor',
  about: 'INVLPG: only the entries on the address’s path are compared (RECONSTRUCTED).',
  slots: I,
  steps: [
    {
      label: 'lock',
      line: 'invlpg(va): lock',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        t.set(I.slot, -1);
      },
      say: (t, x) =>
        `vCPU ${t.actor} executes INVLPG for ${sayVa(x.machine, t.actor, t.get(I.vaHi), t.get(I.vaLo))}, which leaves the guest.`,
    },
    {
      label: 'path',
      line: '  sync the path of va',
      touch: 'locked',
      run: (t) => t.call(xiSyncPath, [t.get(I.vaHi), t.get(I.vaLo), 0], I.slot),
      say: 'The entries on the path of this address are compared with their snapshots, and no others.',
    },
    {
      label: 'flush',
      line: '  the page leaves this vCPU’s TLB',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.machine.tlb.flushPage(t.actor, t.get(I.vaHi), t.get(I.vaLo));
        x.world.emit(InvlpgExecuted, t.actor, t.get(I.vaHi), t.get(I.vaLo));
      },
      say: (t) => `The TLB of vCPU ${t.actor} forgets the page.`,
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'The entry is in sync.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: (t) => `vCPU ${t.actor} goes on in its guest.`,
    },
  ],
});

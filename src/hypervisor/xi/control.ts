import { type Procedure, procedure, slots, type Thread } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR0_PG,
  modeOf,
  REGISTER_EFER,
  refuseCr0,
  refuseCr4,
  refuseEfer,
  reloadsPdptesCr0,
  reloadsPdptesCr4,
  sayValue,
  withLma,
} from '../../machine';
import { loadPdptes } from './cr3';
import { xiResyncAll } from './resync';
import { dropRoots, loadHardware, xiLoadRoots } from './roots';
import type { Xi } from './state';
import { xiUnlock } from './unlock';

const L = slots('value', 'refused', 'mode');

interface Register {
  readonly name: string;
  readonly says: string;
  readonly number: number;
  /** Checks and loads; false for #GP. */
  readonly load: (x: Xi, v: number, value: number) => boolean;
}

/** XI's sheet knows no guest that has paging off: such a load is refused, and its caption says so. */
function loadCr0(x: Xi, v: number, value: number): boolean {
  const r = x.machine.vcpu(v);
  const old = r.get('cr0');
  if (refuseCr0(value, r.get('cr4'), r.get('efer')) !== undefined || (value & CR0_PG) === 0) return false;
  if (modeOf(value, r.get('cr4'), r.get('efer')) === 'pae' && reloadsPdptesCr0(old, value))
    if (!loadPdptes(x, v, r.get('cr3Lo'))) return false;
  r.set('cr0', value);
  r.set('efer', withLma(r.get('efer'), value));
  return true;
}

function loadCr4(x: Xi, v: number, value: number): boolean {
  const r = x.machine.vcpu(v);
  const old = r.get('cr4');
  if (refuseCr4(value, r.get('cr0'), r.get('efer')) !== undefined) return false;
  if (modeOf(r.get('cr0'), value, r.get('efer')) === 'pae' && reloadsPdptesCr4(old, value))
    if (!loadPdptes(x, v, r.get('cr3Lo'))) return false;
  r.set('cr4', value);
  return true;
}

function loadEfer(x: Xi, v: number, value: number): boolean {
  const r = x.machine.vcpu(v);
  if (refuseEfer(value, r.get('efer'), r.get('cr0')) !== undefined) return false;
  r.set('efer', withLma(value, r.get('cr0')));
  return true;
}

const sayWho = (t: Thread): string => `vCPU ${t.actor}`;

/** A load of a control register other than CR3: what the guest's tables mean may change, so the roots are loaded anew. */
function controlRegister(register: Register): Procedure<Xi> {
  return procedure<Xi>({
    name: register.name,
    part: 'xi',
    lane: 'hypervisor',
    about: `${register.says}: what is stale is brought up to date, and the roots are loaded anew (RECONSTRUCTED).`,
    slots: L,
    steps: [
      {
        label: 'lock',
        line: `${register.name}(value): lock`,
        touch: 'racy',
        when: (_, x) => x.lock.free,
        run: (t, x) => x.lock.take(t),
        say: (t) => `${sayWho(t)} executes ${register.says}, which leaves the guest.`,
      },
      {
        label: 'resync',
        line: '  resync_all',
        touch: 'locked',
        run: (t) => t.call(xiResyncAll, []),
        say: 'The guest’s TLB may be flushed by it: its tables must count.',
      },
      {
        label: 'load',
        line: '  not allowed: #GP; else load it, and give up the old roots',
        touch: 'racy',
        run: (t, x) => {
          const v = t.actor;
          if (!register.load(x, v, t.get(L.value))) {
            t.set(L.refused, 1);
            x.machine.generalProtection(v);
            t.goto('unlock');
            return;
          }
          const value = register.number === REGISTER_EFER ? x.machine.vcpu(v).get('efer') : t.get(L.value);
          x.world.emit(ControlRegisterLoaded, v, register.number, 0, value);
          dropRoots(x, v);
          x.machine.tlb.flushAll(v, false);
        },
        say: (t) =>
          t.get(L.refused) === 0
            ? `The guest’s register is ${sayValue(0, t.get(L.value))} now. ${sayWho(t)}’s TLB is empty.`
            : 'The guest may not do that here: a general protection fault, and nothing is changed. (XI is not known to run guests with paging off.)',
      },
      {
        label: 'roots',
        line: '  load_roots',
        touch: 'locked',
        run: (t) => t.call(xiLoadRoots, []),
        say: 'The root tables are read as the guest’s new mode has them.',
      },
      {
        label: 'unlock',
        line: '  unlock',
        touch: 'locked',
        beat: true,
        run: (t, x) => {
          loadHardware(x, t.actor);
          t.call(xiUnlock, []);
        },
        say: 'The register is dealt with.',
      },
      {
        label: 'done',
        line: '  return',
        touch: 'private',
        run: (t) => t.ret(),
        say: (t) => `${sayWho(t)} goes on in its guest.`,
      },
    ],
  });
}

export const xiSetCr0 = controlRegister({
  name: 'xi_set_cr0',
  says: 'MOV CR0',
  number: 0,
  load: loadCr0,
});
export const xiSetCr4 = controlRegister({
  name: 'xi_set_cr4',
  says: 'MOV CR4',
  number: 4,
  load: loadCr4,
});
export const xiSetEfer = controlRegister({
  name: 'xi_set_efer',
  says: 'WRMSR EFER',
  number: REGISTER_EFER,
  load: loadEfer,
});

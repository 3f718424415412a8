import { procedure, slots, type Thread } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR4_PGE,
  FLUSH_ALL,
  flushedByCr0,
  flushedByCr4,
  type Machine,
  modeOf,
  REGISTER_EFER,
  refuseCr0,
  refuseCr3,
  refuseCr4,
  refuseEfer,
  reloadsPdptesCr0,
  reloadsPdptesCr4,
  sayValue,
  withLma,
} from '../../machine';
import { loadPdptes } from './loadPdptes';

/** On bare hardware the registers the processor walks with are those the guest has loaded. */
export function sameRegisters(m: Machine, v: number): void {
  const r = m.vcpu(v);
  r.set('hwCr0', r.get('cr0'));
  r.set('hwCr3Hi', r.get('cr3Hi'));
  r.set('hwCr3Lo', r.get('cr3Lo'));
  r.set('hwCr4', r.get('cr4'));
  r.set('hwEfer', r.get('efer'));
}

/** Flushes as a rule says (see machine/controlRegisters): says whether there was anything to flush. */
function flush(m: Machine, v: number, scope: number | undefined): void {
  if (scope !== undefined) m.tlb.flushAll(v, scope !== FLUSH_ALL);
}

const REFUSED = (t: Thread, why: string): string =>
  `vCPU ${t.actor} gets a general protection fault: ${why}. Nothing is loaded.`;

const C = slots('hi', 'lo', 'loaded');

/** MOV CR3 on bare hardware. Arguments: the value, halves. */
export const nativeCr3 = procedure<Machine>({
  name: 'native_load_cr3',
  part: 'machine',
  lane: 'hardware',
  about:
    'MOV CR3: other tables from now on, and no translation of the old ones but global pages (SDM volume 3, Operations that invalidate TLBs).',
  slots: C,
  steps: [
    {
      label: 'check',
      line: 'mov cr3, value: reserved bits? #GP; PAE: load the PDPTEs',
      touch: 'private',
      run: (t, m) => {
        const mode = m.guestMode(t.actor);
        t.set(C.loaded, 1);
        if (refuseCr3(mode, t.get(C.hi), m.config.maxPhysicalBits) !== undefined) {
          m.generalProtection(t.actor);
          t.ret();
        } else if (mode.name === 'pae') t.call(loadPdptes, [t.get(C.lo)], C.loaded);
      },
      say: (t, m) => {
        const why = refuseCr3(m.guestMode(t.actor), t.get(C.hi), m.config.maxPhysicalBits);
        return why === undefined ? `vCPU ${t.actor} may load that CR3.` : REFUSED(t, why);
      },
    },
    {
      label: 'load',
      line: '  CR3 = value',
      touch: 'private',
      run: (t, m) => {
        if (t.get(C.loaded) === 0) {
          t.ret();
          return;
        }
        const r = m.vcpu(t.actor);
        r.set('cr3Hi', t.get(C.hi));
        r.set('cr3Lo', t.get(C.lo));
        sameRegisters(m, t.actor);
        m.world.emit(ControlRegisterLoaded, t.actor, 3, t.get(C.hi), t.get(C.lo));
      },
      say: (t) =>
        t.get(C.loaded) === 0
          ? `vCPU ${t.actor} keeps its old CR3.`
          : `CR3 of vCPU ${t.actor} is ${sayValue(t.get(C.hi), t.get(C.lo))}: walks begin there.`,
    },
    {
      label: 'flush',
      line: '  flush the TLB, but for global pages',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        m.tlb.flushAll(t.actor, (m.vcpu(t.actor).get('cr4') & CR4_PGE) !== 0);
        t.ret();
      },
      say: (t, m) =>
        (m.vcpu(t.actor).get('cr4') & CR4_PGE) !== 0
          ? `The TLB of vCPU ${t.actor} forgets all but global pages.`
          : `The TLB of vCPU ${t.actor} forgets everything.`,
    },
  ],
});

const V = slots('value', 'loaded', 'scope');
/** The slot's reading of "nothing is flushed". */
const NOTHING = -1;

interface Rules {
  readonly name: 'native_set_cr0' | 'native_set_cr4';
  readonly register: 'cr0' | 'cr4';
  readonly number: 0 | 4;
  /** Why the value is refused. */
  readonly refuse: (m: Machine, v: number, value: number) => string | undefined;
  readonly reloads: (old: number, value: number) => boolean;
  readonly flushed: (old: number, value: number) => number | undefined;
}

/** Whether the registers with the new value select PAE mode. */
function leadsToPae(m: Machine, v: number, rules: Rules, value: number): boolean {
  const r = m.vcpu(v);
  const cr0 = rules.register === 'cr0' ? value : r.get('cr0');
  const cr4 = rules.register === 'cr4' ? value : r.get('cr4');
  return modeOf(cr0, cr4, r.get('efer')) === 'pae';
}

function loadControlRegister(rules: Rules) {
  const { register } = rules;
  const upper = register.toUpperCase();
  return procedure<Machine>({
    name: rules.name,
    part: 'machine',
    lane: 'hardware',
    about: `MOV ${upper}: what it allows, reloads and invalidates (SDM volume 3, Operations that invalidate TLBs).`,
    slots: V,
    steps: [
      {
        label: 'check',
        line: `mov ${register}, value: not allowed? #GP; PAE from now on: load the PDPTEs`,
        touch: 'private',
        run: (t, m) => {
          const value = t.get(V.value);
          t.set(V.loaded, 1);
          if (rules.refuse(m, t.actor, value) !== undefined) {
            m.generalProtection(t.actor);
            t.ret();
            return;
          }
          const old = m.vcpu(t.actor).get(register);
          if (leadsToPae(m, t.actor, rules, value) && rules.reloads(old, value))
            t.call(loadPdptes, [m.vcpu(t.actor).get('cr3Lo')], V.loaded);
        },
        say: (t, m) => {
          const why = rules.refuse(m, t.actor, t.get(V.value));
          return why === undefined ? `vCPU ${t.actor} may load that ${upper}.` : REFUSED(t, why);
        },
      },
      {
        label: 'load',
        line: `  ${upper} = value; flush what the change invalidates`,
        touch: 'private',
        beat: true,
        run: (t, m) => {
          if (t.get(V.loaded) !== 0) {
            const r = m.vcpu(t.actor);
            const value = t.get(V.value);
            const scope = rules.flushed(r.get(register), value);
            t.set(V.scope, scope ?? NOTHING);
            r.set(register, value);
            r.set('efer', withLma(r.get('efer'), r.get('cr0')));
            sameRegisters(m, t.actor);
            m.world.emit(ControlRegisterLoaded, t.actor, rules.number, 0, value);
            flush(m, t.actor, scope);
          }
          t.ret();
        },
        say: (t) => {
          if (t.get(V.loaded) === 0) return `vCPU ${t.actor} keeps its old ${upper}.`;
          const rest =
            t.get(V.scope) === NOTHING
              ? 'The TLB keeps what it holds.'
              : t.get(V.scope) === FLUSH_ALL
                ? 'The TLB forgets everything, global pages too.'
                : 'The TLB forgets all but global pages.';
          return `${upper} of vCPU ${t.actor} is ${sayValue(0, t.get(V.value))}. ${rest}`;
        },
      },
    ],
  });
}

export const nativeCr0 = loadControlRegister({
  name: 'native_set_cr0',
  register: 'cr0',
  number: 0,
  refuse: (m, v, value) => refuseCr0(value, m.vcpu(v).get('cr4'), m.vcpu(v).get('efer')),
  reloads: reloadsPdptesCr0,
  flushed: flushedByCr0,
});

export const nativeCr4 = loadControlRegister({
  name: 'native_set_cr4',
  register: 'cr4',
  number: 4,
  refuse: (m, v, value) => refuseCr4(value, m.vcpu(v).get('cr0'), m.vcpu(v).get('efer')),
  reloads: reloadsPdptesCr4,
  flushed: flushedByCr4,
});

const E = slots('value');

export const nativeEfer = procedure<Machine>({
  name: 'native_set_efer',
  part: 'machine',
  lane: 'hardware',
  about: 'WRMSR EFER: no translation is invalidated by it (SDM volume 4, IA32_EFER).',
  slots: E,
  steps: [
    {
      label: 'load',
      line: 'wrmsr efer, value: LME changed while paging is on? #GP',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const r = m.vcpu(t.actor);
        if (refuseEfer(t.get(E.value), r.get('efer'), r.get('cr0')) !== undefined)
          m.generalProtection(t.actor);
        else {
          r.set('efer', withLma(t.get(E.value), r.get('cr0')));
          sameRegisters(m, t.actor);
          m.world.emit(ControlRegisterLoaded, t.actor, REGISTER_EFER, 0, r.get('efer'));
        }
        t.ret();
      },
      say: (t, m) => {
        const r = m.vcpu(t.actor);
        return r.get('outcome') === 0
          ? `EFER of vCPU ${t.actor} is ${sayValue(0, r.get('efer'))}.`
          : REFUSED(t, 'EFER.LME cannot change while paging is on');
      },
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { type Machine, type RegisterName, refusePdpte, sayValue } from '../../machine';

const L = slots(
  ...(['cr3', 'index', 'hi', 'lo'] as const),
  ...(['hi0', 'lo0', 'hi1', 'lo1', 'hi2', 'lo2', 'hi3', 'lo3'] as const),
);

const REGISTERS = ['pdpte0', 'pdpte1', 'pdpte2', 'pdpte3'] as const;

/** Puts the four entries at a PAE CR3 into the PDPTE registers, unchecked: for a processor that is brought up. */
export function presetPdptes(m: Machine, v: number, cr3: number): void {
  const r = m.vcpu(v);
  REGISTERS.forEach((name, i) => {
    const word = ((cr3 & 0xfe0) >>> 3) + i;
    r.set(`${name}Hi` satisfies RegisterName, m.memory.hi(m.gfnToMfn(cr3 >>> 12), word));
    r.set(`${name}Lo` satisfies RegisterName, m.memory.lo(m.gfnToMfn(cr3 >>> 12), word));
  });
}

/**
 * PAE: the processor reads the four PDPTEs at CR3 (its low five bits ignored) into registers and refuses a present one with a reserved bit.
 * Argument: CR3's low half. Returns 1 if they are loaded, 0 for #GP, and then no register has changed.
 * Source: Intel SDM volume 3, "PDPTE registers".
 */
export const loadPdptes = procedure<Machine>({
  name: 'load_pdptes',
  part: 'machine',
  lane: 'hardware',
  about: 'PAE paging: MOV CR3 loads the four top-level entries into registers, which walks use from then on.',
  slots: L,
  steps: [
    {
      label: 'read',
      line: 'for i in 0..3: pdpte[i] = memory[CR3 + 8 * i]',
      touch: 'racy',
      run: (t, m) => {
        const cr3 = t.get(L.cr3);
        const index = t.get(L.index);
        const word = ((cr3 & 0xfe0) >>> 3) + index;
        t.set(L.hi, m.memory.hi(m.gfnToMfn(cr3 >>> 12), word));
        t.set(L.lo, m.memory.lo(m.gfnToMfn(cr3 >>> 12), word));
        t.set(L.hi0 + 2 * index, t.get(L.hi));
        t.set(L.lo0 + 2 * index, t.get(L.lo));
        t.set(L.index, index + 1);
        t.goto(index === 3 ? 'check' : 'read');
      },
      say: (t) =>
        `vCPU ${t.actor} reads PDPTE ${t.get(L.index) - 1}, ${sayValue(t.get(L.hi), t.get(L.lo))}, for its register.`,
    },
    {
      label: 'check',
      line: '  any present with a reserved bit: #GP; else keep all four',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const mode = m.modes.pae;
        for (let i = 0; i < 4; i++) {
          if (!refusePdpte(mode, t.get(L.hi0 + 2 * i), t.get(L.lo0 + 2 * i))) continue;
          m.generalProtection(t.actor);
          t.ret(0);
          return;
        }
        const r = m.vcpu(t.actor);
        REGISTERS.forEach((name, i) => {
          r.set(`${name}Hi` satisfies RegisterName, t.get(L.hi0 + 2 * i));
          r.set(`${name}Lo` satisfies RegisterName, t.get(L.lo0 + 2 * i));
        });
        t.ret(1);
      },
      say: (t, m) =>
        m.vcpu(t.actor).get('outcome') === 0
          ? `vCPU ${t.actor} has its four PDPTEs in registers. Walks use these, not the memory they came from.`
          : `A PDPTE is present with a reserved bit set: general protection fault, nothing is loaded.`,
    },
  ],
});

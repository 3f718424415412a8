import { hex } from '../../base';
import type { Invariant, Violation } from '../../kernel';
import { type Machine, refusePdpte } from '../../machine';

const eachVcpu = (m: Machine, check: (v: number) => readonly Violation[]): readonly Violation[] =>
  m.regs.flatMap((_, v) => check(v));

/** Two entries for one page would make it chance which of two translations is used. */
const oneEntryPerPage: Invariant<Machine> = {
  name: 'T1',
  part: 'machine',
  when: 'operation',
  says: 'A TLB holds at most one entry for a page.',
  check: (m) =>
    eachVcpu(m, (v) => {
      const seen = new Set<string>();
      return m.tlb.entries(v).flatMap((e) => {
        const page = `${hex(e.vaHi, 8)}${hex(e.vaLo, 8)}:${e.pageShift}`;
        if (!seen.has(page)) {
          seen.add(page);
          return [];
        }
        return [
          {
            invariant: 'T1',
            says: `Broken: the TLB of vCPU ${v} holds page ${page} twice. One entry was expected.`,
            where: `tlb ${v}[${page}]`,
          },
        ];
      });
    }),
};

/** A large page begins at a multiple of its size, in both worlds: otherwise the offset would be added to the wrong frame. */
const aligned: Invariant<Machine> = {
  name: 'T2',
  part: 'machine',
  when: 'operation',
  says: 'A TLB entry maps a page to frames aligned to its size.',
  check: (m) =>
    eachVcpu(m, (v) =>
      m.tlb
        .entries(v)
        .filter((e) => e.frame % 2 ** (e.pageShift - 12) !== 0)
        .map((e) => ({
          invariant: 'T2',
          says: `Broken: the TLB of vCPU ${v} maps a page of 2^${e.pageShift} bytes to frame 0x${hex(e.frame)}, which is not aligned to it.`,
          where: `tlb ${v}[${hex(e.vaHi, 8)}${hex(e.vaLo, 8)}]`,
        })),
    ),
};

const pairs = [
  ['cr0', 'hwCr0'],
  ['cr3Hi', 'hwCr3Hi'],
  ['cr3Lo', 'hwCr3Lo'],
  ['cr4', 'hwCr4'],
  ['efer', 'hwEfer'],
] as const;

const noSecondSet: Invariant<Machine> = {
  name: 'T3',
  part: 'machine',
  when: 'operation',
  says: 'On bare hardware the processor walks with the registers the guest has loaded.',
  check: (m) =>
    eachVcpu(m, (v) =>
      pairs
        .filter(([guest, hw]) => m.vcpu(v).get(guest) !== m.vcpu(v).get(hw))
        .map(([guest, hw]) => ({
          invariant: 'T3',
          says: `Broken: ${guest} of vCPU ${v} is 0x${hex(m.vcpu(v).get(guest))}, but the processor uses 0x${hex(m.vcpu(v).get(hw))}.`,
          where: `vcpu ${v} ${hw}`,
        })),
    ),
};

const pdptesAllowed: Invariant<Machine> = {
  name: 'T4',
  part: 'machine',
  when: 'operation',
  says: 'No PDPTE register is present with a reserved bit set.',
  check: (m) =>
    eachVcpu(m, (v) => {
      if (m.hwMode(v).name !== 'pae') return [];
      const r = m.vcpu(v);
      return ([0, 1, 2, 3] as const)
        .filter((i) => refusePdpte(m.modes.pae, r.get(`pdpte${i}Hi`), r.get(`pdpte${i}Lo`)))
        .map((i) => ({
          invariant: 'T4',
          says: `Broken: PDPTE register ${i} of vCPU ${v} is present with a reserved bit set. MOV CR3 should have refused it.`,
          where: `vcpu ${v} pdpte${i}`,
        }));
    }),
};

export const nativeInvariants: readonly Invariant<never>[] = [
  oneEntryPerPage,
  aligned,
  noSecondSet,
  pdptesAllowed,
];

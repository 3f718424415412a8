import type { Region, Store } from '../kernel';

/**
 * Registers of one vCPU, one cell each. The guest group is what the guest believes it has loaded; the hw group is what the
 * processor walks with: the same on bare hardware, the hypervisor's own under shadow paging.
 */
const NAMES = [
  'cr0',
  'cr2Hi',
  'cr2Lo',
  'cr3Hi',
  'cr3Lo',
  'cr4',
  'efer',
  'rflags',
  'cpl',
  'hwCr0',
  'hwCr3Hi',
  'hwCr3Lo',
  'hwCr4',
  'hwEfer',
  /** PDPTE registers of the hardware in PAE mode, loaded by MOV CR3: four entries, halves. */
  'pdpte0Hi',
  'pdpte0Lo',
  'pdpte1Hi',
  'pdpte1Lo',
  'pdpte2Hi',
  'pdpte2Lo',
  'pdpte3Hi',
  'pdpte3Lo',
  /** Which operation of its program the vCPU is in. */
  'op',
  /** 1 between an exit and the return to the guest. */
  'inHypervisor',
  /** What the last load, fetch or locked operation read. */
  'resultHi',
  'resultLo',
  /** How the last operation ended: 0 done, 1 guest #PF, 2 guest #GP, 3 not possible. */
  'outcome',
  /**
   * The memory instruction in flight, for the processor and for a hypervisor that must perform it: READ, WRITE or FETCH;
   * 0 or 1 + the place in LOCKED_OPS; where, how wide, with what. All zero between memory instructions.
   */
  'insAccess',
  'insLocked',
  'insVaHi',
  'insVaLo',
  'insWidth',
  'insValueHi',
  'insValueLo',
  'insExpectedHi',
  'insExpectedLo',
] as const;

export type RegisterName = (typeof NAMES)[number];

const INDEX = Object.fromEntries(NAMES.map((name, i) => [name, i])) as Record<RegisterName, number>;

export class Registers {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    /** Actor number: the vCPU's, or the host's, which uses `op` and `outcome` only. */
    readonly vcpu: number,
    readonly name = `vCPU ${vcpu}`,
  ) {
    this.region = store.region(`registers of ${name}`, NAMES.length);
  }

  get(name: RegisterName): number {
    return this.store.get(this.region.base + INDEX[name]);
  }

  set(name: RegisterName, value: number): void {
    this.store.set(this.region.base + INDEX[name], value);
  }

  cell(name: RegisterName): number {
    return this.region.base + INDEX[name];
  }

  /** The register a cell belongs to, for the journal's readers. */
  nameOfCell(cell: number): RegisterName | undefined {
    return NAMES[cell - this.region.base];
  }
}

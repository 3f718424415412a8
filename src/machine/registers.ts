import type { Region, Store } from '../kernel';

/**
 * Registers of one vCPU, one cell each. The guest group is what the guest believes it has loaded; the hw group is what the
 * processor walks with: the same on bare hardware, the hypervisor's own under shadow paging.
 * A literal, not built from a list: looking a name up in it is the hottest thing the machine does.
 */
const INDEX = {
  cr0: 0,
  cr2Hi: 1,
  cr2Lo: 2,
  cr3Hi: 3,
  cr3Lo: 4,
  cr4: 5,
  efer: 6,
  rflags: 7,
  cpl: 8,
  hwCr0: 9,
  hwCr3Hi: 10,
  hwCr3Lo: 11,
  hwCr4: 12,
  hwEfer: 13,
  /** PDPTE registers of the hardware in PAE mode, loaded by MOV CR3: four entries, halves. */
  pdpte0Hi: 14,
  pdpte0Lo: 15,
  pdpte1Hi: 16,
  pdpte1Lo: 17,
  pdpte2Hi: 18,
  pdpte2Lo: 19,
  pdpte3Hi: 20,
  pdpte3Lo: 21,
  /** Which operation of its program the vCPU is in. */
  op: 22,
  /** 1 between an exit and the return to the guest. */
  inHypervisor: 23,
  /** What the last load, fetch or locked operation read. */
  resultHi: 24,
  resultLo: 25,
  /** How the last operation ended: 0 done, 1 guest #PF, 2 guest #GP, 3 not possible. */
  outcome: 26,
  /**
   * The memory instruction in flight, for the processor and for a hypervisor that must perform it: READ, WRITE or FETCH;
   * 0 or 1 + the place in LOCKED_OPS; where, how wide, with what. All zero between memory instructions.
   */
  insAccess: 27,
  insLocked: 28,
  insVaHi: 29,
  insVaLo: 30,
  insWidth: 31,
  insValueHi: 32,
  insValueLo: 33,
  insExpectedHi: 34,
  insExpectedLo: 35,
  /** Page faults of the present operation so far. */
  faults: 36,
  /** Elements of a string operation that have begun; 0 in any other operation. */
  insRepeat: 37,
  /** General registers that programs name: 32 bits each. */
  eax: 38,
  ebx: 39,
  ecx: 40,
  edx: 41,
  esi: 42,
  edi: 43,
  ebp: 44,
  esp: 45,
  /** 1 from the look-up of a memory instruction's first page until it is done or faults: no interrupt is answered then. */
  inAccess: 46,
} as const;

/** Registers by number, for what the machine reads all the time: a name that varies would have to be looked up. */
export const R = INDEX;

export type RegisterName = keyof typeof INDEX;
/** The PDPTE registers, by number. */
export const PDPTE_HI = ['pdpte0Hi', 'pdpte1Hi', 'pdpte2Hi', 'pdpte3Hi'] as const satisfies RegisterName[];
export const PDPTE_LO = ['pdpte0Lo', 'pdpte1Lo', 'pdpte2Lo', 'pdpte3Lo'] as const satisfies RegisterName[];

type RegisterNumber = (typeof INDEX)[RegisterName];

const NAMES = Object.keys(INDEX) as RegisterName[];

/** One vCPU's registers, by name: cells of the store. 64-bit ones are two, `…Hi` and `…Lo`. Hot paths `read` and `write` by number (`R`). */
export class Registers {
  private readonly region: Region;
  private readonly base: number;

  constructor(
    private readonly store: Store,
    /** Actor number: the vCPU's, or the host's, which uses `op` and `outcome` only. */
    readonly vcpu: number,
    readonly name = `vCPU ${vcpu}`,
  ) {
    this.region = store.region(`registers of ${name}`, NAMES.length);
    this.base = this.region.base;
  }

  /** `r.read(R.cr3Lo)`: as `get`, without a look-up. */
  read(register: RegisterNumber): number {
    return this.store.cells[this.base + register] as number;
  }

  write(register: RegisterNumber, value: number): void {
    this.store.set(this.base + register, value);
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

import type { VcpuSpec } from '../../engine/spec';
import * as bits from '../../machine/bits';
import type { Name } from '../syntax/leaf';
import { makeCr3 } from './cr3';
import type { Findings } from './findings';
import type { Setup } from './setup';

const CR0_BITS = { pe: bits.CR0_PE, wp: bits.CR0_WP, pg: bits.CR0_PG } as const;
const CR4_BITS = {
  pse: bits.CR4_PSE,
  pae: bits.CR4_PAE,
  pge: bits.CR4_PGE,
  smep: bits.CR4_SMEP,
  smap: bits.CR4_SMAP,
} as const;
const EFER_BITS = { nxe: bits.EFER_NXE, lme: bits.EFER_LME } as const;
const BITS = { cr0: CR0_BITS, cr4: CR4_BITS, efer: EFER_BITS } as const;

/** Registers of a vCPU when its guest has booted: paging on unless the text says off, write protection on, in kernel mode. */
export function bootRegisters(setup: Setup, root: number): VcpuSpec {
  const wide = setup.paging !== '32-bit';
  const long = setup.paging === 'x86-64';
  return {
    cr0: bits.CR0_PE | bits.CR0_WP | (setup.pages ? bits.CR0_PG : 0),
    cr3: makeCr3(root),
    cr4: (wide ? bits.CR4_PAE : bits.CR4_PSE) | bits.CR4_PGE,
    efer: (long ? bits.EFER_LME | bits.EFER_LMA : 0) | (setup.nx ? bits.EFER_NXE : 0),
    cpl: 0,
    // Bit 1 of RFLAGS is always set.
    rflags: 2,
  };
}

type Register = keyof typeof BITS;

/** Control registers as the text has set them so far: `set` and `clear` change single bits, the processor loads whole values. */
export class ControlRegisters {
  private readonly values: Record<Register, number>;

  constructor({ cr0, cr4, efer }: VcpuSpec) {
    this.values = { cr0, cr4, efer };
  }

  /** The value to load after a change. */
  change(
    register: Register,
    change: { readonly kind: 'set' | 'clear'; readonly bits: readonly Name[] },
    f: Findings,
  ): number {
    const known: Readonly<Record<string, number>> = BITS[register];
    for (const bit of change.bits) {
      if (!f.known(`a bit of ${register.toUpperCase()}`, bit, Object.keys(known))) continue;
      const mask = known[bit.text] ?? 0;
      this.values[register] =
        change.kind === 'set' ? this.values[register] | mask : this.values[register] & ~mask;
    }
    return this.values[register];
  }
}

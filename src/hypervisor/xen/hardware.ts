import {
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PGE,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  makeEntry,
  P,
} from '../../machine';
import type { Xen } from './state';

/**
 * What the processor itself runs with while the shadow is walked: paging on and WP set whatever the guest says, NX on; long mode
 * if the guest is in it; of CR4 only what selects the format, for SMEP and SMAP are younger than this code, and no shadow entry
 * is ever global. The shadow has 64-bit entries in every mode, so PAE is always on.
 */
export function hardwareRegisters(x: Xen, v: number): void {
  const r = x.machine.vcpu(v);
  const efer = r.get('efer') | EFER_NXE;
  r.set('hwCr0', r.get('cr0') | CR0_WP | CR0_PG | CR0_PE);
  r.set('hwCr4', CR4_PAE | (r.get('cr4') & CR4_PGE));
  r.set('hwEfer', x.geometry(v).name === '64' ? efer : efer & ~(EFER_LME | EFER_LMA));
}

/** A 64-bit guest: the processor walks from the top-level shadow itself. */
export function loadTopShadow(x: Xen, v: number): void {
  const r = x.machine.vcpu(v);
  const smfn = x.vcpu(v).shadowTop;
  r.set('hwCr3Hi', smfn >>> 20);
  r.set('hwCr3Lo', smfn << 12);
}

/** The L2 shadow that an entry of the l3table names, -1 for none: PAE's four roots, or the four pages of a 2-level guest's one. */
export function l3Target(x: Xen, v: number, index: number): number {
  const vcpu = x.vcpu(v);
  if (x.geometry(v).name === 'pae') return vcpu.shadowTable(index);
  return vcpu.shadowTop < 0 ? -1 : vcpu.shadowTop + index;
}

/** Any other guest: the vCPU's own l3table is filled in, and the processor loads its PDPTE registers from there. */
export function loadL3Table(x: Xen, v: number): void {
  const r = x.machine.vcpu(v);
  const page = x.vcpu(v).get('l3table');
  for (const i of [0, 1, 2, 3] as const) {
    const smfn = l3Target(x, v, i);
    const { hi, lo } = makeEntry(Math.max(smfn, 0), smfn < 0 ? 0 : P);
    x.writeEntry(page, i, hi, lo);
    r.set(`pdpte${i}Hi`, hi);
    r.set(`pdpte${i}Lo`, lo);
  }
  r.set('hwCr3Hi', 0);
  r.set('hwCr3Lo', page << 12);
}

import { procedure, slots } from '../../kernel';
import {
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  frameOf,
  P,
  PDPTE_HI,
  PDPTE_LO,
  type RegisterName,
} from '../../machine';
import { XiReserved } from './events';
import { xiMakeShadow } from './makeShadow';
import type { Xi } from './state';

const L = slots('slot', 'kit', 'gfn');

/** The guest table that a root shadows, or -1: of a PAE guest, as its CR3 load has read it. */
function tableOfRoot(x: Xi, v: number, slot: number): number {
  const r = x.machine.vcpu(v);
  const shape = x.shape(v);
  if (shape.name === 'pae') {
    const [hi, lo] = [x.vcpu(v).pdpteHi(slot), x.vcpu(v).pdpteLo(slot)];
    const gfn = frameOf(hi, lo);
    return (lo & P) !== 0 && x.p2m.isRam(gfn) ? gfn : -1;
  }
  const gfn = frameOf(shape.name === '64' ? r.get('cr3Hi') : 0, r.get('cr3Lo'));
  return x.p2m.isRam(gfn) ? gfn : -1;
}

/** Gives up what the vCPU has loaded: nothing pins those shadows any more, and its processor walks an empty table. */
export function dropRoots(x: Xi, v: number): void {
  const vcpu = x.vcpu(v);
  for (let slot = 0; slot < 4; slot++) vcpu.setRoot(slot, -1);
  vcpu.set('shape', 0);
  const own = x.ownPage(v);
  for (let slot = 0; slot < 4; slot++) x.memory.write64(own, slot, 0, 0);
  loadHardware(x, v);
}

/** The registers the processor walks with: long mode for a 64-bit guest, PAE for the others; write protection is always on. */
export function loadHardware(x: Xi, v: number): void {
  const r = x.machine.vcpu(v);
  const vcpu = x.vcpu(v);
  const long = x.shape(v).name === '64';
  r.set('hwCr0', r.get('cr0') | CR0_PG | CR0_WP);
  r.set('hwCr4', r.get('cr4') | CR4_PAE);
  r.set('hwEfer', EFER_NXE | (long ? EFER_LME | EFER_LMA : 0));
  const top = long && vcpu.root(0) >= 0 ? x.spt(vcpu.root(0)) : x.ownPage(v);
  r.set('hwCr3Hi', top >>> 20);
  r.set('hwCr3Lo', top << 12);
  for (let slot = 0; slot < 4; slot++) {
    const kit = long ? -1 : vcpu.root(slot);
    const frame = kit < 0 ? 0 : x.spt(kit);
    const [hi, lo] = [frame >>> 20, kit < 0 ? 0 : (frame << 12) | P];
    if (!long) x.memory.write64(x.ownPage(v), slot, hi, lo);
    r.set(PDPTE_HI[slot] as RegisterName, hi);
    r.set(PDPTE_LO[slot] as RegisterName, lo);
  }
}

/** Gives a domain its share of the kits: an equal part; or, if the heap is shared, the first domain is given all of them to hold for everybody. */
function reserve(x: Xi, domain: number): { pages: number; kits: number } {
  const { kits, kitPages } = x.reservation;
  const each = Math.floor(kits / x.domains);
  if (!x.sharedHeap) {
    x.kits.reserve(domain, domain * each, (domain + 1) * each);
    return { pages: x.domains === 1 ? x.reservation.pages : each * kitPages, kits: each };
  }
  if (x.kits.freeCount(0) === 0 && x.kits.lru(0).length === 0 && x.kits.used().length === 0)
    x.kits.reserve(0, 0, kits);
  return { pages: each * kitPages, kits: each };
}

/**
 * Loads the shadows of the guest's root table for a vCPU. The first time for a domain its reservation is made. Old roots have been
 * given up.
 */
export const xiLoadRoots = procedure<Xi>({
  name: 'xi_load_roots',
  part: 'xi',
  lane: 'hypervisor',
  about: 'The shadows of the guest’s root: one, or one for each gigabyte of 32-bit addresses.',
  slots: L,
  steps: [
    {
      label: 'reserve',
      line: 'load_roots: the domain’s first: reserve its kits',
      touch: 'locked',
      run: (t, x) => {
        const domain = x.domainOf(t.actor);
        x.vcpu(t.actor).set('shape', x.shapeNumber(x.shape(t.actor).name) + 1);
        if (x.reserved(domain) !== 0) return;
        const { pages, kits } = reserve(x, domain);
        x.setReserved(domain, pages);
        x.world.emit(XiReserved, domain, pages, kits);
      },
      say: (_, x) =>
        `${x.reservation.pages} pages are reserved for this domain for life: ${x.reservation.kits} kits of ${x.reservation.kitPages} pages.`,
    },
    {
      label: 'make',
      line: '  for each root: spti_make_shadow(root table)',
      touch: 'locked',
      run: (t, x) => {
        const v = t.actor;
        const shape = x.shape(v);
        const slot = t.get(L.slot);
        const gfn = tableOfRoot(x, v, slot);
        t.set(L.gfn, gfn);
        t.set(L.kit, -1);
        if (gfn < 0) return;
        const quadrant = shape.name === '32' ? slot : 0;
        t.call(xiMakeShadow, [gfn, shape.top, quadrant, x.shapeNumber(shape.name)], L.kit);
      },
      say: (t, x) =>
        t.get(L.gfn) < 0
          ? 'The guest has no table there.'
          : `The guest’s root table is ${x.name(t.get(L.gfn))}. Its shadow is looked for.`,
    },
    {
      label: 'load',
      line: '    root = its SPT, used just now and pinned',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        x.vcpu(v).setRoot(t.get(L.slot), t.get(L.kit));
        t.set(L.slot, t.get(L.slot) + 1);
        if (t.get(L.slot) < x.shape(v).roots) {
          t.goto('make');
          return;
        }
        loadHardware(x, v);
        t.ret();
      },
      say: (t, x) =>
        t.get(L.kit) < 0
          ? 'This root stays empty.'
          : `The processor walks ${x.kitName(t.get(L.kit))} from now on. It is not recycled while it is loaded.`,
    },
  ],
});

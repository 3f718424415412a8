import { defined } from '../../base';
import { shGetRef, shPin } from '../../hypervisor/xen/destroy';
import { OPT_LINUX_L3_TOPLEVEL } from '../../hypervisor/xen/domain';
import { strideOf } from '../../hypervisor/xen/geometry';
import { loadL3Table, loadTopShadow } from '../../hypervisor/xen/hardware';
import { isUsable } from '../../hypervisor/xen/magic';
import { allocateSnapshots, takeSnapshot } from '../../hypervisor/xen/oos/snapshot';
import { settleMode, unpagedTable } from '../../hypervisor/xen/ownTables';
import { takePage } from '../../hypervisor/xen/refs';
import type { Xen } from '../../hypervisor/xen/state';
import { isFl1, mapsPages, SHF_OOS_MAY_WRITE, SHF_OUT_OF_SYNC } from '../../hypervisor/xen/types';
import { frameOf } from '../../machine';
import { entryWord, parseKey } from './entryText';
import { entriesOf, numberOf, wordOf, type XenCase } from './format';

/** An empty shadow as sh_make_shadow leaves it. */
function makeShadow(x: Xen, key: string): number {
  const { gfn, type } = parseKey(key);
  const n = gfn === 'unpaged' ? unpagedTable(x) : isFl1(type) ? gfn : x.p2m.mfn(gfn);
  const smfn = x.pool.alloc(type, n);
  x.hash.insert(n, type, smfn);
  if (isFl1(type)) return smfn;
  if (!x.guest.isPageTable(n)) {
    x.guest.setPageTable(n, true);
    x.guest.setFlags(n, 0);
  }
  x.guest.setFlags(n, x.guest.flags(n) | (1 << type));
  x.guest.addRefs(n, 1);
  return smfn;
}

/** One entry, with the references that it holds. */
function fill(x: Xen, smfn: number, index: number, text: string, smfnOf: ReadonlyMap<string, number>): void {
  const { hi, lo } = entryWord(x, text, smfnOf);
  const type = x.pages.type(smfn);
  x.writeEntry(smfn, index, hi, lo);
  if (!isUsable(hi, lo)) return;
  if (mapsPages(type)) takePage(x, hi, lo);
  else if (index % strideOf(type) === 0) shGetRef(x, frameOf(hi, lo), smfn, index);
}

function loadOutOfSync(x: Xen, c: XenCase, smfnOf: ReadonlyMap<string, number>): void {
  const { oos } = x.vcpu(0);
  const arrays = defined(x.fixupArrays[0], 'fixup arrays');
  c.start.oos.forEach((gfn, slot) => {
    if (gfn === null) return;
    const gmfn = x.p2m.mfn(numberOf(gfn));
    oos.setPage(slot, gmfn);
    x.guest.setFlags(gmfn, x.guest.flags(gmfn) | SHF_OUT_OF_SYNC | SHF_OOS_MAY_WRITE);
    takeSnapshot(x, 0, slot);
  });
  c.start.fixups.forEach((places, slot) => {
    places.forEach((place, i) => {
      const [key, index] = place.split(/[[\]]/);
      arrays.put(slot, i, defined(smfnOf.get(key as string), `the shadow ${key}`), Number(index));
    });
    arrays.setNext(slot, places.length % 2);
  });
}

/** What the fast paths and searches remember. */
function loadHeuristics(x: Xen, c: XenCase, smfnOf: ReadonlyMap<string, number>): void {
  const { heur } = c.start;
  const vcpu = x.vcpu(0);
  const mfn = (gfn: string | null): number => (gfn === null ? 0 : x.p2m.mfn(numberOf(gfn)) + 1);
  const page = wordOf(heur.emulFrame);
  vcpu.set('lastWriteEmulOk', heur.emulOk ? 1 : 0);
  vcpu.set('lastEmulatedFrameHi', (page.hi << 12) | (page.lo >>> 20));
  vcpu.set('lastEmulatedFrameLo', page.lo << 12);
  vcpu.set('lastEmulatedMfn', mfn(heur.emulGfn));
  vcpu.set('lastEmulatedMfnForUnshadow', mfn(heur.unshadowGfn));
  const last = heur.lastWritable === null ? undefined : smfnOf.get(heur.lastWritable);
  vcpu.set('lastWriteablePteSmfn', last === undefined ? 0 : last + 1);
}

/** The roots, and what the processor walks. */
function loadRoots(x: Xen, c: XenCase, smfnOf: ReadonlyMap<string, number>): void {
  const vcpu = x.vcpu(0);
  c.start.roots.forEach((key, slot) => {
    if (key === null) return;
    const smfn = defined(smfnOf.get(key), `the shadow ${key}`);
    shGetRef(x, smfn);
    vcpu.setShadowTable(slot, smfn);
  });
  if (x.geometry(0).name === 'pae') {
    const index = (x.machine.vcpu(0).get('cr3Lo') & 0xfe0) >>> 3;
    for (let slot = 0; slot < 4; slot++)
      vcpu.setGl3e(slot, x.hi(vcpu.guestTop, index + slot), x.lo(vcpu.guestTop, index + slot));
  }
  if (x.geometry(0).topLevel === 4) loadTopShadow(x, 0);
  else loadL3Table(x, 0);
}

/** Brings Xen's state to what a case says of it before its first operation. The guest's tables and registers are in place. */
export function loadStart(x: Xen, c: XenCase): void {
  const { shadows } = c.start;
  const r = x.machine.vcpu(0);
  const hi = c.mode === '64' ? r.get('cr3Hi') : 0;
  const l3s = Object.entries(shadows).filter(([key]) => key.endsWith('/l3_64'));
  // LINUX_L3_TOPLEVEL is on for every HVM domain until too many L4s are pinned; then no L3 is.
  const topL3s = l3s.length === 0 || l3s.some(([, { pinned }]) => pinned === true);
  x.domain.set('optFlags', topL3s ? OPT_LINUX_L3_TOPLEVEL : 0);
  x.domain.set('oosActive', 1);
  x.vcpu(0).set('guestTable', x.p2m.mfn(frameOf(hi, r.get('cr3Lo'))) + 1);
  x.vcpu(0).set('ready', 1);
  settleMode(x, 0);
  allocateSnapshots(x, 0);
  const smfnOf = new Map(Object.keys(shadows).map((key) => [key, makeShadow(x, key)] as const));
  for (const [key, { e }] of Object.entries(shadows)) {
    const smfn = defined(smfnOf.get(key), `the shadow ${key}`);
    for (const { index, text } of entriesOf(e)) fill(x, smfn, index, text, smfnOf);
  }
  for (const [key, { pinned }] of Object.entries(shadows))
    if (pinned === true) shPin(x, defined(smfnOf.get(key), `the shadow ${key}`));
  loadRoots(x, c, smfnOf);
  loadOutOfSync(x, c, smfnOf);
  loadHeuristics(x, c, smfnOf);
}

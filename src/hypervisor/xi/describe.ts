import { frameName } from '../../base';
import type { Describe } from '../design';
import { indexOf, kitOf, slotOf } from './backlinks';
import { chainOfPage, parentsOf } from './chains';
import { TO_NOTHING, TO_TABLE } from './constants';
import { writable } from './spte';
import type { Xi } from './state';

const flag = (on: boolean): number => (on ? 1 : 0);

/** A slot as two numbers, kit and index; -1 -1 for none. */
const pair = (slot: number): number[] => (slot < 0 ? [-1, -1] : [kitOf(slot), indexOf(slot)]);

/** What `state` answers, by name: one line about arguments and values each. */
const STATES = {
  pool: 'of a domain: free kits, kits in use, kits in all',
  free: 'of a domain: the free kits, in the order in which they will be taken',
  lru: 'of a domain: the kits in use, the one used last first',
  kit: 'of a kit: bound, guest frame, level, quadrant, stale, open for writing, direct, zeroed, pinned as a root',
  chain: 'of a guest frame: kit and index of each entry in its chain, the first first',
  parents: 'of a kit: kit and index of each entry that points to it',
  sptis: 'of a guest frame: the kits that shadow it, in the order made',
  page: 'of a guest frame: it is a page table, it may be written though it is one, it is dirty, writable mappings of it',
  spte: 'of a kit and an index: what it leads to (0 nothing, 1 a page, 2 a large page, 3 a shadow), the guest frame or kit, the machine frame, writable',
  backlink:
    'of a kit and an index: kit and index of the entry before it in its chain, then of the one behind it',
  snapshot: 'of a kit and a guest index: the entry kept there, high half and low half',
  dirty: 'guest frames written since the log was cleared',
  roots: 'of a vCPU: the kits it has loaded',
  reserved: 'of a domain: pages reserved for it',
} as const;

/** What expectations, the command line and panels ask of XI. */
export function describeXi(x: Xi): Describe {
  const { kits, pages } = x;
  const inPool = (kit: number): boolean => kit >= 0 && kit < kits.count;
  const ofSlot = (kit: number, index: number, use: (slot: number) => number[]): number[] | undefined =>
    inPool(kit) && index >= 0 && index < x.shapes['64'].entries ? use(slotOf(kit, index)) : undefined;
  const states: Readonly<
    Record<keyof typeof STATES, (a: number, b: number) => readonly number[] | undefined>
  > = {
    pool: (d) => (d < x.domains ? [kits.freeCount(d), kits.lru(d).length, kits.count] : undefined),
    free: (d) => (d < x.domains ? kits.free(d) : undefined),
    lru: (d) => (d < x.domains ? kits.lru(d) : undefined),
    kit: (kit) =>
      inPool(kit)
        ? [
            flag(kits.bound(kit)),
            kits.bound(kit) ? kits.get(kit, 'gfn') : -1,
            kits.get(kit, 'level'),
            kits.get(kit, 'quadrant'),
            flag(kits.get(kit, 'snapStale') !== 0),
            flag(kits.get(kit, 'guestMayWrite') !== 0),
            flag(kits.get(kit, 'direct') !== 0),
            flag(kits.get(kit, 'used') === 0),
            flag(x.vcpus.some((v) => v.roots.includes(kit))),
          ]
        : undefined,
    chain: (gfn) => chainOfPage(x, gfn).flatMap(pair),
    parents: (kit) => (inPool(kit) ? parentsOf(x, kit).flatMap(pair) : undefined),
    sptis: (gfn) => pages.sptis(gfn),
    page: (gfn) => [
      flag(pages.isGpt(gfn)),
      flag(pages.mayBeWritten(gfn)),
      pages.get(gfn, 'dirty'),
      pages.get(gfn, 'writers'),
    ],
    spte: (kit, index) =>
      ofSlot(kit, index, (slot) => {
        const what = x.what(slot);
        if (what === TO_NOTHING) return [0, -1, -1, 0];
        const target = what === TO_TABLE ? x.kitAt(x.mfnOf(slot)) : x.gfnOf(slot);
        return [what, target, x.mfnOf(slot), flag(writable(x, slot))];
      }),
    backlink: (kit, index) =>
      ofSlot(kit, index, (slot) => [...pair(x.backlinks.prev(slot)), ...pair(x.backlinks.next(slot))]),
    snapshot: (kit, index) =>
      inPool(kit)
        ? [
            x.guestHi(x.shapeOf(kit), x.snapshot(kit), index),
            x.guestLo(x.shapeOf(kit), x.snapshot(kit), index),
          ]
        : undefined,
    dirty: () => pages.known().filter((gfn) => pages.get(gfn, 'dirty') !== 0),
    roots: (v) => (v < x.vcpus.length ? x.vcpu(v).roots : undefined),
    reserved: (domain) => (domain < x.domains ? [x.reserved(domain)] : undefined),
  };
  return {
    shadowOf: (mfn, level) => {
      const kit = pages.sptis(x.p2m.gfn(mfn)).find((one) => kits.get(one, 'level') === level);
      return kit === undefined ? -1 : x.spt(kit);
    },
    snapshotOf: (mfn) => {
      const kit = pages.sptis(x.p2m.gfn(mfn))[0];
      return kit === undefined || !x.hasSnapshot(kit) ? -1 : x.snapshot(kit);
    },
    state: (what, [a = 0, b = 0]) =>
      Object.hasOwn(states, what) ? states[what as keyof typeof STATES](a, b) : undefined,
    states: STATES,
    wordNamed: () => undefined,
    shared: [{ name: 'shadow lock', cell: x.lock.cell }],
    summary: () => [
      `pool: ${kits.freeCount(0)} of ${kits.count} kits free; in use, last used first: ${
        kits
          .lru(0)
          .map((kit) => x.kitName(kit))
          .join(' ') || 'none'
      }`,
      ...kits.lru(0).map((kit) => `${x.describe(kit)}${kits.get(kit, 'snapStale') !== 0 ? ', stale' : ''}`),
      ...pages
        .known()
        .filter((gfn) => pages.get(gfn, 'chainHead') !== 0)
        .map(
          (gfn) =>
            `chain of ${frameName(gfn)}: ${chainOfPage(x, gfn)
              .map((s) => x.slotName(s))
              .join(' ')}`,
        ),
    ],
  };
}

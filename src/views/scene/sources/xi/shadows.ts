import type { Xi } from '../../../../hypervisor/xi/state';
import type { Moment } from '../../read/moment';
import type { ShadowFacts } from '../source';

const nothing = (): boolean => false;
const silent = (): undefined => undefined;

/** `S3`, `S3 q1` for a quarter of a 32-bit guest's table, `S3 of 0x010` for the pieces of a large page. */
export function kitTitle(x: Xi, kit: number): string {
  const { kits } = x;
  const name = x.kitName(kit);
  if (kits.get(kit, 'direct') !== 0) return `${name} pieces`;
  return kits.shape(kit) === '32' ? `${name} q${kits.get(kit, 'quadrant')}` : name;
}

/** Machine frame of the guest table behind a kit; -1 where none stands behind it. */
export function tableBehind(x: Xi, kit: number): number {
  return x.kits.get(kit, 'direct') !== 0 ? -1 : x.p2m.mfn(x.kits.get(kit, 'gfn'));
}

/** The shadow page table of a kit as a card. */
export function shadowFacts(x: Xi, kit: number, fresh: boolean): ShadowFacts {
  const { kits } = x;
  const loadedBy = x.vcpus.filter((v) => v.roots.includes(kit)).map((v) => v.index);
  return {
    frame: x.spt(kit),
    level: kits.get(kit, 'level'),
    entries: x.shapeOf(kit).entries,
    name: kitTitle(x, kit),
    backs: tableBehind(x, kit),
    outOfSync: kits.get(kit, 'snapStale') !== 0,
    loadedBy,
    fresh,
    says: silent,
    hollow: nothing,
  };
}

/** Shadows whose kit was given back in this beat, and that nobody has taken again: as they were. */
export function recycledShadows({ run, from }: Moment, x: Xi): ShadowFacts[] {
  const before = run.peek(from, () => x.kits.used().map((kit) => shadowFacts(x, kit, false)));
  return before
    .filter(({ frame }) => !x.kits.bound(x.kitAt(frame)))
    .map((facts) => ({ ...facts, loadedBy: [], outOfSync: false, gone: true }));
}

/** A vCPU with 32-bit addresses walks from four entries of its own: what they point to are its roots. */
export function ownTops(x: Xi): ShadowFacts[] {
  return x.vcpus
    .filter((v) => v.get('shape') !== 0 && x.shape(v.index).roots === 4)
    .map(
      (v): ShadowFacts => ({
        frame: x.ownPage(v.index),
        level: 3,
        name: 'top entries',
        entries: 4,
        backs: -1,
        loadedBy: [v.index],
        fresh: false,
        says: silent,
        hollow: nothing,
      }),
    );
}

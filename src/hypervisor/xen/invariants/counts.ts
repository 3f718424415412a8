import { frameOf, W } from '../../../machine';
import { strideOf } from '../geometry';
import { SHADOW_HASH_BUCKETS, shHash } from '../hash';
import { isUsable } from '../magic';
import type { Xen } from '../state';
import { isFl1, levelOfType, typeName } from '../types';
import { entryOf, type Found, guestPage, invariant, shadowPage } from './names';
import { eachPresent } from './presentEntries';
import { Tally } from './tally';

const tallies = new WeakMap<Xen, { readonly [what in 'shadows' | 'writers' | 'refs']: Tally }>();

/** The tallies of a world, at zero. They are kept: this is evaluated at every release of the lock. */
function zeroed(x: Xen) {
  let mine = tallies.get(x);
  if (mine === undefined) {
    const { machineFrames } = x.machine.config;
    const make = (): Tally => new Tally(machineFrames);
    mine = { shadows: make(), writers: make(), refs: make() };
    tallies.set(x, mine);
  }
  for (const tally of Object.values(mine)) tally.clear();
  return mine;
}

/** I13: every count is the number of what it counts. */
export const referenceCounts = invariant(
  'I13',
  'A shadow’s count is its references; a guest page’s type count is its writable mappings.',
  (x, found) => {
    const { shadows, writers, refs } = zeroed(x);
    const all = x.shadows();
    for (const smfn of all) {
      const type = x.pages.type(smfn);
      const level = levelOfType(type);
      const stride = strideOf(type);
      if (x.pages.pinned(smfn)) shadows.bump(smfn);
      if (!isFl1(type)) refs.bump(x.pages.backpointer(smfn));
      eachPresent(x, smfn, (i, hi, lo) => {
        if (!isUsable(hi, lo) || i % stride !== 0) return;
        const frame = frameOf(hi, lo);
        (level === 1 ? refs : shadows).bump(frame);
        if (level === 1 && (lo & W) !== 0) writers.bump(frame);
      });
    }
    for (const v of x.vcpus) for (const top of v.tops) shadows.bump(top);
    for (const smfn of all) {
      const has = shadows.of(smfn);
      const says = x.pages.count(smfn);
      if (has !== says)
        found(`${x.name(smfn)} counts ${says} references, but ${has} were found.`, shadowPage(x, smfn));
    }
    for (const gmfn of x.guest.touched()) checkGuest(x, found, gmfn, writers.take(gmfn), refs.take(gmfn));
    // What is mapped but nowhere recorded. A writable mapping is a reference too.
    for (const gmfn of refs.rest()) checkGuest(x, found, gmfn, writers.of(gmfn), refs.of(gmfn));
  },
);

function checkGuest(x: Xen, found: Found, gmfn: number, mapped: number, refs: number): void {
  if (gmfn >= x.machine.config.guestFrames) return;
  const writers = mapped + x.guest.foreignWriters(gmfn);
  if (x.guest.writers(gmfn) !== writers)
    found(
      `the type count of ${x.name(gmfn)} is ${x.guest.writers(gmfn)}, but ${writers} writable mappings were found.`,
      guestPage(x, gmfn),
    );
  if (x.guest.refs(gmfn) !== refs)
    found(
      `frame ${x.name(gmfn)} counts ${x.guest.refs(gmfn)} references, but ${refs} were found.`,
      guestPage(x, gmfn),
    );
}

/** I14: an up-pointer is right or absent. */
export const upPointers = invariant(
  'I14',
  'An up-pointer addresses an entry that points at its shadow.',
  (x, found) => {
    for (const smfn of x.shadows()) {
      if (x.pages.pinned(smfn) || !x.pages.hasUp(smfn)) continue;
      const frame = x.pages.upFrame(smfn);
      const index = x.pages.upIndex(smfn);
      const hi = x.hi(frame, index);
      const lo = x.lo(frame, index);
      if (!isUsable(hi, lo) || frameOf(hi, lo) !== smfn || levelOfType(x.pages.type(frame)) === 0)
        found(
          `${x.name(smfn)} says that ${entryOf(x, frame, index)} points at it, but that is not so.`,
          shadowPage(x, smfn),
        );
    }
  },
);

/** I15: the hash finds every shadow, once. */
export const inHashOnce = invariant(
  'I15',
  'Every shadow is in the hash exactly once, and its guest page is marked as such a table.',
  (x, found) => {
    const times = zeroed(x).shadows;
    for (let bucket = 0; bucket < SHADOW_HASH_BUCKETS; bucket++)
      for (let s = x.hash.head(bucket), n = 0; s !== 0 && n < x.pages.frames; s = x.pages.next(s), n++)
        if (shHash(x.pages.backpointer(s), x.pages.type(s)) === bucket) times.bump(s);
        else
          found(
            `${x.name(s)} is in bucket ${bucket} of the hash, where nobody looks for it.`,
            shadowPage(x, s),
          );
    for (const smfn of x.shadows()) {
      const type = x.pages.type(smfn);
      const back = x.pages.backpointer(smfn);
      const n = times.of(smfn);
      if (n !== 1)
        found(`${x.name(smfn)} is ${n === 0 ? 'not' : `${n} times`} in the hash.`, shadowPage(x, smfn));
      if (!isFl1(type) && (x.guest.typeBits(back) & (1 << type)) === 0)
        found(
          `${x.name(smfn)} is the ${typeName(type)} shadow of ${x.name(back)}, which is not marked as one.`,
          guestPage(x, back),
        );
    }
  },
);

/**
 * I16: no walk can have seen a version that is still to come, and none is installed that a change of a table in sync has made
 * stale while the version stood still.
 */
export const versionGrows = invariant(
  'I16',
  'The version never decreases, and a table in sync that changes between a walk and its use moves it.',
  (x, found) => {
    const now = x.domain.get('version');
    for (const v of x.vcpus) {
      const level = x.walkWitness.staleLevel(v.index);
      if (level > 0)
        found(
          `vCPU ${v.index} has installed an entry by a walk whose L${level} entry had changed, but the version had not moved.`,
          `version of vCPU ${v.index}`,
        );
      if (v.gw.cells.get('valid') !== 0 && v.gw.version > now)
        found(
          `the walk of vCPU ${v.index} has recorded version ${v.gw.version}, but the version is ${now}.`,
          `version of vCPU ${v.index}`,
        );
    }
  },
  (x) => [x.walkWitness.region],
);

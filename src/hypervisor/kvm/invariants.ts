import type { Invariant } from '../../kernel';
import { frameOf, type Halves, present } from '../../machine';
import { shadowEntry, shadowTable } from '../entity';
import { accessedDirty } from './accessedDirty';
import * as c from './constants';
import { dirtyInvariants } from './dirtyInvariants';
import { freshness } from './freshness';
import { gpteAccess, gpteGfn, protectClean, tableMode, tableOffset } from './guestMemory';
import { type Found, invariant } from './invariant';
import { childOf, gfnOfEntry } from './link';
import { lockInvariants } from './lockInvariants';
import { presentEntries } from './presentEntries';
import { protectInvariants } from './protectInvariants';
import { pointerIndex, pointerTable, sptePointer } from './pteList';
import { roleAccess, roleDirect, roleInvalid } from './role';
import { HOST_GONE, HOST_ZERO } from './slots';
import type { Kvm } from './state';

/** What must hold, as data: sheet 7.1, under its own names. */

const indirect = (k: Kvm, sfn: number): boolean => !roleDirect(k.pages.get(sfn, 'role'));

function reverseMaps(k: Kvm, found: Found): void {
  for (const { sfn, index, leaf } of presentEntries(k)) {
    if (!leaf) continue;
    const list = k.lists.all(k.slots.rmap(gfnOfEntry(k, sfn, index), k.pages.level(sfn)));
    if (list.filter((p) => p === sptePointer(sfn, index)).length !== 1)
      found(
        'an spte is not in the reverse map of the frame it maps, or more than once.',
        shadowEntry(sfn, index),
      );
  }
  for (const { gfn, level } of k.slots.mapped())
    for (const pointer of k.lists.all(k.slots.rmap(gfn, level)))
      if (!k.present(pointerTable(pointer), pointerIndex(pointer)))
        found(
          `the reverse map of frame ${k.name(gfn)} names an spte that is not present.`,
          shadowEntry(pointerTable(pointer), pointerIndex(pointer)),
        );
}

function parents(k: Kvm, found: Found): void {
  for (const { sfn, index, leaf } of presentEntries(k)) {
    if (leaf) continue;
    if (!k.lists.all(k.pages.get(childOf(k, sfn, index), 'parents')).includes(sptePointer(sfn, index)))
      found('an entry names a table that does not know of it.', shadowEntry(sfn, index));
  }
  for (const sfn of k.pages.activePages())
    for (const pointer of k.lists.all(k.pages.get(sfn, 'parents')))
      if (childOf(k, pointerTable(pointer), pointerIndex(pointer)) !== sfn)
        found('a page counts an entry as its parent that does not name it.', shadowTable(sfn));
}

const gpte: Halves = { hi: 0, lo: 0 };

/** The guest's entry behind an spte of a page in sync: same frame, and no right that the guest does not give. */
function inSync(k: Kvm, found: Found): void {
  for (const { sfn, index, lo, leaf } of presentEntries(k)) {
    if (!leaf || k.pages.level(sfn) !== 1 || !indirect(k, sfn) || k.pages.get(sfn, 'unsync') !== 0) continue;
    const mfn = k.slots.mfn(k.pages.get(sfn, 'gfn'));
    // A table whose host page was taken away is stale until somebody looks: the notifier says nothing about shadows of it.
    if (mfn < 0 || k.slots.hostState(mfn) !== 0) continue;
    const offset = tableOffset(k, sfn, index) >>> 2;
    const mode = tableMode(k, sfn);
    gpte.lo = k.memory.read32(mfn, offset);
    gpte.hi = mode.entryCells === 1 ? 0 : k.memory.read32(mfn, offset + 1);
    const where = shadowEntry(sfn, index);
    if (!present(gpte.lo) || gpteGfn(mode, gpte.hi, gpte.lo) !== gfnOfEntry(k, sfn, index)) {
      found('an entry of a page in sync maps what the guest’s entry does not.', where);
      continue;
    }
    const given = roleAccess(k.pages.get(sfn, 'role')) & gpteAccess(mode, gpte.hi, gpte.lo);
    const rights = protectClean(given, gpte.lo);
    const user = (lo & c.SPTE_U) !== 0;
    // Without CR0.WP the kernel may write what the guest's entry does not let it: as a supervisor's page.
    const writes =
      (rights & c.ACC_WRITE) !== 0 || (!user && (k.pages.get(sfn, 'role') & c.ROLE_CR0_WP) === 0);
    if (((lo & c.SPTE_W) !== 0 && !writes) || (user && (rights & c.ACC_USER) === 0))
      found('an entry of a page in sync gives rights that the guest’s entry does not.', where);
  }
}

export const kvmInvariants: readonly Invariant<never>[] = [
  ...protectInvariants,
  ...dirtyInvariants,
  ...lockInvariants,
  freshness,
  accessedDirty,
  invariant('I3', 'unlocked', 'Only indirect level-1 pages that are not zapped are unsync.', (k, found) => {
    for (const sfn of k.pages.activePages()) {
      if (k.pages.get(sfn, 'unsync') === 0) continue;
      const role = k.pages.get(sfn, 'role');
      if (k.pages.level(sfn) !== 1 || roleDirect(role) || roleInvalid(role))
        found(`${k.describe(sfn)} is unsync.`, shadowTable(sfn));
    }
  }),
  invariant(
    'I4',
    'release',
    'A frame that is an upper-level table has no unsync page, and is tracked once per such page.',
    (k, found) => {
      const counts = new Map<number, number>();
      for (const sfn of k.pages.activePages())
        if (indirect(k, sfn) && k.pages.level(sfn) > 1)
          counts.set(k.pages.get(sfn, 'gfn'), (counts.get(k.pages.get(sfn, 'gfn')) ?? 0) + 1);
      for (const sfn of k.pages.activePages()) {
        const gfn = k.pages.get(sfn, 'gfn');
        if (k.slots.trackCount(gfn) !== (counts.get(gfn) ?? 0))
          found(`frame ${k.name(gfn)} is tracked ${k.slots.trackCount(gfn)} times.`, shadowTable(sfn));
        if (k.pages.get(sfn, 'unsync') !== 0 && counts.has(gfn))
          found(`frame ${k.name(gfn)} is an upper-level table, and unsync.`, shadowTable(sfn));
      }
    },
  ),
  invariant('I5', 'unlocked', 'W needs MMU-writable, and that needs Host-writable.', (k, found) => {
    for (const { sfn, index, lo, leaf } of presentEntries(k)) {
      if (!leaf) continue;
      const wrong =
        ((lo & c.SPTE_W) !== 0 && (lo & c.SPTE_MMU_WRITABLE) === 0) ||
        ((lo & c.SPTE_MMU_WRITABLE) !== 0 && (lo & c.SPTE_HOST_WRITABLE) === 0);
      if (wrong) found('a combination of the three writable bits that must not be.', shadowEntry(sfn, index));
    }
  }),
  invariant(
    'I6',
    'release',
    'Every leaf is in the reverse map of its frame, once, and everything there is present.',
    reverseMaps,
  ),
  invariant(
    'I7',
    'release',
    'Every entry that names a table is in its list of parents, and the other way round.',
    parents,
  ),
  invariant(
    'I8',
    'release',
    'A leaf maps the page that backs its frame now, unless the host is taking that away.',
    (k, found) => {
      for (const { sfn, index, lo, leaf } of presentEntries(k)) {
        if (!leaf) continue;
        const gfn = gfnOfEntry(k, sfn, index);
        if (k.beingTaken(gfn)) continue;
        const mfn = k.slots.mfn(gfn);
        const where = shadowEntry(sfn, index);
        if (frameOf(k.hi(sfn, index), lo) !== mfn)
          found('an spte maps a page that is not its frame’s.', where);
        else if (k.slots.hostState(mfn) === HOST_GONE)
          found(`an spte maps page ${k.name(mfn)}, which the host has taken away.`, where);
        else if (k.slots.hostState(mfn) === HOST_ZERO && (lo & c.SPTE_HOST_WRITABLE) !== 0)
          found('an spte lets the shared page of zeros be written.', where);
      }
    },
  ),
  invariant('I9', 'quiescent', 'An entry of a page in sync agrees with the guest’s.', inSync),
  invariant(
    'I10',
    'release',
    'Every page above an unsync one knows that something below is unsync.',
    (k, found) => {
      for (const { sfn, index, leaf } of presentEntries(k)) {
        if (leaf) continue;
        const child = childOf(k, sfn, index);
        const below = k.pages.get(child, 'unsync') !== 0 || k.pages.get(child, 'unsyncChildren') !== 0;
        if (below && !k.pages.childBit(sfn, index))
          found('an entry leads to unsync pages without its bit.', shadowEntry(sfn, index));
      }
    },
  ),
  invariant('I11', 'release', 'The number of unsync children is that of the bits.', (k, found) => {
    for (const sfn of k.pages.activePages())
      if (k.pages.get(sfn, 'unsyncChildren') !== k.pages.childBits(sfn).length)
        found(`${k.describe(sfn)} miscounts.`, shadowTable(sfn));
  }),
  invariant('I13', 'release', 'There is one valid page per frame and role.', (k, found) => {
    const seen = new Set<string>();
    for (const sfn of k.pages.activePages()) {
      if (seen.has(k.key(sfn))) found(`${k.key(sfn)} is there twice.`, shadowTable(sfn));
      seen.add(k.key(sfn));
    }
  }),
];

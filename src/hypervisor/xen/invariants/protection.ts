import { frameOf, W } from '../../../machine';
import { isUsable } from '../magic';
import type { Xen } from '../state';
import { SHF_L1_ANY } from '../types';
import { entryOf, guestPage, invariant, shadowEntry } from './names';
import { eachPresent } from './presentEntries';

/** Whether the guest must not be able to write the page: it has a shadow, and was not let go. */
const isProtected = (x: Xen, gmfn: number): boolean => x.isPageTable(gmfn) && !x.oosMayWrite(gmfn);

/** I2: nobody can write a table behind Xen's back. */
export const writeProtection = invariant(
  'I2',
  'No shadow entry maps a page writable that is shadowed and in sync, and its type count is 0.',
  (x, found) => {
    for (const smfn of x.l1Shadows())
      eachPresent(x, smfn, (i, hi, lo) => {
        if ((lo & W) === 0 || !isUsable(hi, lo) || !isProtected(x, frameOf(hi, lo))) return;
        found(
          `${entryOf(x, smfn, i)} maps ${x.name(frameOf(hi, lo))} writable, but that is a page table in sync.`,
          shadowEntry(x, smfn, i),
        );
      });
    for (const gmfn of x.guest.touched()) {
      const count = x.guest.writers(gmfn);
      if (count !== 0 && isProtected(x, gmfn))
        found(
          `the type count of ${x.name(gmfn)} is ${count}, but it is a page table in sync, which nothing may map writable.`,
          guestPage(x, gmfn),
        );
    }
  },
);

/** I3: nor through a translation it remembers. */
export const tlbProtection = invariant(
  'I3',
  'No TLB holds a writable translation to a page that is shadowed and in sync.',
  (x, found) => {
    const { tlb } = x.machine;
    for (const { index: v } of x.vcpus)
      for (const entry of tlb.entries(v)) {
        if (!entry.writable) continue;
        for (let i = 0; i < 2 ** (entry.pageShift - 12); i++) {
          const frame = entry.frame + i;
          if (isProtected(x, frame))
            found(
              `the TLB of vCPU ${v} still lets it write ${x.name(frame)}, but that is a page table in sync.`,
              `tlb ${v} ${x.name(frame)}`,
            );
        }
      }
  },
);

/** I4: outside a resync the two marks go together. */
export const flagsTogether = invariant(
  'I4',
  'A page is marked "may be written" exactly while it is marked out of sync.',
  (x, found) => {
    for (const gmfn of x.guest.touched()) {
      const may = x.guest.oosMayWrite(gmfn);
      const out = x.guest.outOfSync(gmfn);
      if (may === out) continue;
      const what = may
        ? 'may be written, but is not marked out of sync'
        : 'is out of sync, but may not be written';
      found(`frame ${x.name(gmfn)} ${what}.`, guestPage(x, gmfn));
    }
  },
);

/** I5: only what is an L1 table and nothing else. */
export const onlyL1 = invariant(
  'I5',
  'A page that is out of sync is shadowed as one L1 table and as nothing else.',
  (x, found) => {
    for (const gmfn of x.guest.touched()) {
      if (!x.guest.outOfSync(gmfn)) continue;
      const types = x.guest.typeBits(gmfn);
      const one = types !== 0 && (types & (types - 1)) === 0;
      if (!one || (types & SHF_L1_ANY) === 0)
        found(
          `frame ${x.name(gmfn)} is out of sync, but is not shadowed as one L1 table alone.`,
          guestPage(x, gmfn),
        );
    }
  },
);

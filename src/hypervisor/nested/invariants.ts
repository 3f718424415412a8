import { frameName } from '../../base';
import type { Invariant, Region, Violation, When } from '../../kernel';
import { sayVa } from '../../machine';
import { dataFrame } from '../entity';
import type { Nested } from './state';
import { marks } from './translate';

type Found = (says: string, where: string) => void;

function invariant(
  name: string,
  when: When,
  says: string,
  check: (n: Nested, found: Found) => void,
  remembers?: (n: Nested) => readonly Region[],
): Invariant<Nested> {
  return {
    name,
    part: 'nested',
    when,
    says,
    ...(remembers && { remembers }),
    check: (n) => {
      const out: Violation[] = [];
      check(n, (why, where) => out.push({ invariant: name, says: `Broken: ${why}`, where }));
      return out;
    },
  };
}

/** Every translation in a TLB, with the guest frame behind whose machine frame it leads; -1 if there is none any more. */
function* translations(
  n: Nested,
): Iterable<{ v: number; gfn: number; entry: ReturnType<Nested['machine']['tlb']['entry']>; va: string }> {
  for (let v = 0; v < n.machine.config.vcpus; v++)
    for (const entry of n.machine.tlb.entries(v))
      yield { v, gfn: n.mappedGfn(entry.frame), entry, va: sayVa(n.machine, v, entry.vaHi, entry.vaLo) };
}

/** Of the nested leaf for a guest frame, one mask. */
function leafHas(n: Nested, gfn: number, mask: number): boolean {
  const leaf = n.lookup(gfn);
  return leaf !== undefined && (n.lo(leaf.frame, leaf.index) & mask) !== 0;
}

/** What is remembered of the last walk. */
const walks = (n: Nested): readonly Region[] => n.witness.map(({ region }) => region);

const composed = invariant(
  'NI1',
  'operation',
  'A walk leads where the nested tables lead from the guest frame that the guest’s tables name.',
  (n, found) => {
    n.witness.forEach((w, v) => {
      if (w.get('known') === 0) return;
      const [gfn, mfn] = [w.get('gfn'), w.get('mfn')];
      if (n.mfn(gfn) !== mfn && n.on('invept'))
        found(
          `the last walk of vCPU ${v} went from guest frame ${frameName(gfn)} to ${frameName(mfn)}; the nested tables lead to ${frameName(n.mfn(gfn))}.`,
          dataFrame(mfn),
        );
    });
  },
  walks,
);

const bothAllow = invariant(
  'NI2',
  'quiescent',
  'A translation allows a store only if the nested tables do.',
  (n, found) => {
    for (const { v, gfn, entry, va } of translations(n))
      if (gfn >= 0 && entry.writable && !leafHas(n, gfn, n.format.write))
        found(
          `vCPU ${v} may write ${va}, but the nested entry of guest frame ${frameName(gfn)} is read-only.`,
          dataFrame(entry.frame),
        );
  },
);

const dirtyFirst = invariant(
  'NI3',
  'quiescent',
  'No translation lets a store pass whose nested entry is not marked as dirty.',
  (n, found) => {
    if (!marks(n)) return;
    for (const { v, gfn, entry, va } of translations(n))
      if (gfn >= 0 && entry.dirty && !leafHas(n, gfn, n.format.dirty))
        found(
          `vCPU ${v} can write ${va} without marking guest frame ${frameName(gfn)} as dirty.`,
          dataFrame(entry.frame),
        );
  },
);

const noCauseless = invariant(
  'NI4',
  'step',
  'Nothing that the guest does to its own tables makes it leave the processor.',
  (n, found) => {
    if (n.causeless > 0)
      found(`${n.causeless} exits had no cause in the nested tables. None was expected.`, 'nested tables');
  },
  (n) => [n.unexplained],
);

const nothingOld = invariant(
  'NI5',
  'quiescent',
  'After the hypervisor has changed a nested entry, no TLB holds a translation made from the old one.',
  (n, found) => {
    for (const { v, gfn, entry, va } of translations(n))
      if (gfn < 0)
        found(
          `the TLB of vCPU ${v} translates ${va} to machine frame ${frameName(entry.frame)}, which is behind no guest frame any more.`,
          dataFrame(entry.frame),
        );
  },
);

const counted = invariant(
  'NI6',
  'operation',
  'A walk over n guest levels and m nested ones reads (n + 1)(m + 1) - 1 entries, less what large pages and caches save.',
  (n, found) => {
    n.witness.forEach((w, v) => {
      if (w.get('known') === 0) return;
      const guest = w.get('guestReads');
      // PDPTE registers spare Intel's processors the walk to the top table.
      const walks = w.get('walks');
      const full = (guest + 1) * (n.levels + 1) - 1 - (guest + 1 - walks) * n.levels;
      const reads = guest + w.get('nestedReads');
      if (reads !== full - w.get('saved'))
        found(
          `the last walk of vCPU ${v} read ${reads} entries; ${guest} guest levels and ${n.levels} nested ones make ${full}, less ${w.get('saved')}.`,
          `vcpu ${v}`,
        );
    });
  },
  walks,
);

export const nestedInvariants: readonly Invariant<never>[] = [
  composed,
  bothAllow,
  dirtyFirst,
  noCauseless,
  nothingOld,
  counted,
];

import { frameName, hex } from '../../base';
import type { Invariant, Violation, When } from '../../kernel';
import { A, D, frameOf, P, present, U, W } from '../../machine';
import { dataFrame, guestEntry, shadowEntry } from '../entity';
import type { Pv } from './state';

type Found = (says: string, where: string) => void;

/** What must hold: sheet section 9, under its own names. */
function invariant(
  name: string,
  when: When,
  says: string,
  check: (pv: Pv, found: Found) => void,
): Invariant<Pv> {
  return {
    name,
    part: 'paravirt',
    when,
    says,
    check: (pv) => {
      const out: Violation[] = [];
      check(pv, (why, where) => out.push({ invariant: name, says: `Broken: ${why}`, where }));
      return out;
    },
  };
}

/** Level-1 tables of the guest on vCPU 0, whose process is the only one. */
function* entries(pv: Pv): Iterable<{ table: number; index: number; hi: number; lo: number }> {
  for (const { frame, level } of pv.reachable(0, pv.root(0))) {
    if (level !== 1) continue;
    for (let index = 0; index <= (pv.mode(0).indexMask[1] as number); index++) {
      const { hi, lo } = pv.entry(0, frame, index);
      if (lo !== 0) yield { table: frame, index, hi, lo };
    }
  }
}

const target = (pv: Pv, hi: number, lo: number): number =>
  pv.mode(0).entryCells === 2 ? frameOf(hi, lo) : lo >>> 12;

const dirtyKept = invariant(
  'J1',
  'operation',
  'A page that was written and not saved is marked as dirty in its entry.',
  (pv, found) => {
    for (const { table, index } of pv.mapped) {
      const { hi, lo } = pv.entry(0, table, index);
      if (!present(lo) || (lo & (U | D)) !== U || pv.ptl(table) >= 0) continue;
      const frame = target(pv, hi, lo);
      if (pv.unsaved(frame))
        found(
          `frame ${frameName(frame)} was written, but entry 0x${hex(index, 3)} of table ${frameName(table)} says that it is clean. Whoever reclaims it will drop it.`,
          guestEntry(table, index),
        );
    }
  },
);

const oneChanger = invariant(
  'J2',
  'step',
  'Of one entry there is one change at a time, and it is under the page-table lock.',
  (pv, found) => {
    pv.vcpus.forEach((a, v) => {
      if (a.get('open') === 0) return;
      const [table, index] = [a.get('table'), a.get('index')];
      const other = pv.vcpus.findIndex(
        (b, w) => w > v && b.get('open') !== 0 && b.get('table') === table && b.get('index') === index,
      );
      if (other >= 0)
        found(
          `vCPU ${v} and vCPU ${other} are both in the middle of changing entry 0x${hex(index, 3)} of table ${frameName(table)}.`,
          guestEntry(table, index),
        );
    });
  },
);

const emptyBeforeUnlock = invariant(
  'J3',
  'step',
  'While updates of a table wait in a queue, its page-table lock is held.',
  (pv, found) => {
    if (!pv.on('page-table-lock')) return;
    pv.queues.forEach((queue, v) => {
      // A single update outside lazy mode is on its way.
      if (queue.count === 0 || (pv.vcpu(v).get('flushOwed') === 0 && !pv.lazy(v))) return;
      for (const { table, index } of queue.all())
        if (pv.ptl(table) !== v) {
          found(
            `the lock of table ${frameName(table)} is free, and an update of its entry 0x${hex(index, 3)} still waits on vCPU ${v}.`,
            guestEntry(table, index),
          );
          return;
        }
    });
  },
);

/** Nobody is between a change and the flush that makes it count. */
const settled = (pv: Pv): boolean =>
  pv.vcpus.every((c, v) => c.get('lazy') === 0 && c.get('flushOwed') === 0 && pv.queue(v).count === 0) &&
  !pv.locked;

const shadowSays = invariant(
  'J4',
  'quiescent',
  'With no update under way a shadow entry leads where the guest’s own leads, and allows no more.',
  (pv, found) => {
    if (!settled(pv)) return;
    for (const { table, frame, index, hi, lo } of pv.shadows.leaves()) {
      if (pv.shadows.unsync(table)) continue;
      const own = pv.entry(0, table, index);
      const more = (lo & (W | U) & ~own.lo) !== 0 || (own.hi < 0 && hi >= 0);
      if (present(own.lo) && frameOf(own.hi, own.lo) === frameOf(hi, lo) && !more) continue;
      found(
        `the shadow of entry 0x${hex(index, 3)} of table ${frameName(table)} leads to frame ${frameName(frameOf(hi, lo))}; the guest's own entry ${present(own.lo) ? `leads to ${frameName(frameOf(own.hi, own.lo))} or allows less` : 'is not present'}.`,
        shadowEntry(frame, index),
      );
    }
  },
);

const marksFirst = invariant(
  'J5',
  'step',
  'A shadow entry allows only what the guest’s entry has the marks for.',
  (pv, found) => {
    if (pv.flags.get('earlyInstall') !== 0)
      found(
        'a shadow entry was made for an entry that lacks A, or writable for one that lacks D.',
        'shadows',
      );
  },
);

const loopEnds = invariant(
  'J6',
  'step',
  'A compare-and-exchange loop ends after three attempts at most: only A and D can change meanwhile.',
  (pv, found) => {
    if (pv.flags.get('attempts') > 3)
      found(`a loop took ${pv.flags.get('attempts')} attempts. Three were expected at most.`, 'cmpxchg');
    if (pv.flags.get('foreignChange') !== 0)
      found('other bits than A and D changed under a loop that was to own the entry.', 'cmpxchg');
  },
);

const tablesReadOnly = invariant(
  'J7',
  'operation',
  'Direct paging: the guest can write none of its tables, and maps no frame that is not its own.',
  (pv, found) => {
    if (pv.scheme.tables !== 'direct') return;
    for (const { table, index, hi, lo } of entries(pv)) {
      if (!present(lo)) continue;
      const frame = target(pv, hi, lo);
      if ((lo & W) !== 0 && pv.type(frame) !== 0)
        found(`table ${frameName(frame)} is mapped writable.`, guestEntry(table, index));
      if (!pv.owned(frame) && !pv.foreign(frame))
        found(`frame ${frameName(frame)} is mapped, and is not the guest's.`, guestEntry(table, index));
    }
  },
);

const notNested = invariant('J8', 'step', 'Lazy mode is entered once at most.', (pv, found) => {
  pv.vcpus.forEach((c, v) => {
    if (c.get('lazy') > 1) found(`vCPU ${v} has entered lazy mode ${c.get('lazy')} times.`, `vcpu ${v}`);
  });
});

const notForSwap = invariant(
  'J9',
  'step',
  'An update that keeps A and D is for entries that stay present.',
  (pv, found) => {
    if (pv.flags.get('marksInSwap') !== 0)
      found(
        'A and D were added to an entry that is not present: what it names on disk is another place now.',
        'mmu_update',
      );
  },
);

const inOrder = invariant(
  'J10',
  'step',
  'Updates of one vCPU are delivered in the order in which it made them.',
  (pv, found) => {
    pv.queues.forEach((queue, v) => {
      if (!queue.ordered) found(`updates of vCPU ${v} were delivered out of order.`, `vcpu ${v}`);
    });
  },
);

const freedIsGone = invariant(
  'J11',
  'operation',
  'A frame that the guest has freed is in no shadow and in no TLB.',
  (pv, found) => {
    if (pv.foreignFrames.length === 0) return;
    for (const { frame, index, hi, lo } of pv.shadows.leaves())
      if (pv.foreign(frameOf(hi, lo)) && (lo & P) !== 0 && (lo & A) !== 0)
        found(
          `frame ${frameName(frameOf(hi, lo))} was freed and belongs to somebody else, but a shadow entry still maps it.`,
          shadowEntry(frame, index),
        );
    for (let v = 0; v < pv.machine.config.vcpus; v++)
      // The kernel's direct map knows every frame, freed ones too.
      for (const entry of pv.machine.tlb.entries(v))
        if (entry.user && pv.foreign(entry.frame))
          found(
            `the TLB of vCPU ${v} still translates to frame ${frameName(entry.frame)}, which was freed.`,
            dataFrame(entry.frame),
          );
  },
);

const faultsEnd = invariant(
  'J12',
  'step',
  'A fault that the guest is given ends: tried again, refused by its own map, or the page brought in.',
  (pv, found) => {
    if (pv.flags.get('misjudged') !== 0)
      found(
        'a handler took an entry that was just being changed for a page that is not there.',
        'do_page_fault',
      );
    pv.vcpus.forEach((c, v) => {
      if (c.get('again') > 4)
        found(`one instruction of vCPU ${v} has had ${c.get('again')} faults without a cause.`, `vcpu ${v}`);
    });
  },
);

export const pvInvariants: readonly Invariant<never>[] = [
  dirtyKept,
  oneChanger,
  emptyBeforeUnlock,
  shadowSays,
  marksFirst,
  loopEnds,
  tablesReadOnly,
  notNested,
  notForSwap,
  inOrder,
  freedIsGone,
  faultsEnd,
];

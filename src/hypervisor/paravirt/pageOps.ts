import { frameName } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { D, EntryUnreachable, findEntry, OUTCOME_IMPOSSIBLE, present } from '../../machine';
import { changeOf } from './change';
import { delivery } from './deliver';
import { EDIT_CLEAN, EDIT_SWAP, EDIT_WRITE_PROTECT, EDIT_ZAP } from './edit';
import { DataLost, FrameFreed, LazyEntered, LazyLeft, PageSaved } from './events';
import { guestFlush } from './flushTlb';
import { freePtl, sayLocked, sayUnlocked, takePtl, unlockPtl } from './locks';
import type { Pv } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'table', 'index'] as const),
  ...(['outcome', 'oldHi', 'oldLo', 'dirty', 'lost'] as const),
);

interface Kind {
  readonly name: string;
  readonly about: string;
  readonly line: string;
  readonly edit: number;
  /** The page is written to disk if the entry says it is dirty. */
  readonly saves: boolean;
  /** The frame is given to somebody else. */
  readonly frees: boolean;
  /** A lazy section around it, as munmap has. */
  readonly lazy: boolean;
}

/** What the frame holds once it is somebody else's. */
export const OTHERS_DATA = 0xb0b;

const frameThere = (t: Thread): number => t.get(L.oldLo) >>> 12;

/**
 * What changes an entry under the page-table lock alone, without mmap_sem: reclaim, page cleaning, munmap's tail, fork. These, not
 * the page faults of the same process, are who races with mprotect. Source: sheet section 6, last paragraph.
 */
const pageOp = (kind: Kind) =>
  procedure<Pv>({
    name: kind.name,
    part: 'paravirt',
    lane: 'guest',
    about: kind.about,
    slots: L,
    steps: [
      {
        label: 'find',
        line: `${kind.line}: by the reverse map, the entry`,
        touch: 'racy',
        run: (t, pv) => {
          const found = findEntry(pv.machine, t.actor, { hi: t.get(L.vaHi), lo: t.get(L.vaLo) }, 1);
          if (found.kind === 'none') {
            pv.machine.vcpu(t.actor).set('outcome', OUTCOME_IMPOSSIBLE);
            pv.world.emit(EntryUnreachable, t.actor, t.get(L.vaHi), t.get(L.vaLo), 1, found.reason);
            t.ret();
            return;
          }
          t.set(L.table, found.gfn);
          t.set(L.index, found.index);
        },
        say: 'The entry is found by the reverse map: mmap_sem is not needed for that.',
      },
      {
        label: 'lock',
        line: '  lock(ptl)',
        touch: 'racy',
        beat: true,
        when: (t, pv) => freePtl(pv, t.get(L.table)),
        run: (t, pv) => takePtl(t, pv, t.get(L.table)),
        say: (t, pv) => sayLocked(t, pv, t.get(L.table)),
      },
      {
        label: 'change',
        line: '  old = the entry; change it',
        touch: 'private',
        run: (t, pv) => {
          if (kind.lazy && pv.scheme.lazy && pv.on('lazy')) {
            pv.vcpu(t.actor).set('lazy', 1);
            pv.world.emit(LazyEntered, t.actor);
          }
          t.callThen(
            'flush',
            changeOf(pv, kind.edit),
            [t.get(L.table), t.get(L.index), kind.edit],
            L.outcome,
          );
        },
        say: 'Now the entry itself.',
      },
      {
        label: 'flush',
        line: '  flush this page from every TLB',
        touch: 'private',
        run: (t) => {
          if (t.get(L.outcome) !== 0 || !present(t.get(L.oldLo))) t.goto('unlock');
          else {
            t.set(L.dirty, (t.get(L.oldLo) & D) === 0 ? 0 : 1);
            t.callThen('page', guestFlush, [t.get(L.vaHi), t.get(L.vaLo), 1], L.outcome);
          }
        },
        say: (t) =>
          present(t.get(L.oldLo))
            ? 'Nobody may go on by the old translation.'
            : 'There was nothing to change.',
      },
      {
        label: 'page',
        line: kind.saves ? '  dirty: write the page to disk' : '  the page itself stays as it is',
        touch: 'racy',
        beat: true,
        run: (t, pv) => {
          if (!kind.saves) return;
          const frame = frameThere(t);
          if (t.get(L.dirty) === 0) {
            if (!kind.frees || !pv.unsaved(frame)) return;
            t.set(L.lost, 1);
            pv.world.emit(DataLost, t.actor, frame);
            return;
          }
          pv.save(frame);
          pv.world.emit(PageSaved, t.actor, frame);
        },
        say: (t) =>
          !kind.saves
            ? 'The page is left as it is.'
            : t.get(L.lost) !== 0
              ? `The entry says that frame ${frameName(frameThere(t))} is clean, so it is dropped. But it was written: what was written is lost.`
              : t.get(L.dirty) === 0
                ? `Frame ${frameName(frameThere(t))} is clean: what it holds is on disk already.`
                : `Frame ${frameName(frameThere(t))} is written to disk.`,
      },
      {
        label: 'free',
        line: kind.frees ? '  free the frame: it goes to somebody else' : '  keep the frame',
        touch: 'racy',
        run: (t, pv) => {
          if (!kind.frees) return;
          const frame = frameThere(t);
          pv.setForeign(frame);
          pv.machine.memory.write32(frame, 0, OTHERS_DATA);
          pv.world.emit(FrameFreed, t.actor, frame);
        },
        say: (t) =>
          kind.frees
            ? `Frame ${frameName(frameThere(t))} belongs to another process now, which fills it with its own data.`
            : 'The frame stays.',
      },
      {
        label: 'leave',
        line: '  leave lazy mode: deliver what waits',
        touch: 'private',
        run: (t, pv) => {
          if (!pv.lazy(t.actor)) return;
          pv.vcpu(t.actor).set('lazy', 0);
          pv.world.emit(LazyLeft, t.actor);
          if (pv.queue(t.actor).count > 0) t.call(delivery(pv), [], L.outcome);
        },
        say: 'What waited has been delivered.',
      },
      {
        label: 'unlock',
        line: '  unlock(ptl)',
        touch: 'racy',
        beat: true,
        run: (t, pv) => {
          if (pv.lazy(t.actor)) pv.vcpu(t.actor).set('lazy', 0);
          unlockPtl(t, pv, t.get(L.table));
          t.ret();
        },
        say: (t, pv) => sayUnlocked(t, pv, t.get(L.table)),
      },
    ],
  });

export const reclaim = pageOp({
  name: 'reclaim_page',
  about:
    'Takes a page away from its process: entry to swap, page to disk if dirty, frame to somebody else (try_to_unmap).',
  line: 'reclaim(page)',
  edit: EDIT_SWAP,
  saves: true,
  frees: true,
  lazy: false,
});

export const clean = pageOp({
  name: 'clean_page',
  about: 'Writes a page to disk and marks its entry as clean (page_mkclean).',
  line: 'clean(page)',
  edit: EDIT_CLEAN,
  saves: true,
  frees: false,
  lazy: false,
});

export const unmap = pageOp({
  name: 'unmap_page',
  about: 'Removes a mapping and frees its frame (zap_pte_range), in a lazy section.',
  line: 'munmap(page)',
  edit: EDIT_ZAP,
  saves: false,
  frees: true,
  lazy: true,
});

export const writeProtect = pageOp({
  name: 'write_protect_page',
  about: 'Takes the right to write away from one entry, as fork does.',
  line: 'write_protect(page)',
  edit: EDIT_WRITE_PROTECT,
  saves: false,
  frees: false,
  lazy: false,
});

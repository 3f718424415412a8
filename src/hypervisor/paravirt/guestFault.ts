import { frameName, type Word } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import {
  A,
  FAULT_INJECT,
  FAULT_RETRY,
  findEntry,
  PFEC_I,
  PFEC_U,
  PFEC_W,
  present,
  type RegisterName,
  sayError,
  sayVa,
  U,
  W,
} from '../../machine';
import { changeOf } from './change';
import { broughtIn, EDIT_GRANT, placeOnDisk } from './edit';
import { GuestHandler, PageBroughtIn, SpuriousFault } from './events';
import { freePtl, sayLocked, takePtl, unlockPtl } from './locks';
import { setFound } from './setEntry';
import { PROT_EXEC, PROT_WRITE, type Pv } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'table', 'index', 'seenHi', 'seenLo', 'found'] as const),
  ...(['outcome', 'oldHi', 'oldLo'] as const),
  // Where the page is on disk, and the frame that it is brought into, + 1.
  ...(['place', 'frame'] as const),
  // The interrupted program's privilege and instruction, while the handler executes instructions of its own.
  ...(['cpl', 'ins0', 'ins1', 'ins2', 'ins3', 'ins4', 'ins5', 'ins6', 'ins7', 'ins8'] as const),
);

const INS = [
  'insAccess',
  'insLocked',
  'insVaHi',
  'insVaLo',
  'insWidth',
  'insValueHi',
  'insValueLo',
  'insExpectedHi',
  'insExpectedLo',
] as const satisfies readonly RegisterName[];

/** The kernel is about to execute instructions of its own: what was interrupted is put aside. */
function enterKernel(t: Thread, pv: Pv): void {
  const r = pv.machine.vcpu(t.actor);
  t.set(L.cpl, r.get('cpl'));
  INS.forEach((name, i) => {
    t.set(L.ins0 + i, r.get(name));
  });
  r.set('cpl', 0);
}

function leaveKernel(t: Thread, pv: Pv): void {
  const r = pv.machine.vcpu(t.actor);
  INS.forEach((name, i) => {
    r.set(name, t.get(L.ins0 + i));
  });
  r.set('cpl', t.get(L.cpl));
}

/** Whether an entry, as it stands, lets the faulting access pass. */
function permits({ hi, lo }: Word, error: number): boolean {
  if (!present(lo)) return false;
  if ((error & PFEC_W) !== 0 && (lo & W) === 0) return false;
  if ((error & PFEC_I) !== 0 && hi < 0) return false;
  return (error & PFEC_U) === 0 || (lo & U) !== 0;
}

/** Whether the map of the process allows what faulted. */
const allowed = (prot: number, error: number): boolean =>
  prot !== 0 &&
  ((error & PFEC_W) === 0 || (prot & PROT_WRITE) !== 0) &&
  ((error & PFEC_I) === 0 || (prot & PROT_EXEC) !== 0);

function locate(t: Thread, pv: Pv): boolean {
  const found = findEntry(pv.machine, t.actor, { hi: t.get(L.vaHi), lo: t.get(L.vaLo) }, 1);
  if (found.kind === 'none') return false;
  t.set(L.table, found.gfn);
  t.set(L.index, found.index);
  return true;
}

const down = (pv: Pv): void => pv.sem.set('readers', pv.sem.get('readers') - 1);
const who = (t: Thread): string => `vCPU ${t.actor}`;

/**
 * The guest's own page-fault handler, as far as entries that exist are concerned: it waits for mmap_sem, takes the page-table
 * lock, and looks again. A fault whose cause has vanished is no fault; a page on disk is brought in. Returns FAULT_RETRY or
 * FAULT_INJECT and an error code: the program gets it where its map forbids the access, or nobody knows of a page. Source: sheet section 6.
 */
export const guestFault = procedure<Pv>({
  name: 'do_page_fault',
  part: 'paravirt',
  lane: 'guest',
  about: 'The guest’s fault handler: is the fault real? (Linux: do_page_fault, handle_pte_fault.)',
  slots: L,
  steps: [
    {
      label: 'enter',
      line: 'do_page_fault(va, error): a kernel address? only "permitted by now" is spurious',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const v = t.actor;
        pv.machine.vcpu(v).set('inHypervisor', 0);
        pv.world.emit(GuestHandler, v, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error));
        if (pv.machine.vcpu(v).get('cpl') === 3) return;
        if (locate(t, pv) && permits(pv.entry(v, t.get(L.table), t.get(L.index)), t.get(L.error))) {
          pv.world.emit(SpuriousFault, v, t.get(L.vaHi), t.get(L.vaLo));
          pv.spurious(v, t.get(L.vaLo));
          pv.machine.tlb.flushPage(v, t.get(L.vaHi), t.get(L.vaLo));
          t.ret(FAULT_RETRY, 0);
        } else t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t, pv) =>
        `The guest's own handler runs on ${who(t)}: ${sayVa(pv.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}, error code ${sayError(t.get(L.error))}.`,
    },
    {
      label: 'sem',
      line: '  down_read(mmap_sem)',
      touch: 'racy',
      when: (_, pv) => pv.sem.get('writer') === 0,
      run: (_, pv) => pv.sem.set('readers', pv.sem.get('readers') + 1),
      say: (t) => `${who(t)} may read the map of the process: nobody is changing it any more.`,
    },
    {
      label: 'vma',
      line: '  the map forbids the access: SIGSEGV',
      touch: 'racy',
      run: (t, pv) => {
        const fine = locate(t, pv) && allowed(pv.vma(t.get(L.table), t.get(L.index)), t.get(L.error));
        if (fine) return;
        down(pv);
        t.set(L.found, 1);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) =>
        t.get(L.found) === 1
          ? 'The map of the process does not allow this at all: the program gets a signal.'
          : 'By the map of the process the access is allowed. So why did it fault?',
    },
    {
      label: 'snapshot',
      line: '  entry = *pte',
      touch: 'racy',
      run: (t, pv) => {
        const { hi, lo } = pv.entry(t.actor, t.get(L.table), t.get(L.index));
        t.set(L.seenHi, hi);
        t.set(L.seenLo, lo);
        if (pv.on('recheck-under-lock') || permits({ hi, lo }, t.get(L.error))) return;
        down(pv);
        // A cleared entry is no swap entry: somebody is in the middle of changing it.
        if (hi === 0 && lo === 0) pv.flags.set('misjudged', 1);
        t.set(L.found, 1);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) =>
        t.get(L.found) === 1
          ? 'It believes what it reads, and takes the fault for a real one.'
          : `${who(t)} reads the entry, to see later whether it has changed.`,
    },
    {
      label: 'lock',
      line: '  lock(ptl)',
      touch: 'racy',
      when: (t, pv) => freePtl(pv, t.get(L.table)),
      run: (t, pv) => takePtl(t, pv, t.get(L.table)),
      say: (t) => `${who(t)} takes the lock of the table: whoever was changing it is done.`,
    },
    {
      label: 'recheck',
      line: '  *pte differs from entry, or permits the access by now: unlock, try again',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const v = t.actor;
        const now = pv.entry(v, t.get(L.table), t.get(L.index));
        const same = now.hi === t.get(L.seenHi) && now.lo === t.get(L.seenLo);
        if (!same || permits(now, t.get(L.error))) {
          t.set(L.found, 2);
          pv.world.emit(SpuriousFault, v, t.get(L.vaHi), t.get(L.vaLo));
          pv.spurious(v, t.get(L.vaLo));
          // "Nothing had to change": the TLB must be what is stale.
          pv.machine.tlb.flushPage(v, t.get(L.vaHi), t.get(L.vaLo));
          unlockPtl(t, pv, t.get(L.table));
          down(pv);
          t.ret(FAULT_RETRY, 0);
        } else if (present(now.lo) && (now.lo & W) === 0 && (t.get(L.error) & PFEC_W) !== 0) {
          enterKernel(t, pv);
          t.callThen(
            'granted',
            changeOf(pv, EDIT_GRANT),
            [t.get(L.table), t.get(L.index), EDIT_GRANT],
            L.outcome,
          );
        } else t.goto('page-in');
      },
      say: (t) =>
        t.get(L.found) === 2
          ? 'The entry is good by now: the fault was spurious, and the instruction is tried again.'
          : (t.get(L.seenLo) & A) === 0
            ? 'The page really is not there.'
            : 'The entry is as it was.',
    },
    {
      label: 'page-in',
      line: '  not there: a place on disk? unlock; take a free frame for it',
      touch: 'racy',
      run: (t, pv) => {
        unlockPtl(t, pv, t.get(L.table));
        const place = placeOnDisk(t.get(L.seenLo));
        const frame = place < 0 ? -1 : pv.freeFrame;
        t.set(L.place, place + 1);
        t.set(L.frame, frame + 1);
        if (frame >= 0) return;
        down(pv);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) =>
        t.get(L.place) === 0
          ? 'Nothing says where the page might be: the program gets the fault.'
          : t.get(L.frame) === 0
            ? 'The page is on disk, but the guest has no free frame for it: the program gets the fault.'
            : `The page is on disk, and frame ${frameName(t.get(L.frame) - 1)} is free. The lock is not held while the disk turns.`,
    },
    {
      label: 'disk',
      line: '  read the page from disk into it',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        pv.restore(t.get(L.place) - 1, t.get(L.frame) - 1);
        pv.world.emit(PageBroughtIn, t.actor, t.get(L.frame) - 1, t.get(L.place) - 1);
      },
      say: (t) =>
        `Frame ${frameName(t.get(L.frame) - 1)} holds what the page held when it was written to disk.`,
    },
    {
      label: 'relock',
      line: '  lock(ptl)',
      touch: 'racy',
      when: (t, pv) => freePtl(pv, t.get(L.table)),
      run: (t, pv) => takePtl(t, pv, t.get(L.table)),
      say: (t, pv) => sayLocked(t, pv, t.get(L.table)),
    },
    {
      label: 'same',
      line: '  *pte no longer names that place: free the frame, try again; else *pte = frame, A, for a store W and D',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const v = t.actor;
        const [table, index] = [t.get(L.table), t.get(L.index)];
        const now = pv.entry(v, table, index);
        if (now.hi !== t.get(L.seenHi) || now.lo !== t.get(L.seenLo)) {
          t.set(L.found, 3);
          pv.giveBack(t.get(L.frame) - 1);
          pv.world.emit(SpuriousFault, v, t.get(L.vaHi), t.get(L.vaLo));
          pv.spurious(v, t.get(L.vaLo));
          unlockPtl(t, pv, table);
          down(pv);
          t.ret(FAULT_RETRY, 0);
          return;
        }
        const write = (t.get(L.error) & PFEC_W) !== 0;
        const { hi, lo } = broughtIn(pv, v, t.get(L.frame) - 1, pv.vma(table, index), write);
        enterKernel(t, pv);
        t.callThen('granted', setFound, [t.get(L.vaHi), t.get(L.vaLo), hi, lo, table, index], L.outcome);
      },
      say: (t) =>
        t.get(L.found) === 3
          ? 'Somebody else has brought the page in meanwhile: the frame goes back, and the instruction is tried again.'
          : `The entry still names the place on disk. It shall lead to frame ${frameName(t.get(L.frame) - 1)} from now on.`,
    },
    {
      label: 'granted',
      line: '  unlock, try again',
      touch: 'racy',
      run: (t, pv) => {
        leaveKernel(t, pv);
        unlockPtl(t, pv, t.get(L.table));
        down(pv);
        t.ret(FAULT_RETRY, 0);
      },
      say: (t) =>
        t.get(L.frame) === 0
          ? 'The kernel has given the page back its right to be written.'
          : 'The page is back, in another frame: the program tries again and has noticed nothing but the time.',
    },
  ],
});

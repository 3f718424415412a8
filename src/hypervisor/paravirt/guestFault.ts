import type { Word } from '../../base';
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
import { EDIT_GRANT } from './edit';
import { GuestHandler, SpuriousFault } from './events';
import { freePtl, takePtl, unlockPtl } from './locks';
import { PROT_EXEC, PROT_WRITE, type Pv } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'table', 'index', 'seenHi', 'seenLo', 'found'] as const),
  ...(['outcome', 'oldHi', 'oldLo'] as const),
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
 * lock, and looks again. A fault whose cause has vanished is no fault. Returns FAULT_RETRY or FAULT_INJECT and an error code:
 * the program gets it where its map forbids the access, or where the page must be brought in first. Source: sheet section 6.
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
      line: '  not there: bring the page in',
      touch: 'racy',
      run: (t, pv) => {
        unlockPtl(t, pv, t.get(L.table));
        down(pv);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: 'The page must be brought in from disk; that is another story, and the program waits.',
    },
    {
      label: 'granted',
      line: '  a write that the map allows: W, A and D; unlock, try again',
      touch: 'racy',
      run: (t, pv) => {
        leaveKernel(t, pv);
        unlockPtl(t, pv, t.get(L.table));
        down(pv);
        t.ret(FAULT_RETRY, 0);
      },
      say: 'The kernel has given the page back its right to be written.',
    },
  ],
});

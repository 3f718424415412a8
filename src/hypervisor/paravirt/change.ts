import { frameName, type Word, word } from '../../base';
import { type Procedure, procedure, slots, type Thread } from '../../kernel';
import { A, D, present, sayIndex, sayValue } from '../../machine';
import { queueUpdate } from './deliver';
import { accessEntry, EDIT_CLEAN, EDIT_SWAP, EDIT_ZAP, edited, failed } from './edit';
import { PteCleared, PteCompared, PteRead, PteWritten, PteXored } from './events';
import { CLEARED, SET, SET_KEEPING_MARKS } from './queue';
import type { Pv } from './state';

const NAMES = [
  'table',
  'index',
  'edit',
  'oldHi',
  'oldLo',
  'newHi',
  'newLo',
  'outcome',
  'attempts',
  'r',
] as const;
const L = slots(...NAMES);

const old = (t: Thread): Word => word(t.get(L.oldHi), t.get(L.oldLo));
const made = (t: Thread): Word => word(t.get(L.newHi), t.get(L.newLo));
const where = (t: Thread): { table: number; index: number } => ({
  table: t.get(L.table),
  index: t.get(L.index),
});
const sayEntryOf = (t: Thread): string => `entry ${sayIndex(t.get(L.index))} of ${frameName(t.get(L.table))}`;
const sayOld = (t: Thread): string => sayValue(t.get(L.oldHi), t.get(L.oldLo));
const sayNew = (t: Thread): string => sayValue(t.get(L.newHi), t.get(L.newLo));

function keepOld(t: Thread, { hi, lo }: Word): void {
  t.set(L.oldHi, hi);
  t.set(L.oldLo, lo);
}

function make(t: Thread, pv: Pv): void {
  const { hi, lo } = edited(pv, t.actor, t.get(L.edit), old(t));
  t.set(L.newHi, hi);
  t.set(L.newLo, lo);
}

/** A change of this entry has begun: read, and to be written back. */
function open(t: Thread, pv: Pv): void {
  const cells = pv.vcpu(t.actor);
  cells.set('table', t.get(L.table));
  cells.set('index', t.get(L.index));
  cells.set('open', 1);
}

function close(t: Thread, pv: Pv): void {
  for (const cell of ['table', 'index', 'open'] as const) pv.vcpu(t.actor).set(cell, 0);
}

const finish = (t: Thread, pv: Pv): void => {
  close(t, pv);
  t.ret(t.get(L.outcome), t.get(L.oldHi), t.get(L.oldLo));
};

/** The kernel reads the entry; an empty or swapped one is left alone. */
const readFirst = (line: string) =>
  ({
    label: 'read',
    line,
    touch: 'racy',
    beat: true,
    run: (t: Thread, pv: Pv) => {
      const { table, index } = where(t);
      const value = pv.entry(t.actor, table, index);
      keepOld(t, value);
      pv.world.emit(PteRead, t.actor, table, index, value.hi, value.lo);
      if (!present(value.lo)) {
        t.ret(0, 0, 0);
        return;
      }
      open(t, pv);
      make(t, pv);
    },
    say: (t: Thread) =>
      (t.get(L.oldLo) & 1) === 0
        ? `vCPU ${t.actor} reads ${sayEntryOf(t)}: it is not present, and is left as it is.`
        : `vCPU ${t.actor} reads ${sayEntryOf(t)}: ${sayOld(t)}${(t.get(L.oldLo) & D) === 0 ? ', not dirty' : ', dirty'}.`,
  }) as const;

const change = (
  name: string,
  about: string,
  steps: Parameters<typeof procedure<Pv>>[0]['steps'],
): Procedure<Pv> => procedure<Pv>({ name, part: 'paravirt', lane: 'guest', about, slots: L, steps });

/** P0: what the processor marks between the read and the write is lost (Z1). */
export const changeNaive = change(
  'pte_change_naive',
  'Read, change, write back: marks made in between are lost (sheet P0).',
  [
    readFirst('old = *pte; new = modify(old)'),
    {
      label: 'write',
      line: '*pte = new',
      touch: 'private',
      run: (t, pv) => accessEntry(t, pv, 'done', L.outcome, { ...where(t), value: made(t) }),
      say: (t) => `It writes ${sayNew(t)}, whatever the entry holds by now.`,
    },
    {
      label: 'done',
      line: 'return old',
      touch: 'private',
      run: (t, pv) => {
        pv.world.emit(PteWritten, t.actor, t.get(L.table), t.get(L.index), t.get(L.newHi), t.get(L.newLo));
        finish(t, pv);
      },
      say: 'The entry is changed.',
    },
  ],
);

/** P2: A and D only rise, so the loop ends: one attempt and one more for each of them that was clear. */
export const changeCmpxchg = change(
  'pte_change_cmpxchg',
  'Compare and exchange until nobody was in between (sheet P2).',
  [
    readFirst('old = *pte; new = modify(old)'),
    {
      label: 'cmpxchg',
      line: 't = lock cmpxchg(pte, old, new)',
      touch: 'private',
      run: (t, pv) => {
        t.set(L.attempts, t.get(L.attempts) + 1);
        accessEntry(t, pv, 'compare', L.outcome, {
          ...where(t),
          value: made(t),
          locked: 'cmpxchg',
          expected: old(t),
        });
      },
      say: (t) =>
        `Attempt ${t.get(L.attempts)}: if the entry is still ${sayOld(t)}, it becomes ${sayNew(t)}.`,
    },
    {
      label: 'compare',
      line: 't != old: only A and D may differ; old = t, again',
      touch: 'private',
      beat: true,
      run: (t, pv) => {
        const r = pv.machine.vcpu(t.actor);
        const found = word(r.get('resultHi'), r.get('resultLo'));
        const equal = found.hi === t.get(L.oldHi) && found.lo === t.get(L.oldLo);
        if (t.get(L.attempts) > pv.flags.get('attempts')) pv.flags.set('attempts', t.get(L.attempts));
        pv.world.emit(PteCompared, t.actor, t.get(L.table), t.get(L.index), equal ? 1 : 0, t.get(L.attempts));
        if (failed(t.get(L.outcome)) || equal) {
          finish(t, pv);
          return;
        }
        if (((found.lo ^ t.get(L.oldLo)) & ~(A | D)) !== 0 || found.hi !== t.get(L.oldHi)) {
          pv.flags.set('foreignChange', 1);
          finish(t, pv);
          return;
        }
        keepOld(t, found);
        make(t, pv);
        t.goto('cmpxchg');
      },
      say: (t, pv) =>
        pv.flags.get('foreignChange') !== 0
          ? 'Something other than A and D has changed: somebody else writes this entry, and must not.'
          : pv.vcpu(t.actor).get('open') === 0
            ? 'Nobody was in between: done.'
            : 'The processor has marked the entry in between. What it set is taken over, and tried again.',
    },
  ],
);

/** P4: flips the bits that differ and touches no other; whoever else flips them must be kept away by the lock. */
export const changeXor = change(
  'pte_change_xor',
  'Lock xor of the bits that differ (sheet P4, Amsden 2008).',
  [
    readFirst('old = *pte; mask = old ^ modify(old)'),
    {
      label: 'xor',
      line: 'lock xor pte, mask',
      touch: 'private',
      run: (t, pv) =>
        accessEntry(t, pv, 'done', L.outcome, {
          ...where(t),
          value: word(t.get(L.oldHi) ^ t.get(L.newHi), t.get(L.oldLo) ^ t.get(L.newLo)),
          locked: 'xor',
        }),
      say: (t) =>
        `It flips ${sayValue(t.get(L.oldHi) ^ t.get(L.newHi), t.get(L.oldLo) ^ t.get(L.newLo))} in the entry, in one locked operation. A and D are not among these bits.`,
    },
    {
      label: 'done',
      line: 'return old',
      touch: 'private',
      run: (t, pv) => {
        const mask = word(t.get(L.oldHi) ^ t.get(L.newHi), t.get(L.oldLo) ^ t.get(L.newLo));
        pv.world.emit(PteXored, t.actor, t.get(L.table), t.get(L.index), mask.hi, mask.lo);
        finish(t, pv);
      },
      say: 'The entry is changed.',
    },
  ],
);

/** P6: start returns the entry as it is, commit queues the new value; the hypervisor adds the marks that it finds then. */
export const changePreserve = change(
  'pte_change_preserve',
  'xen_ptep_modify_prot_start and _commit: the update itself keeps A and D (sheet P6).',
  [
    readFirst('start: old = *pte; new = modify(old)'),
    {
      label: 'commit',
      line: 'commit: queue(pte, new, keep A and D)',
      touch: 'private',
      run: (t, pv) =>
        t.callThen(
          'done',
          queueUpdate,
          [
            pv.on('preserve-ad') ? SET_KEEPING_MARKS : SET,
            t.get(L.table),
            t.get(L.index),
            t.get(L.newHi),
            t.get(L.newLo),
          ],
          L.r,
        ),
      say: (t, pv) =>
        pv.on('preserve-ad')
          ? `The new value ${sayNew(t)} is for the hypervisor, which shall keep the marks that the table holds by then.`
          : `The new value ${sayNew(t)} is for the hypervisor, marks and all.`,
    },
    {
      label: 'done',
      line: 'return old',
      touch: 'private',
      run: finish,
      say: 'The transaction is over for the kernel.',
    },
  ],
);

/** Kernels of 32 bits with entries of 64: an entry is two words, and cannot be exchanged at once. */
const twoWords = (pv: Pv, v: number): boolean => pv.mode(v).name === 'pae';

/** P1, P5, P7, P8, P9: the same code of the guest's; what its stores lead to is the scheme's affair. */
export const changeExchange = change(
  'pte_change_exchange',
  'Exchange the entry for zero, so that the processor cannot touch it; then write the new one (sheet P1, P5, P7).',
  [
    readFirst('if *pte is not present: leave it'),
    {
      label: 'xchg',
      line: 'old = xchg(pte, 0)',
      touch: 'private',
      run: (t, pv) =>
        accessEntry(t, pv, 'cleared', L.outcome, {
          ...where(t),
          value: word(0, 0),
          locked: 'xchg',
          ...(twoWords(pv, t.actor) ? { half: 0 } : {}),
        }),
      say: (t) => `vCPU ${t.actor} exchanges ${sayEntryOf(t)} for zero.`,
    },
    {
      label: 'cleared',
      line: '  (PAE: low half first, then the high half)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        if (failed(t.get(L.outcome))) {
          finish(t, pv);
          return;
        }
        const { table, index } = where(t);
        const r = pv.machine.vcpu(t.actor);
        const hi = twoWords(pv, t.actor) ? pv.entry(t.actor, table, index).hi : r.get('resultHi');
        keepOld(t, word(hi, r.get('resultLo')));
        make(t, pv);
        pv.world.emit(PteCleared, t.actor, table, index, hi, r.get('resultLo'));
        if (twoWords(pv, t.actor))
          accessEntry(t, pv, 'notify-clear', L.outcome, { ...where(t), value: word(0, 0), half: 1 });
      },
      say: (t) =>
        `It held ${sayOld(t)}. The entry is empty now: the processor can set no mark in it, and whoever needs one faults.`,
    },
    {
      label: 'notify-clear',
      line: 'tell the hypervisor: cleared',
      touch: 'private',
      run: (t, pv) => {
        if (failed(t.get(L.outcome))) finish(t, pv);
        else if (pv.scheme.notifies)
          t.call(queueUpdate, [CLEARED, t.get(L.table), t.get(L.index), 0, 0], L.r);
      },
      say: (_, pv) =>
        pv.scheme.notifies ? 'The hypervisor cannot see this store, so it is told.' : 'Nobody need be told.',
    },
    {
      label: 'set',
      line: '*pte = modify(old), or queue it',
      touch: 'private',
      run: (t, pv) => {
        if (t.get(L.edit) === EDIT_ZAP) t.goto('done');
        else if (pv.setByCall(t.actor))
          t.callThen(
            'written',
            queueUpdate,
            [SET, t.get(L.table), t.get(L.index), t.get(L.newHi), t.get(L.newLo)],
            L.r,
          );
        else if (twoWords(pv, t.actor))
          accessEntry(t, pv, 'set-low', L.outcome, { ...where(t), value: word(0, t.get(L.newHi)), half: 1 });
        else accessEntry(t, pv, 'written', L.outcome, { ...where(t), value: made(t) });
      },
      say: (t, pv) =>
        t.get(L.edit) === EDIT_ZAP
          ? 'There is no new value: the mapping is gone.'
          : pv.setByCall(t.actor)
            ? `The new value ${sayNew(t)} waits in the queue. Until it is delivered, the entry is empty.`
            : `vCPU ${t.actor} writes the new value: ${sayNew(t)}.`,
    },
    {
      label: 'set-low',
      line: '  (PAE: high half first, then the low half, which makes it present)',
      touch: 'private',
      run: (t, pv) => {
        if (!twoWords(pv, t.actor) || pv.setByCall(t.actor)) t.goto('written');
        else
          accessEntry(t, pv, 'written', L.outcome, { ...where(t), value: word(0, t.get(L.newLo)), half: 0 });
      },
      say: 'The half that makes it present comes last.',
    },
    {
      label: 'written',
      line: 'tell the hypervisor: set',
      touch: 'private',
      run: (t, pv) => {
        if (failed(t.get(L.outcome))) {
          finish(t, pv);
          return;
        }
        if (!pv.setByCall(t.actor))
          pv.world.emit(PteWritten, t.actor, t.get(L.table), t.get(L.index), t.get(L.newHi), t.get(L.newLo));
        if (pv.scheme.notifies)
          t.call(queueUpdate, [SET, t.get(L.table), t.get(L.index), t.get(L.newHi), t.get(L.newLo)], L.r);
      },
      say: (_, pv) =>
        pv.scheme.notifies
          ? 'Of the new value the hypervisor is told as well.'
          : 'The entry has its new value.',
    },
    {
      label: 'done',
      line: 'return old',
      touch: 'private',
      run: finish,
      say: 'The change of this entry is over.',
    },
  ],
);

/** The scheme's way to change one entry. Arguments: table, index, edit. Returns an outcome and the old entry, halves. */
export function changeOf(pv: Pv, edit: number): Procedure<never> {
  // Marks are taken away, or the entry made another thing altogether: only an exchange does that in every scheme.
  if (edit === EDIT_SWAP || edit === EDIT_ZAP || edit === EDIT_CLEAN) return changeExchange;
  switch (pv.scheme.change) {
    case 'naive':
      return changeNaive;
    case 'cmpxchg':
      return changeCmpxchg;
    case 'xor':
      return changeXor;
    case 'preserve':
      return changePreserve;
    case 'exchange':
      return changeExchange;
  }
}

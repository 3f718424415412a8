import { word } from '../../base';
import { procedure, type Step, slots } from '../../kernel';
import { sayValue } from '../../machine';
import { queueUpdate } from './deliver';
import { accessEntry } from './edit';
import { PteWritten } from './events';
import { SET, SET_KEEPING_MARKS } from './queue';
import type { Pv } from './state';

/** Where the steps below find what to write, and where. */
export const S = slots('vaHi', 'vaLo', 'hi', 'lo', 'table', 'index', 'outcome');

/** The kernel gives an entry a new value, the way of its scheme: an ordinary store, or an update that its hypervisor carries out. */
export const setSteps = (kind: number): readonly Step<Pv>[] => [
  {
    label: 'set',
    line: kind === SET ? '*pte = value, or queue it' : 'queue(pte, value, keep A and D)',
    touch: 'private',
    run: (t, pv) => {
      const queued = kind === SET_KEEPING_MARKS ? pv.scheme.tables === 'direct' : pv.setByCall(t.actor);
      if (queued)
        t.callThen(
          'done',
          queueUpdate,
          [kind, t.get(S.table), t.get(S.index), t.get(S.hi), t.get(S.lo)],
          S.outcome,
        );
      else
        accessEntry(t, pv, 'notify', S.outcome, {
          table: t.get(S.table),
          index: t.get(S.index),
          value: word(t.get(S.hi), t.get(S.lo)),
        });
    },
    say: (t) => `The new value is ${sayValue(t.get(S.hi), t.get(S.lo))}.`,
  },
  {
    label: 'notify',
    line: 'tell the hypervisor, where it cannot see',
    touch: 'private',
    run: (t, pv) => {
      if (t.get(S.outcome) !== 0) {
        t.ret();
        return;
      }
      pv.world.emit(PteWritten, t.actor, t.get(S.table), t.get(S.index), t.get(S.hi), t.get(S.lo));
      if (pv.scheme.notifies)
        t.call(queueUpdate, [SET, t.get(S.table), t.get(S.index), t.get(S.hi), t.get(S.lo)], S.outcome);
    },
    say: 'The entry has its new value.',
  },
  {
    label: 'done',
    line: 'return',
    touch: 'private',
    run: (t) => t.ret(),
    say: 'Done.',
  },
];

/** set_pte for an entry that the kernel has found already. */
export const setFound = procedure<Pv>({
  name: 'set_pte_at',
  part: 'paravirt',
  lane: 'guest',
  about: 'The kernel gives an entry that it has found a new value.',
  slots: S,
  steps: setSteps(SET),
});

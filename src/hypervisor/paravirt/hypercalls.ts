import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { OUTCOME_REFUSED } from '../../machine';
import { TableValidated, UpdateRefused } from './events';
import { multicall } from './multicall';
import { SET } from './queue';
import type { Pv } from './state';
import { OK, sayReason, tableRefusal } from './validate';

const U = slots('table', 'index', 'hi', 'lo', 'r');

/** HYPERVISOR_mmu_update with one normal request. */
export const mmuUpdate = procedure<Pv>({
  name: 'mmu_update',
  part: 'paravirt',
  lane: 'guest',
  about: 'The guest asks for one entry of one of its tables to be changed.',
  slots: U,
  steps: [
    {
      label: 'ask',
      line: 'mmu_update(table, index, value)',
      touch: 'private',
      run: (t, pv) => {
        pv.queue(t.actor).push(SET, t.get(U.table), t.get(U.index), t.get(U.hi), t.get(U.lo));
        t.callThen('done', multicall, [], U.r);
      },
      say: (t) =>
        `The guest asks Xen to write entry ${t.get(U.index)} of table ${frameName(t.get(U.table))}.`,
    },
    { label: 'done', line: 'return', touch: 'private', run: (t) => t.ret(), say: 'Back in the guest.' },
  ],
});

const P = slots('frame', 'level', 'reason', 'why');

export const pin = procedure<Pv>({
  name: 'mmuext_pin_table',
  part: 'paravirt',
  lane: 'hypervisor',
  about:
    'Validates a frame as a page table and keeps it so: every entry is looked at, and no writable mapping may exist.',
  slots: P,
  steps: [
    {
      label: 'pin',
      line: 'pin(frame, level): owned, not mapped writable, every entry allowed? type = level',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const [frame, level] = [t.get(P.frame), t.get(P.level)];
        const why =
          level < 1 || level > pv.mode(t.actor).levels
            ? { reason: 5, frame }
            : tableRefusal(pv, t.actor, frame, level);
        t.set(P.reason, why.reason);
        t.set(P.why, why.frame);
        pv.world.count('hypercalls');
        if (why.reason === OK) {
          pv.setType(frame, level);
          pv.world.emit(TableValidated, frame, level);
        } else {
          pv.machine.vcpu(t.actor).set('outcome', OUTCOME_REFUSED);
          pv.world.emit(UpdateRefused, t.actor, frame, 0, why.reason);
        }
        t.ret();
      },
      say: (t) =>
        t.get(P.reason) === OK
          ? `Frame ${frameName(t.get(P.frame))} is a level-${t.get(P.level)} table from now on.`
          : `Refused: ${sayReason(t.get(P.reason), t.get(P.why))}.`,
    },
  ],
});

const N = slots('frame');

export const unpin = procedure<Pv>({
  name: 'mmuext_unpin_table',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'The frame is an ordinary one again.',
  slots: N,
  steps: [
    {
      label: 'unpin',
      line: 'unpin(frame): type = none',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        pv.setType(t.get(N.frame), 0);
        pv.world.count('hypercalls');
        t.ret();
      },
      say: (t) =>
        `Frame ${frameName(t.get(N.frame))} is no table any more: the guest may map it as it likes.`,
    },
  ],
});

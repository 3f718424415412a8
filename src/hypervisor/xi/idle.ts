import { procedure, slots } from '../../kernel';
import { IdleZero } from './events';
import { victim, xiRecycle } from './recycle';
import type { Xi } from './state';
import { xiUnlock } from './unlock';
import { zeroKit } from './zero';

const L = slots('kit');

/** Whether a kit could be freed ahead of time: knob `idle-zeroing` 2, for zeroing alone finds little to do where kits are freed only when needed. */
const wantsRoom = (x: Xi): boolean =>
  x.idle === 2 && x.reserved(0) !== 0 && x.kits.freeCount(0) === 0 && victim(x, 0) >= 0;

/**
 * The idle loop: whenever a CPU has nothing to do, it zeroes a free kit that needs it. Planned by the author, not done at the time
 * (sheet 5.12).
 */
export const xiIdle = procedure<Xi>({
  name: 'xi_idle_loop',
  part: 'xi',
  lane: 'idle',
  about: 'Zeroes free kits ahead of time (planned, not done).',
  slots: L,
  steps: [
    {
      label: 'look',
      line: 'idle: is a free kit not zeroed? (knob: is none free?) lock',
      touch: 'racy',
      when: (_, x) => x.lock.free && (x.kits.unzeroed(0) >= 0 || wantsRoom(x)),
      run: (t, x) => {
        x.lock.take(t);
        if (!wantsRoom(x)) t.goto('zero');
      },
      say: 'A processor has nothing to do: it looks after the pool.',
    },
    {
      label: 'free',
      line: '  none is free: recycle the coldest one now, before somebody waits for it',
      touch: 'locked',
      run: (t, x) => t.call(xiRecycle, [victim(x, 0)]),
      say: 'No kit is free: the next fault would have to recycle one.',
    },
    {
      label: 'zero',
      line: '  zero it',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = x.kits.unzeroed(0);
        t.set(L.kit, kit);
        if (kit >= 0) {
          zeroKit(x, kit);
          x.world.count('pages_zeroed_idle', x.zeroedPages);
          x.world.emit(IdleZero, kit, x.zeroedPages);
        }
        t.callThen('look', xiUnlock, []);
      },
      say: (t, x) =>
        `An idle processor zeroes ${x.kitName(t.get(L.kit))}: whoever takes it next need not wait.`,
    },
  ],
});

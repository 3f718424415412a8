import { procedure, slots } from '../../kernel';
import { IdleZero } from './events';
import type { Xi } from './state';
import { zeroKit } from './zero';

const L = slots('kit');

/** The idle loop: whenever a CPU has nothing to do, it zeroes a free kit that needs it. Planned by the author, not done at the time (sheet 5.12). */
export const xiIdle = procedure<Xi>({
  name: 'xi_idle_loop',
  part: 'xi',
  lane: 'idle',
  about: 'Zeroes free kits ahead of time (sheet 5.12: planned, not done).',
  slots: L,
  steps: [
    {
      label: 'zero',
      line: 'idle: take a free kit that is not zeroed: zero it',
      touch: 'racy',
      beat: true,
      when: (_, x) => x.lock.free && x.kits.unzeroed(0) >= 0,
      run: (t, x) => {
        const kit = x.kits.unzeroed(0);
        t.set(L.kit, kit);
        zeroKit(x, kit);
        x.world.count('pages_zeroed_idle', x.zeroedPages);
        x.world.emit(IdleZero, kit, x.zeroedPages);
        t.goto('zero');
      },
      say: (t, x) =>
        `An idle processor zeroes ${x.kitName(t.get(L.kit))}: whoever takes it next need not wait.`,
    },
  ],
});

import { procedure, slots } from '../../../kernel';
import { shadowBlowTables } from '../blowTables';
import type { Xen } from '../state';
import { Who } from '../who';

/** shadow_blow_all_tables, for one domain: what a key press on Xen's console does. */
export const shadowBlowAllTables = procedure<Xen>({
  name: 'shadow_blow_all_tables',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Throws all shadows of the domain away, at the request of whoever debugs Xen.',
  slots: slots(),
  steps: [
    {
      label: 'lock',
      line: 'shadow_blow_all_tables(): shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t, x) => `${Who(x, t.actor)} takes the shadow lock.`,
    },
    {
      label: 'blow',
      line: '  shadow_blow_tables()',
      touch: 'locked',
      run: (t) => t.call(shadowBlowTables, []),
      say: 'All shadows are thrown away. The guest will not notice, but for the faults that make them anew.',
    },
    {
      label: 'unlock',
      line: '  shadow_unlock()',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.lock.release(t);
        t.ret();
      },
      say: (t, x) => `${Who(x, t.actor)} releases the shadow lock.`,
    },
  ],
});

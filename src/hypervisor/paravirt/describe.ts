import { frameName } from '../../base';
import type { Describe } from '../design';
import { describeMachine } from '../native/describe';
import type { Pv } from './state';

/** What there is to say about a guest that knows it is one: its queue, its locks, the shadows or the types of its tables. */
export function describePv(pv: Pv): Describe {
  const bare = describeMachine(pv.machine);
  return {
    ...bare,
    shadowOf: (mfn, level) => (pv.shadows.level(mfn) === level ? pv.shadows.of(mfn) : -1),
    state: (what, args) => {
      const [first = 0] = args;
      switch (what) {
        case 'queue':
          return pv.queues[first]?.all().flatMap((u) => [u.kind, u.table, u.index]);
        case 'lock':
          return [pv.ptl(first)];
        case 'type':
          return [pv.type(first)];
        case 'lazy':
          return pv.vcpus[first] === undefined ? undefined : [pv.vcpu(first).get('lazy')];
        case 'unsync':
          return [pv.shadows.unsync(first) ? 1 : 0];
        case 'freed':
          return pv.foreignFrames;
        case 'attempts':
          return [pv.flags.get('attempts')];
        default:
          return bare.state(what, args);
      }
    },
    states: {
      ...bare.states,
      queue:
        'of a vCPU: per update that waits its kind (1 cleared, 2 set, 3 set and keep marks), table and index',
      lock: 'of a table: the vCPU that holds its page-table lock, or -',
      type: 'of a frame: the level of the table that it is validated as, 0 for none',
      lazy: 'of a vCPU: 1 in lazy mode',
      unsync: 'of a table: 1 if its shadow may be stale',
      freed: 'frames that were freed, and belong to somebody else',
      attempts: 'the most attempts that a compare-and-exchange loop has needed',
    },
    summary: () => [
      ...bare.summary(),
      ...pv.queues.flatMap((q, v) => (q.count === 0 ? [] : [`vCPU ${v}: ${q.count} updates wait`])),
      ...(pv.foreignFrames.length === 0 ? [] : [`freed: ${pv.foreignFrames.map(frameName).join(' ')}`]),
    ],
  };
}

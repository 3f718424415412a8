import type { Describe } from '../design';
import { describeMachine } from '../native/describe';
import type { Nested } from './state';

/** What there is to say about nested paging: its one table, its exits, and the reads of the last walk. */
export function describeNested(n: Nested): Describe {
  const bare = describeMachine(n.machine);
  const { format } = n;
  return {
    ...bare,
    state: (what, args) => {
      const [first = 0] = args;
      switch (what) {
        case 'nested': {
          const leaf = n.lookup(first);
          if (leaf === undefined) return [-1];
          const [hi, lo] = [n.hi(leaf.frame, leaf.index), n.lo(leaf.frame, leaf.index)];
          const bit = (mask: number): number => ((lo & mask) === 0 ? 0 : 1);
          return [
            n.mfn(first),
            format.allows(hi, lo, 1) ? 1 : 0,
            bit(format.accessed),
            bit(format.dirty),
            leaf.level,
          ];
        }
        case 'tables':
          return [n.tables];
        case 'dirty':
          return n.dirty.rows();
        case 'reads': {
          const w = n.witness[first];
          return w === undefined ? undefined : [w.get('guestReads'), w.get('nestedReads')];
        }
        default:
          return bare.state(what, args);
      }
    },
    states: {
      ...bare.states,
      nested:
        'of a guest frame: machine frame, writable, accessed, dirty, level of its leaf; - if it is not mapped',
      tables: 'how many nested tables there are, the root included',
      dirty: 'guest frames in the dirty bitmap',
      reads: 'of a vCPU: entries of the guest’s and of the nested tables that its last walk read',
    },
    summary: () => [
      ...bare.summary(),
      `nested tables: ${n.tables}; exits: ${n.world.counters.value('exits')}`,
    ],
  };
}

import { termsOf } from './term';

const term = termsOf('Nested paging');

/** Words of processors that walk two sets of tables. */
export const NESTED = [
  term(
    'nested-paging',
    'nested paging',
    'The processor walks two sets of tables: the guest’s, and the hypervisor’s that lead from guest frames to machine frames. There is no shadow.',
    'EPT',
    'NPT',
  ),
  term(
    'nested-table',
    'nested tables',
    'The hypervisor’s tables from guest frames to machine frames. One set per guest, whatever the guest’s own tables say.',
    'nested table',
    'nested L1 table',
    'nested entry',
  ),
  term(
    'invept',
    'INVEPT',
    'The instruction by which a hypervisor makes processors forget translations made from nested tables.',
  ),
];

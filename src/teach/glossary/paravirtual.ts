import { termsOf } from './term';

const term = termsOf('Paravirtual');

/** Words of guests that know of their hypervisor. */
export const PARAVIRTUAL = [
  term(
    'hypercall',
    'hypercall',
    'A call from the guest to the hypervisor, as a system call is one from a program to its kernel.',
    'hypercalls',
  ),
  term(
    'direct-paging',
    'direct paging',
    'The processor walks the guest’s own tables. The guest may only read them, and every change is checked by the hypervisor.',
  ),
  term(
    'validation',
    'validated',
    'Checked before it is written: no frame of somebody else, no page table mapped writable.',
    'validates',
    'validation',
  ),
  term(
    'lazy-mode',
    'lazy mode',
    'A stretch of code in which the guest allows its updates of page tables to wait in a queue.',
    'lazy section',
    'lazy queue',
  ),
  term(
    'queue',
    'queue',
    'Updates of page tables that the guest has made and the hypervisor has not heard of yet.',
  ),
  term(
    'page-table-lock',
    'page-table lock',
    'The guest’s own lock of a page table. It keeps other software away, never the processor.',
  ),
  term(
    'spurious-fault',
    'spurious',
    'A page fault whose cause is gone when the handler looks: the instruction is simply tried again.',
    'spurious fault',
  ),
];

import { termsOf } from './term';

const term = termsOf('KVM');

/** Words of KVM’s shadow MMU. */
export const KVM = [
  term(
    'spte',
    'spte',
    'Shadow page table entry, KVM’s word. What the guest’s entry is called there: gpte.',
    'sptes',
  ),
  term('rmap', 'rmap', 'Reverse map: for each guest frame the list of sptes that map it.', 'reverse map'),
  term(
    'mmu-lock',
    'mmu_lock',
    'KVM’s lock of all shadows of a guest. Whoever changes an spte the slow way holds it.',
  ),
  term(
    'fast-page-fault',
    'fast page fault',
    'Setting W in an spte by compare-and-exchange, without mmu_lock, where nothing else is missing.',
  ),
  term(
    'identification',
    'identification',
    'The number of a vCPU plus one, left in an spte by a fast page fault, so that whoever protects the page meanwhile erases it and the exchange fails.',
  ),
  term(
    'role',
    'role',
    'What kind of table a shadow page stands for: level, rights, mode. The same guest table in two roles has two shadow pages.',
    'roles',
  ),
];

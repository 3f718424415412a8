import type { SwitchSpec } from '../design';

export const SWITCHES = [
  {
    name: 'page-table-lock',
    label: 'Page-table lock',
    says: 'The guest’s kernel holds a table’s lock while it changes its entries; without it two changes of one entry meet.',
    default: true,
    protects: 'J2',
  },
  {
    name: 'flush-before-unlock',
    profiles: ['trap-queued', 'preserve-ad', 'vmi', 'lguest', 'mmu-op'],
    label: 'Flush before unlock',
    says: 'Leaving lazy mode empties the queue before the page-table lock is released; without it the queue is emptied at the TLB flush, and overwrites what others did in between.',
    default: true,
    protects: 'J3',
  },
  {
    name: 'flush-before-shootdown',
    profiles: ['trap-queued', 'preserve-ad', 'vmi', 'mmu-op'],
    label: 'Deliver before shootdown',
    says: 'The queue is emptied before other processors are told to forget their translations; without it they take the old one from the shadow again.',
    default: true,
    protects: 'J11',
  },
  {
    name: 'preserve-ad',
    profiles: ['preserve-ad'],
    label: 'Update keeps A and D',
    says: 'The hypervisor adds the A and D bits that the table holds at that moment; without it (a normal update) a D bit set since the read is lost.',
    default: true,
    protects: 'J1',
  },
  {
    name: 'validation',
    profiles: ['trap', 'trap-queued', 'preserve-ad'],
    label: 'Validation of updates',
    says: 'Direct paging: the hypervisor looks at every new entry; without it a guest can map frames of others, or its own tables writable.',
    default: true,
    protects: 'J7',
  },
  {
    name: 'recheck-under-lock',
    label: 'Fault handler looks again',
    says: 'The guest’s fault handler takes the page-table lock and looks at the entry again; without it a fault in the cleared window is taken for a real one.',
    default: true,
    protects: 'J12',
  },
  {
    name: 'recheck-entry',
    profiles: ['unsync', 'mmu-op'],
    label: 'Entry read again after protecting',
    says: 'Over a shadow: once a table is protected, the entry that was read before is read again; without it a change made in between is never noticed.',
    default: true,
    protects: 'J4',
  },
  {
    name: 'lazy',
    profiles: ['trap-queued', 'preserve-ad', 'vmi', 'lguest', 'mmu-op'],
    label: 'Lazy mode',
    says: 'Updates wait and are delivered together; without it each is a hypercall of its own.',
    default: true,
  },
  {
    name: 'queue-carries-value',
    profiles: ['vmi'],
    label: 'Queue carries the value',
    says: 'What waits in the queue is the new entry itself; without it only its place, and the table is read when the queue is emptied. Which of the two VMI did is not public.',
    default: true,
  },
] as const satisfies readonly SwitchSpec[];

export type PvSwitch = (typeof SWITCHES)[number]['name'];
export const isSwitch = (name: string): name is PvSwitch => SWITCHES.some((s) => s.name === name);

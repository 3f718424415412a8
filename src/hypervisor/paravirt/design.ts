import { ensure } from '../../base';
import type { BuiltDesign, Design, OperationSpec } from '../design';
import { nativeExits } from '../native/exits';
import { describePv } from './describe';
import { mmuUpdate, pin, unpin } from './hypercalls';
import { pvInvariants } from './invariants';
import { commitPte, flushPage, lazyEnter, lazyLeave, readPte, setPte } from './lazyOps';
import { mprotect } from './mprotect';
import { pvPageFault } from './pageFault';
import { clean, reclaim, unmap, writeProtect } from './pageOps';
import { pvBoot, pvInvlpg, pvLoadCr3 } from './privileged';
import { refusePv } from './refuse';
import { SCHEMES, schemeNamed } from './schemes';
import { Pv } from './state';
import { isSwitch, SWITCHES } from './switches';

const VA = { what: 'address', wide: true } as const;
const VALUE = { what: 'entry', wide: true } as const;

const OPERATIONS: readonly OperationSpec[] = [
  {
    name: 'mprotect',
    says: 'The guest changes the protection of so many pages: 1 read, with 2 write and 4 execute added.',
    args: [VA, { what: 'pages' }, { what: 'protection' }],
    by: 'vcpu',
  },
  {
    name: 'reclaim',
    says: 'The guest takes a page away, to swap, and gives its frame to another process.',
    args: [VA],
    by: 'vcpu',
  },
  { name: 'clean', says: 'The guest writes a page to disk and marks it as clean.', args: [VA], by: 'vcpu' },
  {
    name: 'unmap',
    says: 'The guest removes a mapping in a lazy section and frees its frame.',
    args: [VA],
    by: 'vcpu',
  },
  {
    name: 'write-protect',
    says: 'The guest takes the right to write away from one page, as fork does.',
    args: [VA],
    by: 'vcpu',
  },
  {
    name: 'lazy-enter',
    says: 'Takes the lock of the table for an address and enters lazy mode.',
    args: [VA],
    by: 'vcpu',
  },
  {
    name: 'lazy-leave',
    says: 'Leaves lazy mode: delivers what waits, releases the lock.',
    args: [],
    by: 'vcpu',
  },
  {
    name: 'set-pte',
    says: 'The kernel gives the entry for an address a new value.',
    args: [VA, VALUE],
    by: 'vcpu',
  },
  {
    name: 'commit-pte',
    says: 'Commits a transaction with a value: the hypervisor keeps the A and D bits that are in the table by then.',
    args: [VA, VALUE],
    by: 'vcpu',
  },
  { name: 'read-pte', says: 'The kernel reads the entry for an address.', args: [VA], by: 'vcpu' },
  { name: 'flush-page', says: 'The kernel flushes one page from all TLBs.', args: [VA], by: 'vcpu' },
  {
    name: 'mmu-update',
    says: 'A hypercall: Xen shall write an entry of a table. Needs a scheme with direct paging.',
    args: [{ what: 'table frame' }, { what: 'index' }, VALUE],
    by: 'vcpu',
  },
  {
    name: 'pin',
    says: 'A hypercall: a frame shall be a page table of a level. It is validated, or refused.',
    args: [{ what: 'frame' }, { what: 'level' }],
    by: 'vcpu',
  },
  {
    name: 'unpin',
    says: 'A hypercall: a frame shall be an ordinary one again.',
    args: [{ what: 'frame' }],
    by: 'vcpu',
  },
];

const operations = new Map([
  ['mprotect', mprotect],
  ['reclaim', reclaim],
  ['clean', clean],
  ['unmap', unmap],
  ['write-protect', writeProtect],
  ['lazy-enter', lazyEnter],
  ['lazy-leave', lazyLeave],
  ['set-pte', setPte],
  ['commit-pte', commitPte],
  ['read-pte', readPte],
  ['flush-page', flushPage],
  ['mmu-update', mmuUpdate],
  ['pin', pin],
  ['unpin', unpin],
]);

/** All but the hypercalls that the scenario makes itself are work of the guest's own kernel. */
const guestWork = new Set(
  [...operations.keys()].filter((name) => !['mmu-update', 'pin', 'unpin'].includes(name)),
);

/**
 * Guests that know they are guests. One design with a profile per scheme, not a design each: the guest's kernel is the same in all
 * of them, and to compare two schemes is to change one line of a scenario.
 */
export const paravirt: Design = {
  name: 'paravirt',
  title: 'Paravirtual updates',
  about:
    'A guest changes live page-table entries while processors mark them: every scheme to do so, and its price.',
  profiles: SCHEMES.map(({ name, says }) => ({ name, says, switches: {} })),
  switches: SWITCHES,
  counters: [
    { name: 'traps', says: 'Stores of the guest to its tables that trapped.' },
    { name: 'hypercalls', says: 'Calls into the hypervisor about entries or tables.' },
    { name: 'queued', says: 'Updates that waited in a queue.' },
    { name: 'flush_calls', says: 'Calls into the hypervisor for a TLB flush or another address space.' },
    { name: 'exits', says: 'Page faults that the keeper of a shadow has looked at.' },
    { name: 'hidden_faults', says: 'Page faults that the guest has not heard of.' },
    { name: 'propagated', says: 'Times that the hypervisor set A or D in the guest’s own entry.' },
    { name: 'compares', says: 'Entries that a resync has compared.' },
  ],
  invariants: pvInvariants,
  knobs: [
    {
      name: 'batch',
      says: 'Updates that one hypercall takes: 32, or 31 as a later version of Linux has it.',
    },
    {
      name: 'queue-capacity',
      says: 'Updates that VMI’s queue holds before it is emptied. What the real one held is not public.',
    },
  ],
  figures: [
    {
      name: 'updates per call',
      of: 'queued',
      per: 'hypercalls',
      says: 'How many updates of entries one call into the hypervisor carries.',
      published:
        'Fitzhardinge, 2008: batching makes mprotect about 7 times faster; and mprotect on Xen still costs about 7 times. What each is relative to, and of how many pages, is not said',
    },
  ],
  operations: OPERATIONS,
  poolFrames: (_, guestFrames) => Math.max(32, Math.ceil(guestFrames / 8)),
  refuse: refusePv,
  build: (world, machine, options): BuiltDesign => {
    const name = options.profile === '' ? 'native' : options.profile;
    const scheme = schemeNamed(name);
    ensure(scheme !== undefined, `paravirt has a profile named ${name}`);
    const pv = new Pv(world, machine, scheme, options);
    world.addPart('paravirt', pv);
    for (const { name: one, default: unsaid } of SWITCHES) pv.setOn(one, options.switches[one] ?? unsaid);
    const nameTable = machine.nameTable;
    if (scheme.tables === 'shadow')
      machine.nameTable = (frame, level) =>
        pv.shadows.owns(frame) ? `the shadow of its L${level} table` : nameTable(frame, level);
    return {
      exits: {
        ...nativeExits,
        pageFault: pvPageFault,
        loadCr3: pvLoadCr3,
        invlpg: pvInvlpg,
        guestWork,
        operations,
      },
      boot: pvBoot,
      describe: describePv(pv),
      atRest: () => pv.lock.free && !pv.locked && pv.sem.get('writer') === 0 && pv.sem.get('readers') === 0,
      switchOn: (one) => {
        if (isSwitch(one)) return pv.on(one);
        throw new Error(
          `paravirt has no switch \`${one}\`. It has ${SWITCHES.map((s) => s.name).join(', ')}`,
        );
      },
      setSwitch: (one, on) => pv.setOn(one, on),
    };
  },
  panels: ['pvPrice'],
};

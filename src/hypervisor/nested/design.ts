import { ensure } from '../../base';
import { procedure, slots } from '../../kernel';
import type { BuiltDesign, Design, Profile, SwitchSpec } from '../design';
import { nativeExits } from '../native/exits';
import { presetPdptes } from '../native/loadPdptes';
import { sameRegisters } from '../native/registers';
import { describeNested } from './describe';
import { NESTED_OPERATIONS, nestedOperations } from './hostOps';
import { nestedInvariants } from './invariants';
import { Nested, type NestedSwitch, SWITCHES } from './state';
import { nestedPageFault } from './violation';
import { nestedWalk } from './walk';

const PROFILES: readonly Profile[] = [
  {
    name: 'npt',
    says: 'AMD’s nested paging: nested entries look like ordinary ones, A and D are always kept in them.',
    switches: {},
  },
  {
    name: 'ept',
    says: 'Intel’s EPT with its A and D bits: every access to a guest’s table then counts as a store to it.',
    switches: {},
  },
  {
    name: 'ept-first',
    says: 'Intel’s EPT as it was first built: no A and D bits in the nested tables.',
    switches: { 'nested-ad': false },
  },
];

const TEXTS: readonly SwitchSpec[] = [
  {
    name: 'invept',
    label: 'Invalidate after a change',
    says: 'After a nested entry has changed, every processor forgets what it composed from the old one; without it a guest goes on using a frame that is no longer its own.',
    default: true,
    protects: 'NI5',
  },
  {
    name: 'log-by-dirty-bits',
    label: 'Log by D bits',
    says: 'The dirty log reads and clears the D bits of the nested entries; without it each page is made read-only, and its first store is an exit.',
    default: false,
  },
  {
    name: 'large-nested-pages',
    label: 'Large nested pages',
    says: 'Guest frames that lie side by side in the machine are mapped by one large nested page: one read less per nested walk, and fewer exits.',
    default: false,
  },
  {
    name: 'walk-cache',
    label: 'Cache of nested translations (a model)',
    says: 'Each processor keeps 16 translations of guest frames, so that most nested walks read nothing. Real processors have such caches, of other shapes: this one is a model.',
    default: false,
  },
  {
    name: 'nested-ad',
    label: 'A and D in the nested tables',
    says: 'The processor marks nested entries as accessed and dirty. AMD’s always do.',
    default: true,
  },
];

const B = slots('vcpu');

const nestedBoot = procedure<Nested>({
  name: 'nested_boot',
  part: 'nested',
  lane: 'hypervisor',
  about: 'Each processor starts with the guest’s own registers; the nested tables are empty.',
  slots: B,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: the guest’s registers are the processor’s',
      touch: 'private',
      run: (t, n) => {
        const m = n.machine;
        const v = t.get(B.vcpu);
        sameRegisters(m, v);
        if (m.guestMode(v).name === 'pae') presetPdptes(m, v, m.vcpu(v).get('cr3Lo'));
        t.set(B.vcpu, v + 1);
        if (v + 1 < m.config.vcpus) t.goto('vcpu');
        else t.ret();
      },
      say: (t) =>
        `vCPU ${t.get(B.vcpu) - 1} starts with the registers of its guest. The nested tables hold nothing yet.`,
    },
  ],
});

const isSwitch = (name: string): name is NestedSwitch => (SWITCHES as readonly string[]).includes(name);

function known(name: string): NestedSwitch {
  if (isSwitch(name)) return name;
  throw new Error(`nested has no switch \`${name}\`. It has ${SWITCHES.join(', ')}`);
}

/** No shadow at all: the processor translates twice. The yardstick for the designs that have one. */
export const nested: Design = {
  name: 'nested',
  title: 'Nested paging',
  about:
    'No shadow: the processor walks the guest’s tables, and for every step of that walk the hypervisor’s own.',
  profiles: PROFILES,
  switches: TEXTS,
  counters: [
    { name: 'exits', says: 'Times that a vCPU left the guest for the hypervisor.' },
    { name: 'walks', says: 'Walks in both dimensions that came to their end.' },
    { name: 'guest_reads', says: 'Entries of the guest’s tables that walks have read.' },
    { name: 'nested_reads', says: 'Entries of the nested tables that walks have read.' },
    { name: 'nested_tables', says: 'Nested tables made after the root.' },
    { name: 'log_entries', says: 'Nested entries that the dirty log had to look at.' },
  ],
  invariants: nestedInvariants,
  figures: [
    {
      name: 'reads per walk',
      of: 'nested_reads',
      per: 'walks',
      says: 'Entries of the nested tables read in one walk: 20 for four levels on four with cold caches, beside four of the guest’s.',
      published: 'no measurement: this is arithmetic, (n + 1)(m + 1) - 1 reads in all',
    },
  ],
  knobs: [{ name: 'nested-levels', says: 'Levels of the nested tables: 4 (as on most machines), 3 or 2.' }],
  operations: NESTED_OPERATIONS,
  // A table maps at least as many frames as it has entries; a small geometry needs more tables.
  poolFrames: (_, guestFrames) => 16 + (guestFrames <= 4096 ? guestFrames : Math.ceil(guestFrames / 200)),
  build: (world, machine, options): BuiltDesign => {
    const profile = options.profile === '' ? 'npt' : options.profile;
    const row = PROFILES.find((p) => p.name === profile);
    ensure(row !== undefined, `nested has a profile named ${profile}`);
    const n = new Nested(world, machine, profile, options);
    world.addPart('nested', n);
    for (const { name, default: unsaid } of TEXTS)
      n.setOn(known(name), options.switches[name] ?? row.switches[name] ?? unsaid);
    machine.gfnToMfn = (gfn) => n.mfn(gfn);
    return {
      exits: { ...nativeExits, pageFault: nestedPageFault, walk: nestedWalk, operations: nestedOperations },
      boot: nestedBoot,
      describe: describeNested(n),
      atRest: () => n.lock.free,
      switchOn: (name) => n.on(known(name)),
      setSwitch: (name, on) => n.setOn(known(name), on),
    };
  },
  panels: [],
};

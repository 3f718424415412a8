import { defined, type Word } from '../../base';
import type { OpSource, PagingMode, ScenarioSpec, Schedule } from '../../engine';
import type { Design } from '../../hypervisor';
import { kvm } from '../../hypervisor/kvm/design';
import { LINUX_6_1 } from '../../hypervisor/kvm/profiles';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { Cpl, GuestOp } from '../../machine';
import { inEntry } from '../recordedOp';
import { guestOp, loadCase, machineOf, slotFlags } from './build';
import { frameOfAddress, isHost, type KvmCase, type KvmHost, type KvmOp, numberOf, wordOf } from './format';
import { ReplayedOp, replayOperation } from './guestAccess';
import { HOST_WRITE, hostProcedures, loadRecorded, Recorded, SET_CPL } from './hostWork';

/** Where an entry of a case stands: whose program, and which operation of it. */
export interface Place {
  readonly actor: number;
  /** First and last operation of the actor's program that belong to it; none if `count` is 0. */
  readonly op: number;
  readonly count: number;
}

/** A recorded case as something that runs: plain data, and the design that carries its operations out. */
export interface RecordedScenario {
  readonly spec: ScenarioSpec;
  readonly design: Design;
  /** For each entry of the case. */
  readonly places: readonly Place[];
}

const MODES: Readonly<Record<KvmCase['mode'], PagingMode>> = { '64': 'x86-64', pae: 'pae', '32': '32-bit' };

export const isGuest = (entry: KvmCase['ops'][number]): entry is KvmOp => !isHost(entry);

/** What the VMM did, as calls of the design's own operations and of two of the replay's. Several words are several operations. */
function hostOps(c: KvmCase, host: KvmHost): GuestOp[] {
  const call = (name: string, ...args: readonly number[]): GuestOp => ({ kind: 'call', name, args });
  switch (host.kind) {
    case 'memslot':
      return [
        call(
          'memslot',
          defined(host.slot, 'slot'),
          frameOfAddress(defined(host.gpa, 'gpa')),
          Math.floor(numberOf(defined(host.size, 'size')) / 4096),
          frameOfAddress(host.ram ?? '0x0'),
          slotFlags(host.flags ?? []),
        ),
      ];
    case 'get_dirty_log':
      return [call('get-dirty-log', defined(host.slot, 'slot'))];
    case 'madvise_dontneed':
      return [
        call(
          'dontneed',
          frameOfAddress(defined(host.gpa, 'gpa')),
          numberOf(defined(host.size, 'size')) / 4096,
        ),
      ];
    case 'set_cpl':
      return [call(SET_CPL, host.vcpu ?? 0, host.cpl ?? 0)];
    case 'host_write':
      return (host.mem ?? []).map(([address, value]) => {
        const at = numberOf(address);
        const word: Word = wordOf(value);
        return call(HOST_WRITE, Math.floor(at / 4096), at % 4096, c.mode === '32' ? 4 : 8, word.hi, word.lo);
      });
    default:
      throw new Error(`host operation ${host.kind} is not known. Expected one of the format's`);
  }
}

/** Runs the entries in the order in which they were recorded. */
function scheduleOf(places: readonly Place[]): Schedule {
  return {
    segments: places
      .filter(({ count }) => count > 0)
      .map(({ actor, op, count }) => ({ actor, until: { kind: 'op', op: op + count - 1, edge: 'end' } })),
    rest: { kind: 'in-order' },
  };
}

/** The design for one case: KVM, with what the recorder's processor and its VMM did instead of a guest program. */
const designFor = (c: KvmCase): Design => ({
  ...kvm,
  // Those that are asked at the end of an operation look for a guest program that is the machine's own.
  invariants: kvm.invariants.filter(({ when }) => when !== 'operation'),
  build: (world, machine, options) => {
    const built = kvm.build(world, machine, options);
    const k = world.part('kvm') as Kvm;
    const guests = c.vcpus.map((_, v) => c.ops.filter(isGuest).filter((op) => op.vcpu === v));
    world.addPart('replay', new ReplayedOp(k, guests));
    world.addPart('recorded', new Recorded(k, () => loadCase(k, c)));
    return {
      ...built,
      boot: loadRecorded,
      exits: {
        ...built.exits,
        carriesOut: replayOperation,
        operations: new Map([...built.exits.operations, ...hostProcedures]),
      },
    };
  },
});

/** The case as a scenario. `sourceOf`: where an entry is written, for whoever shows the text. */
export function kvmScenario(
  c: KvmCase,
  sourceOf: (entry: number) => OpSource = () => ({ from: 0, to: 0, text: '' }),
): RecordedScenario {
  const actors = c.vcpus.length + 1;
  const programs: GuestOp[][] = Array.from({ length: actors }, () => []);
  const sources: OpSource[][] = Array.from({ length: actors }, () => []);
  const places = c.ops.map((entry, i): Place => {
    const actor = isHost(entry) ? c.vcpus.length : entry.vcpu;
    const where = isHost(entry) ? `host ${entry.host}` : `op ${entry.op}`;
    const ops = inEntry(where, () => (isHost(entry) ? hostOps(c, entry) : [guestOp(entry)]));
    const program = defined(programs[actor], `a vCPU ${actor}, as the entry ${i} names it`);
    const place = { actor, op: program.length, count: ops.length };
    for (const op of ops) {
      program.push(op);
      sources[actor]?.push(sourceOf(i));
    }
    return place;
  });
  const spec: ScenarioSpec = {
    title: c.name,
    about: [
      'A guest program recorded on Linux 6.1 with KVM’s shadow MMU. The stage replays every access that the guest made; the tab “Recording” holds what the real kernel did against what the simulation does.',
    ],
    topic: 'Recorded on real machines',
    level: 'advanced',
    design: kvm.name,
    options: { profile: LINUX_6_1, switches: {}, p2m: [], poolFrames: 0, knobs: {} },
    paging: MODES[c.mode],
    machine: machineOf(c),
    vcpus: c.vcpus.map((given) => ({
      cr0: wordOf(given.cr0).lo,
      cr3: wordOf(given.cr3),
      cr4: wordOf(given.cr4).lo,
      efer: wordOf(given.efer).lo,
      cpl: given.cpl as Cpl,
      rflags: 0,
    })),
    memory: [],
    tables: [],
    programs: programs.slice(0, -1),
    host: programs[actors - 1] ?? [],
    prologue: [],
    schedule: scheduleOf(places),
    notes: [],
    asks: [],
    expect: [],
    violates: [],
    replay: true,
    sources,
  };
  return { spec, design: designFor(c), places };
}

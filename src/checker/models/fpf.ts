import { defined, ensure } from '../../base';
import { type Invariant, procedure, type Region, slots, type Thread, World } from '../../kernel';
import type { Subject } from '../subject';
import type { Member, Naming, Symmetry } from '../symmetry';
import { PackedBuffers, storedEntry, storedValue, storedWord } from './packedBuffers';

/** The size of the model: as the macros N, K, B and FENCE of the Promela text. */
export interface FpfSize {
  readonly vcpus: number;
  readonly operations: number;
  /** Stores a buffer holds: 2 or 4, as in the Promela text. */
  readonly depth: number;
  /** Whether the two MFENCEs are there. */
  readonly fence: boolean;
  /** Cells that belong to the state and never matter: a page table that is carried along. None if left out. */
  readonly padding?: number;
  /** Protections taken away one by one, which the Promela text cannot. */
  readonly without?: ReadonlySet<string>;
}

/** What makes the protocol safe, each to be taken away by `without`. */
export const FPF_PROTECTIONS = [
  { name: 'unique', label: 'Identification is unique per vCPU' },
  { name: 'fence', label: 'Barrier after identification' },
  { name: 'settle', label: 'Barrier after the write-protect flag' },
  { name: 'compare', label: 'Compare-and-exchange' },
  { name: 'mmu-lock', label: 'Write-protection holds mmu-lock' },
] as const;

const SPTE = 0;
const FLAG = 1;
const LOCK = 2;

/** The words shared by all: the shadow entry, "somebody write-protects", mmu-lock. */
export class Fpf {
  readonly memory: Region;
  readonly buffers: PackedBuffers;

  constructor(
    readonly world: World,
    readonly size: FpfSize,
  ) {
    this.memory = world.store.region('memory', 3);
    this.buffers = new PackedBuffers(world.store, this.memory, size.vcpus, size.depth);
    if (size.padding !== undefined) world.store.region('padding', size.padding);
    world.addPart('fpf', this);
  }

  has(protection: (typeof FPF_PROTECTIONS)[number]['name']): boolean {
    return !(this.size.without?.has(protection) ?? false);
  }

  word(which: number): number {
    return this.world.store.get(this.memory.base + which);
  }

  /** What a vCPU reads: its own newest store, else memory. */
  read(v: number, which: number): number {
    return this.buffers.read(v, which);
  }
}

const L = slots('ops');
const mark = (t: Thread, m: Fpf): number => ((m.has('unique') ? t.actor : 0) + 1) << 1;
const roomLeft = (t: Thread, m: Fpf): boolean => !m.buffers.full(t.actor);
const drained = (t: Thread, m: Fpf): boolean => m.buffers.empty(t.actor);
const fenced =
  (which: 'fence' | 'settle') =>
  (t: Thread, m: Fpf): boolean =>
    !m.size.fence || !m.has(which) || m.buffers.empty(t.actor);
const lockFree = (t: Thread, m: Fpf): boolean =>
  m.buffers.empty(t.actor) && (m.word(LOCK) === 0 || !m.has('mmu-lock'));
const who = (t: Thread): string => `vCPU ${t.actor}`;
const OPERATIONS = ['fast', 'protect', 'unprotect'] as const;

function lock(t: Thread, m: Fpf): void {
  m.world.store.set(m.memory.base + LOCK, t.actor + 1);
}

/**
 * KVM's fast page fault against write-protection, as small as it can be said: step for step the Promela text
 * (`src/testing/oracles/spin/fpf.pml`), so that SPIN's count of states is ours.
 */
export const fpfVcpu = procedure<Fpf>({
  name: 'fpf_vcpu',
  part: 'fpf',
  lane: 'hypervisor',
  about:
    'Fast page fault, write-protection and its end, in any order; three shared words behind store buffers.',
  slots: L,
  steps: [
    {
      label: 'idle',
      line: 'any of: fast fault, write-protect, unprotect',
      touch: 'private',
      when: (t) => t.get(L.ops) > 0,
      run: (t, m) => {
        t.set(L.ops, t.get(L.ops) - 1);
        t.goto(OPERATIONS[m.world.choose(3)] as string);
      },
      say: (t) => `${who(t)} begins its next operation.`,
    },
    {
      label: 'fast',
      line: 'fast: if spte & W: nothing to do',
      touch: 'racy',
      run: (t, m) => {
        if ((m.read(t.actor, SPTE) & 1) !== 0) t.goto('idle');
      },
      say: (t) => `${who(t)} reads the shadow entry without a lock.`,
    },
    {
      label: 'identify',
      line: '  spte = my identification',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => m.buffers.push(t.actor, SPTE, mark(t, m)),
      say: (t) => `${who(t)} stores its identification into the entry.`,
    },
    {
      label: 'fence',
      line: '  mfence',
      touch: 'private',
      when: fenced('fence'),
      run: () => {},
      say: (t) => `${who(t)} waits until others can see that store.`,
    },
    {
      label: 'flag',
      line: '  if write-protection is on: give up',
      touch: 'racy',
      run: (t, m) => {
        if (m.read(t.actor, FLAG) !== 0) t.goto('idle');
      },
      say: (t) => `${who(t)} reads whether somebody write-protects the page.`,
    },
    {
      label: 'exchange',
      line: '  lock cmpxchg(spte, my identification, writable)',
      touch: 'racy',
      when: drained,
      run: (t, m) => {
        if (m.word(SPTE) === mark(t, m) || !m.has('compare')) t.store.set(m.memory.base + SPTE, 1);
        t.goto('idle');
      },
      say: (t) => `${who(t)} makes the entry writable if it still holds its identification.`,
    },
    {
      label: 'protect',
      line: 'write-protect: lock(mmu_lock)',
      touch: 'racy',
      when: lockFree,
      run: lock,
      say: (t) => `${who(t)} takes mmu-lock.`,
    },
    {
      label: 'raise',
      line: '  write-protection is on',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => m.buffers.push(t.actor, FLAG, 1),
      say: (t) => `${who(t)} says that the page is to be write-protected.`,
    },
    {
      label: 'settle',
      line: '  mfence',
      touch: 'private',
      when: fenced('settle'),
      run: () => {},
      say: (t) => `${who(t)} waits until others can see that.`,
    },
    {
      label: 'look',
      line: '  if spte != 0:',
      touch: 'racy',
      run: (t, m) => {
        if (m.read(t.actor, SPTE) === 0) t.goto('release');
      },
      say: (t) => `${who(t)} reads the shadow entry under the lock.`,
    },
    {
      label: 'clear',
      line: '    spte = 0',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => m.buffers.push(t.actor, SPTE, 0),
      say: (t) => `${who(t)} takes write access, and any identification, away.`,
    },
    {
      label: 'release',
      line: '  unlock(mmu_lock)',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => {
        m.buffers.push(t.actor, LOCK, 0);
        t.goto('idle');
      },
      say: (t) => `${who(t)} stores a free mmu-lock.`,
    },
    {
      label: 'unprotect',
      line: 'unprotect: lock(mmu_lock)',
      touch: 'racy',
      when: lockFree,
      run: lock,
      say: (t) => `${who(t)} takes mmu-lock.`,
    },
    {
      label: 'lower',
      line: '  write-protection is off',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => m.buffers.push(t.actor, FLAG, 0),
      say: (t) => `${who(t)} says that the page may be written again.`,
    },
    {
      label: 'leave',
      line: '  unlock(mmu_lock)',
      touch: 'buffered',
      when: roomLeft,
      run: (t, m) => {
        m.buffers.push(t.actor, LOCK, 0);
        t.goto('idle');
      },
      say: (t) => `${who(t)} stores a free mmu-lock.`,
    },
  ],
});

const HOLDS: readonly never[] = [];

const protectedMeansProtected: Invariant<Fpf> = {
  name: 'FPF',
  part: 'fpf',
  when: 'step',
  says: 'While nobody holds mmu-lock and write-protection is on, the entry is not writable.',
  check: (m) =>
    m.word(LOCK) === 0 && m.word(FLAG) === 1 && (m.word(SPTE) & 1) !== 0
      ? [
          {
            invariant: 'FPF',
            says: 'The shadow entry is writable although the page is write-protected and mmu-lock is free.',
            where: 'spte',
          },
        ]
      : HOLDS,
};

/** The vCPU that an entry is identified by: above the writable bit, one more than its number. */
const identification: Naming = {
  of: (value) => (value >> 1) - 1,
  renamed: (_, vcpu) => (vcpu + 1) << 1,
};
const owner: Naming = { of: (value) => value - 1, renamed: (_, vcpu) => vcpu + 1 };

/** A waiting store of an identification. */
const buffered: Naming = {
  of: (entry) => (storedWord(entry) === SPTE ? identification.of(storedValue(entry)) : -1),
  renamed: (_, vcpu) => storedEntry(SPTE, identification.renamed(0, vcpu)),
};

/** The model at a size, in its first state. Actors: the vCPUs, then their store buffers. */
export function fpf(size: FpfSize): Subject {
  const { vcpus, depth } = size;
  ensure(vcpus >= 1 && vcpus <= 7, 'an identification fits the three bits that the Promela text gives it');
  const world = new World([]);
  const model = new Fpf(world, size);
  for (let v = 0; v < vcpus; v++)
    world.addThread('vcpu', `vCPU ${v}`).start(fpfVcpu as never, size.operations);
  for (let v = 0; v < vcpus; v++) {
    world.addActor(
      'drain',
      `store buffer of vCPU ${v}`,
      () => !model.buffers.empty(v),
      () => model.buffers.drain(v),
    );
  }
  ensure(depth === 2 || depth === 4, 'the Promela text knows buffers of 2 or 4 stores');
  world.store.forget();
  const idle = (v: number): boolean => world.location(v)?.label === 'idle';
  const atRest = (): boolean =>
    model.word(LOCK) === 0 && world.actors.every((a) => (a.kind === 'vcpu' ? idle(a.index) : !a.enabled()));
  const member = (v: number): Member => ({
    own: model.buffers.cellsOf(v),
    thread: defined(world.actors[v]?.thread, `the thread of vCPU ${v}`),
    actors: [v, vcpus + v],
  });
  const symmetry: Symmetry = {
    members: Array.from({ length: vcpus }, (_, v) => member(v)),
    naming: [
      { cell: model.memory.base + SPTE, by: identification },
      { cell: model.memory.base + LOCK, by: owner },
    ],
    namingRuns: [undefined, buffered],
  };
  // Nobody's procedure returns: the end is that all wait for an operation that will not come.
  const named = model.has('unique') ? { symmetry } : {};
  const unlocked = (): boolean => model.word(LOCK) === 0;
  return { world, invariants: [protectedMeansProtected], atRest, unlocked, ended: atRest, ...named };
}

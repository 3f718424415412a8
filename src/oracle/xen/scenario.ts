import { defined } from '../../base';
import type { OpSource, PagingMode, ScenarioSpec } from '../../engine';
import type { Design } from '../../hypervisor';
import type { Xen } from '../../hypervisor/xen/state';
import { wholeXen } from '../../hypervisor/xen/whole';
import { type Procedure, procedure, slots } from '../../kernel';
import { type Cpl, type GuestOp, PFEC_I, PFEC_U, PFEC_W, type Width } from '../../machine';
import { inEntry, recordedOp } from '../recordedOp';
import { loadCase, worldOf } from './build';
import { numberOf, type RecordedEvent, wordOf, type XenCase, type XenOp } from './format';

/** Operations of the vCPU's program, first and how many. */
export interface Stretch {
  readonly op: number;
  readonly count: number;
}

/** Where a recorded operation stands in the program: what the harness did before it, and itself with what the harness did after. */
export interface Place {
  readonly before: Stretch | undefined;
  readonly own: Stretch;
  /** The instruction itself. */
  readonly instruction: number;
}

/** A recorded case as something that runs: plain data, and the design in the state that the recording begins with. */
export interface RecordedScenario {
  readonly spec: ScenarioSpec;
  readonly design: Design;
  /** For each operation of the case. */
  readonly places: readonly Place[];
}

const MODES: Readonly<Record<XenCase['mode'], PagingMode>> = { '64': 'x86-64', pae: 'pae', '32': '32-bit' };

const zero = { hi: 0, lo: 0 };
/** Somewhere in the memory of the harness, which is mapped writable all the time. */
const HARNESS_LOG = { hi: 0, lo: 0x10a000 };
/** Instructions that Xen emulates: what comes after them may be emulated too. */
const EMULATED: ReadonlySet<GuestOp['kind']> = new Set(['store', 'locked', 'stos']);

/** A table entry that the harness writes: 32-bit code writes one of eight bytes in two stores, low half first. */
function harnessStore(c: XenCase, gpa: string, value: string): GuestOp[] {
  const [va, what] = [wordOf(gpa), wordOf(value)];
  const store = (lo: number, word: typeof zero, width: Width): GuestOp => ({
    kind: 'store',
    va: { hi: va.hi, lo },
    value: word,
    width,
    cpl: 0,
  });
  if (c.mode === '64') return [store(va.lo, what, 8)];
  const low = store(va.lo, { hi: 0, lo: what.lo }, 4);
  return c.mode === '32' ? [low] : [low, store(va.lo + 4, { hi: 0, lo: what.hi }, 4)];
}

/** A fault of the harness' own, as the access that had it: it happens again if the shadow lacks the same. */
function harnessAccess(event: RecordedEvent): GuestOp {
  const error = numberOf(String(event.error));
  const va = wordOf(String(event.addr));
  const cpl: Cpl = (error & PFEC_U) !== 0 ? 3 : 0;
  if ((error & PFEC_I) !== 0) return { kind: 'fetch', va, cpl };
  if ((error & PFEC_W) !== 0) return { kind: 'store', va, width: 1, value: zero, cpl };
  return { kind: 'load', va, width: 1, cpl };
}

/**
 * What the harness does next: among the instructions that Xen emulates after a store of a PAE guest is one that notes something in
 * the harness' own log, and such a store ends a row of zeroes. Other modes emulate nothing ahead.
 */
const logging = (c: XenCase): GuestOp[] =>
  c.mode === 'pae' ? [{ kind: 'store', va: HARNESS_LOG, width: 4, value: { hi: 0, lo: 1 }, cpl: 0 }] : [];

const BREAK = 'note-for-the-recording';
/** The harness leaves for a CPUID. With 1 its marker has faulted, which ends a row of zero stores. */
const pause = (marker: boolean): GuestOp => ({ kind: 'call', name: BREAK, args: [marker ? 1 : 0] });
/** Nothing behind it is emulated ahead; only for a PAE guest is anything. */
const barrier = (c: XenCase): GuestOp[] => (c.mode === 'pae' ? [pause(false)] : []);
const markers = (c: XenCase): GuestOp[] => (c.marker === 'fault' ? [pause(true)] : []);

const L = slots('marker');
const harnessBreak = procedure<Xen>({
  name: 'oracle_xen_break',
  part: 'xen',
  lane: 'hypervisor',
  about: 'The recorder’s own code between two operations.',
  slots: L,
  steps: [
    {
      label: 'break',
      line: 'the recorder’s own code',
      touch: 'private',
      run: (t, x) => {
        if (t.get(L.marker) === 1) x.vcpu(t.actor).set('lastEmulatedMfnForUnshadow', 0);
      },
      say: (t) =>
        t.get(L.marker) === 1
          ? 'The recorder marks the place with a fault of its own: a row of zero stores ends here.'
          : 'The recorder notes what it has seen.',
    },
  ],
});

/** Part `recorded`: brings the world to what it was before the first operation. */
const loadRecorded = procedure<{ load: () => void }>({
  name: 'oracle_xen_load',
  part: 'recorded',
  lane: 'hypervisor',
  about: 'Loads what was there before the first recorded operation.',
  slots: slots(),
  steps: [
    {
      label: 'load',
      line: 'guest tables, shadows, out-of-sync slots',
      touch: 'private',
      run: (_, { load }) => load(),
      say: 'The recorded guest and its shadow are loaded.',
    },
  ],
});

const designFor = (c: XenCase): Design => ({
  ...wholeXen,
  build: (world, machine, options) => {
    const built = wholeXen.build(world, machine, options);
    const x = world.part('xen') as Xen;
    world.addPart('recorded', { load: () => loadCase(x, c) });
    const operations: readonly (readonly [string, Procedure<never>])[] = [
      ...built.exits.operations,
      [BREAK, harnessBreak as Procedure<never>],
    ];
    const guestWork = new Set([...(built.exits.guestWork ?? []), BREAK]);
    return {
      ...built,
      boot: loadRecorded,
      exits: { ...built.exits, guestWork, operations: new Map(operations) },
    };
  },
});

/** What the harness did before an operation; none if nothing is recorded of any. */
function opsBefore(c: XenCase, op: XenOp): GuestOp[] | undefined {
  if (op.pre === undefined && op.kind !== 'cmpxchg') return undefined;
  const stores = op.pre?.stores ?? [];
  const ops = stores.flatMap(([gpa, value]) => [...harnessStore(c, gpa, value), ...barrier(c)]);
  if (op.kind !== 'cmpxchg') return ops;
  const { va, size } = op;
  return [
    ...ops,
    { kind: 'load', va: wordOf(defined(va, 'va')), width: (size ?? 4) as Width, cpl: 0 },
    ...barrier(c),
  ];
}

/** The operation between two markers, and the accesses of the harness that faulted after it. */
function ownOps(c: XenCase, op: XenOp): GuestOp[] {
  const instruction = recordedOp(op, c.mode === '64' ? 8 : 4);
  const faulted = op.events.filter((event) => event.ev === 'page_fault' && event.by === 'harness');
  return [
    ...markers(c),
    instruction,
    ...(EMULATED.has(instruction.kind) && op.cpl === 0 ? logging(c) : []),
    ...barrier(c),
    ...faulted.flatMap((event) => [harnessAccess(event), ...barrier(c)]),
    ...markers(c),
  ];
}

/** The case as a scenario. `sourceOf`: where an operation is written, for whoever shows the text. */
export function xenScenario(
  c: XenCase,
  sourceOf: (op: number) => OpSource = () => ({ from: 0, to: 0, text: '' }),
): RecordedScenario {
  const program: GuestOp[] = [];
  const sources: OpSource[] = [];
  const add = (ops: readonly GuestOp[], i: number, own: number): Stretch => {
    const stretch = { op: program.length, count: ops.length };
    ops.forEach((op, k) => {
      program.push(op);
      const source = sourceOf(i);
      // What the recorder's own code does is told apart from the operation that it records.
      sources.push(
        k === own ? source : { ...source, text: op.kind === 'call' ? '· noted' : '· the recorder' },
      );
    });
    return stretch;
  };
  const places = c.ops.map((op, i): Place => {
    const [ahead, after] = inEntry(`op ${op.op}`, () => [opsBefore(c, op), ownOps(c, op)] as const);
    const before = ahead === undefined ? undefined : add(ahead, i, -1);
    const own = add(after, i, markers(c).length);
    return { before, own, instruction: own.op + markers(c).length };
  });
  const given = defined(c.vcpus[0], 'a vCPU');
  const { machine, options } = worldOf(c);
  const spec: ScenarioSpec = {
    title: c.name,
    about: [
      'A guest program recorded on Xen 4.17’s shadow code. The stage begins with the shadow that Xen had and does what the guest did; the tab “Recording” holds what the real Xen did against what the simulation does.',
    ],
    topic: 'Recorded on real machines',
    level: 'advanced',
    design: wholeXen.name,
    options,
    paging: MODES[c.mode],
    machine,
    vcpus: [
      {
        cr0: wordOf(given.cr0).lo,
        cr3: wordOf(given.cr3),
        cr4: wordOf(given.cr4).lo,
        efer: wordOf(given.efer).lo,
        cpl: given.cpl as Cpl,
        rflags: 0,
      },
    ],
    memory: [],
    tables: [],
    programs: [program],
    host: [],
    prologue: [],
    schedule: { segments: [], rest: { kind: 'in-order' } },
    notes: [],
    asks: [],
    expect: [],
    violates: [],
    replay: true,
    sources: [sources, []],
  };
  return { spec, design: designFor(c), places };
}

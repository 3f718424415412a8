import { defined, type Word } from '../../base';
import type { Xen } from '../../hypervisor/xen/state';
import type { World } from '../../kernel';
import {
  type Cpl,
  type GuestOp,
  GuestPageFault,
  guest,
  OperationEnded,
  OUTCOME_DONE,
  PFEC_I,
  PFEC_U,
  PFEC_W,
  type Width,
} from '../../machine';
import { recordedOp } from '../recordedOp';
import { buildCase } from './build';
import { ShadowNames } from './entryText';
import { numberOf, type RecordedEvent, wordOf, type XenCase, type XenOp } from './format';
import { printedEvents } from './print';
import { type Shadow, ShadowWatch } from './shadowState';

/** What the design did in an operation, or in the stores before it. */
export interface Outcome {
  readonly events: readonly RecordedEvent[];
  /** Words of the guest's memory that changed, by address. */
  readonly mem: ReadonlyMap<number, Word>;
  readonly shadows: ReadonlyMap<string, Shadow>;
  readonly oos: readonly (number | null)[];
  readonly roots: readonly (string | null)[];
  readonly value: Word;
  readonly fault: { readonly error: number; readonly va: Word } | undefined;
  readonly done: boolean;
}

/** More than any operation takes; a design that goes round in circles must not hang the command. */
const STEPS = 500_000;

const zero = { hi: 0, lo: 0 };
/** Somewhere in the memory of the harness, which is mapped writable all the time. */
const HARNESS_LOG = { hi: 0, lo: 0x10a000 };
/** Instructions that Xen emulates: what comes after them may be emulated too. */
const EMULATED: ReadonlySet<GuestOp['kind']> = new Set(['store', 'locked', 'stos']);

/** A table entry that the harness writes: 32-bit code writes one of eight bytes in two stores, low half first. */
function harnessStore(c: XenCase, gpa: string, value: string): GuestOp[] {
  const [va, what] = [wordOf(gpa), wordOf(value)];
  const store = (lo: number, word: Word, width: Width): GuestOp => ({
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

/** A case under way: its world, and everything watched of it. */
export class XenReplay {
  readonly x: Xen;
  readonly world: World;
  private readonly names: ShadowNames;
  private readonly watch: ShadowWatch;
  private readonly wordCells: 1 | 2;

  constructor(readonly c: XenCase) {
    this.x = buildCase(c);
    this.world = this.x.world;
    this.names = new ShadowNames(this.x);
    this.watch = new ShadowWatch(this.x, this.names);
    this.wordCells = c.mode === '32' ? 1 : 2;
  }

  /** What stands at the start, as read back from the design. */
  start(): Outcome {
    return this.watched(() => undefined);
  }

  /** The stores of the harness before an operation. Undefined if there are none, and nothing is recorded of any. */
  before(op: XenOp): Outcome | undefined {
    const { c } = this;
    const stores = op.pre?.stores ?? [];
    if (op.pre === undefined && op.kind !== 'cmpxchg') return undefined;
    return this.watched(() => {
      for (const [gpa, value] of stores) this.program(harnessStore(c, gpa, value));
      if (op.kind !== 'cmpxchg') return;
      const { va, size } = op;
      this.program([{ kind: 'load', va: wordOf(defined(va, 'va')), width: (size ?? 4) as Width, cpl: 0 }]);
    });
  }

  run(op: XenOp): Outcome {
    return this.watched(() => {
      this.mark();
      const instruction = recordedOp(op, this.c.mode === '64' ? 8 : 4);
      this.program(
        EMULATED.has(instruction.kind) && op.cpl === 0 ? [instruction, ...this.logging()] : [instruction],
      );
      const result = { ...this.ended(), fault: this.fault() };
      for (const event of op.events)
        if (event.ev === 'page_fault' && event.by === 'harness') this.program([harnessAccess(event)]);
      this.mark();
      return result;
    });
  }

  /**
   * What the harness does next: among the instructions that Xen emulates after a store of a PAE guest is one that notes something in
   * the harness' own log, and such a store ends a row of zeroes. Other modes emulate nothing ahead.
   */
  private logging(): GuestOp[] {
    return this.c.mode === 'pae'
      ? [{ kind: 'store', va: HARNESS_LOG, width: 4, value: { hi: 0, lo: 1 }, cpl: 0 }]
      : [];
  }

  /** The marker's only effect: a fault of the guest's own ends a row of zero stores. */
  private mark(): void {
    if (this.c.marker === 'fault') this.x.vcpu(0).set('lastEmulatedMfnForUnshadow', 0);
  }

  private watched(run: () => Pick<Outcome, 'done' | 'value' | 'fault'> | undefined): Outcome {
    const { world, x } = this;
    world.store.forget();
    world.events.truncate(0);
    const result = run() ?? { done: true, value: zero, fault: undefined };
    const { mem, cells } = this.changes();
    const { oos } = x.vcpu(0);
    return {
      ...result,
      events: printedEvents(x, this.c.mode, this.names),
      mem,
      shadows: this.watch.read(cells),
      oos: Array.from({ length: oos.size }, (_, slot) =>
        oos.page(slot) < 0 ? null : x.p2m.gfn(oos.page(slot)),
      ),
      roots: [0, 1, 2, 3].map((slot) => {
        const smfn = x.vcpu(0).shadowTable(slot);
        return smfn < 0 ? null : this.names.key(smfn);
      }),
    };
  }

  private program(ops: readonly GuestOp[]): void {
    const { world } = this;
    this.x.machine.programs = [ops, []];
    defined(world.actors[0]?.thread, 'the thread of the vCPU').start(guest);
    for (let i = 0; world.tryStep(0); i++) if (i === STEPS) throw new Error(`more than ${STEPS} steps`);
    if (world.actors[0]?.thread?.alive === true)
      throw new Error(`the vCPU waits for ever at ${world.location(0)?.label ?? 'nothing'}`);
  }

  /** How the first operation of the program ended. */
  private ended(): Pick<Outcome, 'done' | 'value'> {
    const { events } = this.world;
    let ended: Pick<Outcome, 'done' | 'value'> = { done: false, value: zero };
    events.scan(0, events.mark, (type, _, at) => {
      if (type !== OperationEnded || events.argument(at + 1) !== 0) return;
      const value = { hi: events.argument(at + 3), lo: events.argument(at + 4) };
      ended = { done: events.argument(at + 2) === OUTCOME_DONE, value };
    });
    return ended;
  }

  private fault(): Outcome['fault'] {
    const { events } = this.world;
    let fault: Outcome['fault'];
    events.scan(0, events.mark, (type, _, at) => {
      if (type !== GuestPageFault) return;
      fault = {
        va: { hi: events.argument(at + 1), lo: events.argument(at + 2) },
        error: events.argument(at + 3),
      };
    });
    return fault;
  }

  word(frame: number, word: number): Word {
    const { memory } = this.x;
    if (this.wordCells === 1) return { hi: 0, lo: memory.read32(frame, word) };
    return { hi: memory.hi(frame, word), lo: memory.lo(frame, word) };
  }

  /** Words of the guest's memory that differ from before, by guest-physical address, and the cells written of every frame. */
  private changes(): { mem: Map<number, Word>; cells: Map<number, number[]> } {
    const { store } = this.world;
    const { memory, machine, p2m } = this.x;
    const cells = new Map<number, number[]>();
    const olds = new Map<number, number>();
    store.writes(0, store.mark, (cell, old) => {
      const frame = memory.frameOfCell(cell);
      if (frame < 0 || olds.has(cell)) return;
      olds.set(cell, old);
      const place = cell - memory.cell(frame, 0);
      const known = cells.get(frame);
      if (known === undefined) cells.set(frame, [place]);
      else known.push(place);
    });
    const mem = new Map<number, Word>();
    for (const [cell, old] of olds) {
      if (store.get(cell) === old) continue;
      const frame = memory.frameOfCell(cell);
      if (frame >= machine.config.guestFrames) continue;
      const word = Math.floor((cell - memory.cell(frame, 0)) / this.wordCells);
      mem.set(p2m.gfn(frame) * 4096 + word * 4 * this.wordCells, this.word(frame, word));
    }
    return { mem, cells };
  }
}

import { defined, type Word } from '../../base';
import { buildWorld } from '../../engine';
import type { Xen } from '../../hypervisor/xen/state';
import { Store, type World } from '../../kernel';
import { GuestPageFault, OperationEnded, OUTCOME_DONE } from '../../machine';
import { ShadowNames } from './entryText';
import type { RecordedEvent, XenCase } from './format';
import { printedEvents } from './print';
import { type Place, type Stretch, xenScenario } from './scenario';
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

/** A case under way: its world, and everything watched of it. */
export class XenReplay {
  readonly x: Xen;
  readonly world: World;
  private readonly names: ShadowNames;
  private readonly watch: ShadowWatch;
  private readonly wordCells: 1 | 2;

  private readonly places: readonly Place[];

  constructor(readonly c: XenCase) {
    const { spec, design, places } = xenScenario(c);
    this.places = places;
    this.world = buildWorld(spec, design, new Store(256 * 1024)).world;
    this.x = this.world.part('xen') as Xen;
    this.names = new ShadowNames(this.x);
    this.watch = new ShadowWatch(this.x, this.names);
    this.wordCells = c.mode === '32' ? 1 : 2;
  }

  /** What stands at the start, as read back from the design. */
  start(): Outcome {
    return this.watched(() => undefined);
  }

  /** What the harness did before the operation at `index` of the case. Undefined if there is none, and nothing is recorded of any. */
  before(index: number): Outcome | undefined {
    const { before } = defined(this.places[index], `operation ${index}`);
    return before === undefined
      ? undefined
      : this.watched(() => {
          this.drive(before);
          return undefined;
        });
  }

  /** The operation at `index`. Operations are run in their order, each once, after what is before them. */
  run(index: number): Outcome {
    const { own, instruction } = defined(this.places[index], `operation ${index}`);
    return this.watched(() => {
      this.drive(own);
      return { ...this.ended(instruction), fault: this.fault() };
    });
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

  /** Operations of the program, to the end of the last of them. */
  private drive({ count }: Stretch): void {
    const { world } = this;
    const { events } = world;
    let left = count;
    for (let i = 0; left > 0; i++) {
      const before = events.mark;
      if (!world.tryStep(0))
        throw new Error(`the vCPU waits for ever at ${world.location(0)?.label ?? 'nothing'}`);
      if (i === STEPS) throw new Error(`more than ${STEPS} steps`);
      if (events.mark === before) continue;
      events.scan(before, events.mark, (type) => {
        if (type === OperationEnded) left--;
      });
    }
  }

  /** How an operation of the program ended. */
  private ended(op: number): Pick<Outcome, 'done' | 'value'> {
    const { events } = this.world;
    let ended: Pick<Outcome, 'done' | 'value'> = { done: false, value: zero };
    events.scan(0, events.mark, (type, _, at) => {
      if (type !== OperationEnded || events.argument(at + 1) !== op) return;
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

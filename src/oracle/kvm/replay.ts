import { defined, type Word } from '../../base';
import { KvmDirty, KvmMmio } from '../../hypervisor/kvm/events';
import { touchForWrite } from '../../hypervisor/kvm/host';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { Thread, World } from '../../kernel';
import { writeBytes } from '../../machine';
import { buildCase, guestOp, slotFlags } from './build';
import {
  frameOfAddress,
  isHost,
  type KvmCase,
  type KvmEntry,
  type KvmHost,
  type KvmOp,
  numberOf,
  type RecordedEvent,
  type ShadowChange,
  wordOf,
} from './format';
import { ReplayedOp, replayOperation } from './guestAccess';
import { hex64, printedEvents } from './print';
import { ShadowWatch } from './shadowState';

/** What the design did in one entry of a case. */
export interface EntryOutcome {
  readonly events: readonly RecordedEvent[];
  readonly mem: readonly (readonly [string, string])[];
  readonly shadow: ShadowChange;
  readonly exits: Readonly<Record<string, number>>;
  readonly result: {
    readonly value: Word;
    readonly fault: { readonly error: number; readonly va: Word } | undefined;
    readonly mmio: readonly { readonly write: boolean; readonly pa: string; readonly len: number }[];
  };
  readonly dirty: readonly number[];
  /** Set when the operation took a way that the recording does not know: nothing after it can be compared. */
  readonly astray: string | undefined;
}

/** More than any operation takes; a design that goes round in circles must not hang the command. */
const STEPS = 2_000_000;
/** Frames of the harness itself: nobody reads them as tables, and their contents are not recorded. */
const HARNESS_FRAMES = 6;

/** A case under way: its world, and everything watched of it. */
export class KvmReplay {
  readonly k: Kvm;
  readonly world: World;
  private readonly replayed: ReplayedOp;
  private readonly watch: ShadowWatch;
  /** What every changed word of memory held at the start, by frame and word. */
  readonly firstValues = new Map<number, Map<number, Word>>();
  readonly discarded = new Set<number>();
  private readonly wordCells: 1 | 2;

  constructor(readonly c: KvmCase) {
    this.k = buildCase(c);
    this.world = this.k.world;
    this.replayed = new ReplayedOp(this.k);
    this.world.addPart('replay', this.replayed);
    this.watch = new ShadowWatch(this.k);
    this.wordCells = c.mode === '32' ? 1 : 2;
    const guests = c.vcpus.map((_, v) =>
      c.ops.filter((o): o is KvmOp => !isHost(o) && o.vcpu === v).map(guestOp),
    );
    this.k.machine.programs = [...guests, []];
  }

  /** Which operation of its vCPU's program is next. */
  private readonly turn: number[] = [];

  run(entry: KvmEntry): EntryOutcome {
    const { world } = this;
    world.store.forget();
    world.events.truncate(0);
    if (isHost(entry)) this.runHost(entry);
    else this.runGuest(entry);
    const { mem, frames } = this.changes();
    return {
      events: printedEvents(world, 0, world.events.mark),
      mem,
      shadow: this.watch.change(frames),
      exits: isHost(entry) ? {} : { ...this.replayed.exits },
      result: { value: this.replayed.value, fault: this.replayed.fault, mmio: this.mmio() },
      dirty: this.dirty(),
      astray: isHost(entry) ? undefined : this.replayed.astray,
    };
  }

  private runGuest(op: KvmOp): void {
    const nth = this.turn[op.vcpu] ?? 0;
    this.turn[op.vcpu] = nth + 1;
    const r = this.k.machine.vcpu(op.vcpu);
    r.set('op', nth);
    this.replayed.begin(op);
    this.drive(op.vcpu, (t) => t.start(replayOperation));
  }

  private drive(actor: number, start: (t: Thread) => void): void {
    const { world } = this;
    start(defined(world.actors[actor]?.thread, `the thread of actor ${actor}`));
    for (let i = 0; world.tryStep(actor); i++) if (i === STEPS) throw new Error(`more than ${STEPS} steps`);
    const stuck = world.actors[actor]?.thread?.alive === true;
    if (stuck)
      throw new Error(`actor ${actor} waits for ever at ${world.location(actor)?.label ?? 'nothing'}`);
  }

  private runHost(host: KvmHost): void {
    this.replayed.value = { hi: 0, lo: 0 };
    this.replayed.fault = undefined;
    switch (host.kind) {
      case 'memslot':
        this.call('memslot', [
          defined(host.slot, 'slot'),
          frameOfAddress(defined(host.gpa, 'gpa')),
          Math.floor(numberOf(defined(host.size, 'size')) / 4096),
          frameOfAddress(host.ram ?? '0x0'),
          slotFlags(host.flags ?? []),
        ]);
        return;
      case 'get_dirty_log':
        this.call('get-dirty-log', [defined(host.slot, 'slot')]);
        return;
      case 'madvise_dontneed':
        this.discard(frameOfAddress(defined(host.gpa, 'gpa')), numberOf(defined(host.size, 'size')) / 4096);
        return;
      case 'set_cpl':
        this.k.machine.vcpu(defined(host.vcpu, 'vcpu')).set('cpl', host.cpl ?? 0);
        this.call('set-sregs', [host.vcpu ?? 0]);
        return;
      case 'host_write':
        for (const [address, value] of host.mem ?? []) this.write(numberOf(address), wordOf(value));
        return;
      default:
        throw new Error(`host operation ${host.kind} is not known. Expected one of the format's`);
    }
  }

  private call(name: string, args: readonly number[]): void {
    const to = defined(this.k.machine.exits.operations.get(name), `the operation ${name}`);
    this.drive(this.c.vcpus.length, (t) => t.start(to, ...args));
  }

  private discard(gfn: number, pages: number): void {
    for (let i = 0; i < pages; i++) {
      const mfn = this.k.slots.mfn(gfn + i);
      if (mfn >= 0) this.discarded.add(mfn);
    }
    this.call('dontneed', [gfn, pages]);
  }

  /** The VMM writes its own memory. */
  private write(offset: number, value: Word): void {
    const frame = Math.floor(offset / 4096);
    touchForWrite(this.k, frame);
    writeBytes(this.k.memory, frame, offset % 4096, 4 * this.wordCells, value.hi, value.lo);
  }

  private mmio(): { write: boolean; pa: string; len: number }[] {
    const { events } = this.world;
    const out: { write: boolean; pa: string; len: number }[] = [];
    events.scan(0, events.mark, (type, _, at) => {
      if (type !== KvmMmio) return;
      const pa = hex64(events.argument(at + 2), events.argument(at + 3));
      out.push({ write: events.argument(at + 1) !== 0, pa, len: events.argument(at + 4) });
    });
    return out;
  }

  private dirty(): number[] {
    const { events } = this.world;
    const out: number[] = [];
    events.scan(0, events.mark, (type, _, at) => {
      if (type === KvmDirty) out.push(events.argument(at + 1));
    });
    return out;
  }

  word(frame: number, word: number): Word {
    const { memory } = this.k;
    if (this.wordCells === 1) return { hi: 0, lo: memory.read32(frame, word) };
    return { hi: memory.hi(frame, word), lo: memory.lo(frame, word) };
  }

  /** Words of guest memory that differ from before, and every frame that was written at all. */
  private changes(): { mem: (readonly [string, string])[]; frames: Set<number> } {
    const { store } = this.world;
    const frames = new Set<number>();
    const before = new Map<number, Map<number, Word>>();
    const olds = new Map<number, number>();
    store.writes(0, store.mark, (cell, old) => {
      const frame = this.k.memory.frameOfCell(cell);
      if (frame < 0 || olds.has(cell)) return;
      olds.set(cell, old);
      frames.add(frame);
    });
    for (const [cell, old] of olds) {
      const frame = this.k.memory.frameOfCell(cell);
      if (frame >= this.k.machine.config.guestFrames || (frame > 0 && frame < HARNESS_FRAMES)) continue;
      const place = cell - this.k.memory.cell(frame, 0);
      const word = Math.floor(place / this.wordCells);
      const words = before.get(frame) ?? new Map<number, Word>();
      before.set(frame, words);
      const known = words.get(word) ?? this.word(frame, word);
      words.set(word, place % this.wordCells === 1 ? { hi: old, lo: known.lo } : { hi: known.hi, lo: old });
    }
    const mem: [number, string][] = [];
    for (const [frame, words] of before)
      for (const [word, was] of words) {
        this.rememberFirst(frame, word, was);
        const now = this.word(frame, word);
        if (now.hi === was.hi && now.lo === was.lo) continue;
        mem.push([frame * 4096 + word * 4 * this.wordCells, hex64(now.hi, now.lo)]);
      }
    mem.sort(([a], [b]) => a - b);
    return { mem: mem.map(([at, value]) => [`0x${at.toString(16)}`, value] as const), frames };
  }

  private rememberFirst(frame: number, word: number, was: Word): void {
    const words = this.firstValues.get(frame) ?? new Map<number, Word>();
    this.firstValues.set(frame, words);
    if (!words.has(word)) words.set(word, was);
  }
}

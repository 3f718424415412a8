import { defined, type Word } from '../../base';
import { buildWorld } from '../../engine';
import { KvmDirty, KvmMmio } from '../../hypervisor/kvm/events';
import type { Kvm } from '../../hypervisor/kvm/state';
import { Store, type World } from '../../kernel';
import { OperationEnded } from '../../machine';
import {
  frameOfAddress,
  isHost,
  type KvmCase,
  type KvmEntry,
  type KvmHost,
  numberOf,
  type RecordedEvent,
  type ShadowChange,
} from './format';
import type { ReplayedOp } from './guestAccess';
import { hex64, printedEvents } from './print';
import { kvmScenario, type Place } from './scenario';
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
    const { spec, design, places } = kvmScenario(c);
    this.places = places;
    this.world = buildWorld(spec, design, new Store(256 * 1024)).world;
    this.k = this.world.part('kvm') as Kvm;
    this.replayed = this.world.part('replay') as ReplayedOp;
    this.watch = new ShadowWatch(this.k);
    this.wordCells = c.mode === '32' ? 1 : 2;
  }

  private readonly places: readonly Place[];
  /** Which entry is next: they are run in their order, each once. */
  private nth = 0;

  run(entry: KvmEntry): EntryOutcome {
    const { world } = this;
    const place = defined(this.places[this.nth++], 'an entry that has not been run');
    world.store.forget();
    world.events.truncate(0);
    if (isHost(entry)) {
      this.replayed.begin();
      this.note(entry);
    }
    for (let i = 0; i < place.count; i++) this.drive(place.actor);
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

  /** One operation of an actor's program, to its end. */
  private drive(actor: number): void {
    const { world } = this;
    const { events } = world;
    for (let i = 0; i < STEPS; i++) {
      const before = events.mark;
      if (!world.tryStep(actor))
        throw new Error(`actor ${actor} waits for ever at ${world.location(actor)?.label ?? 'nothing'}`);
      let ended = false;
      if (events.mark !== before)
        events.scan(before, events.mark, (type) => {
          if (type === OperationEnded) ended = true;
        });
      if (ended) return;
    }
    throw new Error(`more than ${STEPS} steps`);
  }

  /** Pages that the VMM gives back: nobody recorded what they hold afterwards. */
  private note(host: KvmHost): void {
    if (host.kind !== 'madvise_dontneed') return;
    const gfn = frameOfAddress(defined(host.gpa, 'gpa'));
    for (let i = 0; i < numberOf(defined(host.size, 'size')) / 4096; i++) {
      const mfn = this.k.slots.mfn(gfn + i);
      if (mfn >= 0) this.discarded.add(mfn);
    }
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

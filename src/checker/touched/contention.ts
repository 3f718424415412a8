import { ensure } from '../../base';
import { MOST_CELLS, type Place, Places, type Uses } from './places';

/** More actors or locks than this do not fit a cell's bits. */
export const MOST_USERS = 12;
export const MOST_LOCKS = 14;

/** A cell's bits. From 0: who uses it. */
const USERS = (1 << MOST_USERS) - 1;
/** An invariant reads it that is evaluated after every step, or while nobody holds a lock. */
const ALWAYS = 1 << 12;
const UNLOCKED = 1 << 13;
const WRITTEN = 1 << 14;
const CONTENDED = 1 << 15;
/** From 16: which locks were not held at some use of it. */
const WITHOUT = 16;
const ALL_LOCKS = ((1 << MOST_LOCKS) - 1) << WITHOUT;
/** It belongs to a store buffer. */
const BUFFER = 1 << 30;
/** A store has come to it out of a buffer. */
const DRAINED = 1 << 31;

/** A vCPU's store buffer: its cells, the first of which says how many stores wait. */
export interface Buffer {
  readonly base: number;
  readonly cells: number;
}

/** What must be known of a world beyond its cells. */
export interface Noted {
  readonly lockCells: readonly number[];
  /** Whose doing each actor's steps are, by number: a store buffer's are its vCPU's. */
  readonly users: readonly number[];
  /** Of each user that has one. */
  readonly buffers: readonly (Buffer | undefined)[];
  /** Of each user, how far it is in its program: a number that its stack does not tell. */
  readonly progress?: (user: number) => number;
  /** Whether a user has released a lock by a store that still waits. */
  readonly releasing?: (user: number, lockCell: number) => boolean;
}

/** Occasions at which an invariant looks at a state, whoever moved. */
export type Looking = 'always' | 'unlocked';

/**
 * Who uses which cells, as far as has been seen: each read and write of a step is noted under its actor and the locks it holds.
 * A cell is contended if several use it, one of them writes it, and no lock was held at every use. All of it only grows.
 *
 * A step that uses no contended cell, and writes none that an invariant looks at, is one that nobody else can see, hinder or
 * be hindered by, provided that all uses have been seen. So who relies on it starts anew when `grown` has changed since.
 */
export class Contention {
  private flags = new Int32Array(1024);
  /** Cells that became contended, or looked at after they had been written. */
  grown = 0;
  /** Bits that must be so, of those that are asked about, for a use to bring nothing new; both 0 while nothing is noted. */
  private readAsks = 0;
  private readWants = 0;
  private writeAsks = 0;
  private writeWants = 0;
  /** Some schedules have been run for what there is to know. */
  rehearsed = false;
  /** Where actors stand, and what lies ahead of them. */
  readonly places = new Places();
  /** Contended cells are numbered from 1. */
  private numbers = new Int32Array(1024);
  private numbered = 0;
  /** Where the step is taken, and what lies ahead of all others. */
  private place: Place | undefined;
  private others: Uses | undefined;
  /** Since `begin`: a contended cell was used that others may yet use; … */
  touched = false;
  /** … the own store buffer was used while stores waited in it; … */
  buffered = false;
  /** … a store was put into it; … */
  pushed = false;
  /** … a cell was written that an invariant looks at. */
  observed = false;
  /** Ranges that were noted as a whole, by their first cell. */
  private readonly ranges = new Map<number, NotedRange>();

  constructor(readonly world: Noted) {
    const most = Math.max(-1, ...world.users) + 1;
    ensure(most <= MOST_USERS, `uses of cells are noted of at most ${MOST_USERS} actors`);
    ensure(world.lockCells.length <= MOST_LOCKS, `uses of cells are noted under at most ${MOST_LOCKS} locks`);
    for (const buffer of world.buffers)
      for (let i = 0; i < (buffer?.cells ?? 0); i++) this.put((buffer as Buffer).base + i, BUFFER);
  }

  get bytes(): number {
    return this.flags.byteLength + this.numbers.byteLength;
  }

  /** Cells that nobody decides by, as counters: uses of them are no conflict. */
  ignore(base: number, cells: number): void {
    for (let cell = base; cell < base + cells; cell++) this.put(cell, USERS | WRITTEN | ALL_LOCKS);
  }

  /** An actor is about to take a step at a place, others being where they are. `cells`: the store's. */
  begin(actor: number, cells: Int32Array, place: Place, others: Uses): void {
    this.place = place;
    this.others = others;
    this.touched = false;
    this.buffered = false;
    this.observed = false;
    this.pushed = false;
    const { lockCells, users, buffers } = this.world;
    const user = users[actor] as number;
    const drains = user !== actor;
    const buffer = buffers[user];
    const waits = buffer !== undefined && !drains && cells[buffer.base] !== 0;
    let without = ALL_LOCKS;
    for (let i = 0; i < lockCells.length; i++) {
      const lock = lockCells[i] as number;
      // What leaves the buffer before the release does is still done under the lock; what is done after it, is not.
      if (cells[lock] === user + 1 && !(waits && this.world.releasing?.(user, lock)))
        without &= ~(1 << (WITHOUT + i));
    }
    const wants = (1 << user) | without;
    this.readWants = wants;
    this.readAsks = wants | CONTENDED | (waits ? BUFFER | DRAINED : 0);
    this.writeWants = wants | WRITTEN | (drains ? DRAINED : 0);
    // While a lock is held, invariants that wait for it to be free do not look.
    this.writeAsks =
      wants |
      WRITTEN |
      CONTENDED |
      ALWAYS |
      (without === ALL_LOCKS ? UNLOCKED : 0) |
      (drains ? DRAINED : BUFFER) |
      (waits ? DRAINED : 0);
  }

  /** Invariants are about to look. */
  look(looking: Looking): void {
    this.readWants = looking === 'always' ? ALWAYS : UNLOCKED;
    this.readAsks = this.readWants;
    this.writeAsks = this.writeWants = 0;
  }

  /** What follows is not noted. */
  end(): void {
    this.readAsks = this.readWants = this.writeAsks = this.writeWants = 0;
  }

  read(cell: number): void {
    if (((this.flags[cell] as number) & this.readAsks) !== this.readWants) this.noteRead(cell);
  }

  write(cell: number): void {
    if (((this.flags[cell] as number) & this.writeAsks) !== this.writeWants) this.noteWrite(cell);
  }

  /** As `read` of each of many cells, remembered: they are read again and again. */
  readRange(from: number, cells: number): void {
    if (this.readAsks === 0) return;
    const before = this.ranges.get(from);
    if (
      before !== undefined &&
      before.wants === this.readWants &&
      before.asks === this.readAsks &&
      before.cells >= cells &&
      before.grown === this.grown
    ) {
      for (const cell of before.again) this.read(cell);
      return;
    }
    const { readWants: wants, readAsks: asks } = this;
    for (let cell = from; cell < from + cells; cell++) this.read(cell);
    const again: number[] = [];
    for (let cell = from; cell < from + cells; cell++) if ((this.at(cell) & asks) !== wants) again.push(cell);
    this.ranges.set(from, { wants, asks, cells, grown: this.grown, again });
  }

  private at(cell: number): number {
    return this.flags[cell] ?? 0;
  }

  private put(cell: number, flags: number): void {
    if (cell >= this.flags.length) {
      const grown = new Int32Array(2 * cell + 2);
      grown.set(this.flags);
      this.flags = grown;
    }
    this.flags[cell] = flags;
  }

  private noteRead(cell: number): void {
    const before = this.at(cell);
    // Looked at from now on, but written before: those who wrote it thought that nobody sees.
    if ((this.readWants & (ALWAYS | UNLOCKED)) !== 0) {
      if ((before & WRITTEN) !== 0 && (before & this.readWants) === 0) this.grown++;
      this.put(cell, before | this.readWants);
      return;
    }
    if ((before & this.readAsks & BUFFER) !== 0) this.buffered = true;
    if ((before & ~this.readWants & this.readAsks & DRAINED) !== 0) this.touched = true;
    this.judge(cell, before, before | this.readWants, false);
  }

  private noteWrite(cell: number): void {
    const before = this.at(cell);
    if ((before & this.writeAsks & (ALWAYS | UNLOCKED)) !== 0) this.observed = true;
    let wants = this.writeWants;
    if ((before & BUFFER) !== 0) {
      wants &= ~DRAINED;
      if ((this.writeAsks & BUFFER) !== 0) this.pushed = true;
      if ((this.readAsks & BUFFER) !== 0) this.buffered = true;
    } else if ((before & ~wants & this.writeAsks & DRAINED) !== 0) this.touched = true;
    else if ((wants & ~before & DRAINED) !== 0 && (before & USERS) !== 0) this.grown++;
    this.judge(cell, before, before | wants, true);
  }

  private judge(cell: number, before: number, now: number, write: boolean): void {
    const users = now & USERS;
    const several = (users & (users - 1)) !== 0;
    const conflict = several && (now & WRITTEN) !== 0 && (now & ALL_LOCKS) === ALL_LOCKS;
    // Ignored cells look as if everybody had used them; they never get here by reads and writes of actors.
    if (conflict && (before & CONTENDED) === 0) this.grown++;
    const after = conflict ? now | CONTENDED : now;
    this.put(cell, after);
    if ((after & CONTENDED) !== 0) this.use(cell, write);
  }

  /** A contended cell is used: that matters only if others may yet use it. */
  private use(cell: number, write: boolean): void {
    if (cell >= this.numbers.length) {
      const grown = new Int32Array(this.flags.length);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    let number = this.numbers[cell] as number;
    if (number === 0) {
      number = ++this.numbered;
      this.numbers[cell] = number;
    }
    const { place, others } = this;
    if (number > MOST_CELLS || place === undefined || others === undefined) {
      this.touched = true;
      return;
    }
    if (place.here.add(number - 1, write)) this.places.grown = true;
    if (others.meets(number - 1, write)) this.touched = true;
  }

  /** Which cells are contended, and which are looked at: for whoever asks why there are so many states. */
  report(): { contended: number[]; looked: number[] } {
    const contended: number[] = [];
    const looked: number[] = [];
    for (let cell = 0; cell < this.flags.length; cell++) {
      const flags = this.at(cell);
      if ((flags & CONTENDED) !== 0) contended.push(cell);
      else if ((flags & (ALWAYS | UNLOCKED)) !== 0 && (flags & WRITTEN) !== 0) looked.push(cell);
    }
    return { contended, looked };
  }
}

interface NotedRange {
  readonly wants: number;
  readonly cells: number;
  readonly grown: number;
  readonly asks: number;
  /** Those of them that are looked at again: they are contended, or drained into. */
  readonly again: readonly number[];
}

import { Offsets } from './offsets';

/** What a recorded step is marked with, for lanes, navigation and beats. */
export const BEAT = 1;
export const OP_STARTED = 2;
export const OP_ENDED = 4;
export const FAULT = 8;
export const GUEST_FAULT = 16;
export const VIOLATION = 32;
export const BRANCHED = 64;

type Column = Uint8Array | Uint16Array;

/** Facts about each recorded step, one typed column each: about 12 bytes a step, so that a million steps stay small. */
export class Columns {
  length = 0;
  actor = new Uint8Array(1024);
  /** Which branch the step was told to take, where it asked. */
  branch = new Uint8Array(1024);
  flags = new Uint8Array(1024);
  /** Guest operation the actor was in. */
  op = new Uint16Array(1024);
  /** Index into the run's table of steps met so far. */
  step = new Uint16Array(1024);
  /** Journal position and event position before the step. */
  readonly journal = new Offsets();
  readonly events = new Offsets();

  push(actor: number, step: number, journal: number, events: number): number {
    const i = this.length++;
    if (i === this.actor.length) this.grow();
    this.actor[i] = actor;
    this.branch[i] = 0;
    this.op[i] = 0;
    this.step[i] = step;
    this.journal.push(journal);
    this.events.push(events);
    this.flags[i] = 0;
    return i;
  }

  private grow(): void {
    const size = this.actor.length * 2;
    const copy = <C extends Column>(from: C, to: C): C => {
      to.set(from as never);
      return to;
    };
    this.actor = copy(this.actor, new Uint8Array(size));
    this.branch = copy(this.branch, new Uint8Array(size));
    this.flags = copy(this.flags, new Uint8Array(size));
    this.op = copy(this.op, new Uint16Array(size));
    this.step = copy(this.step, new Uint16Array(size));
  }

  get bytes(): number {
    return this.actor.length * (1 + 1 + 1 + 2 + 2) + this.journal.bytes + this.events.bytes;
  }
}

import { ensure } from '../base';
import { eventType } from './event';
import type { Region, Store } from './store';
import type { Thread } from './thread';

export const LockTaken = eventType('LockTaken', 'lock');
export const LockReleased = eventType('LockReleased', 'lock');

/** A spinlock: one cell that holds the owner's actor number + 1. A step that takes it carries `when: lock.free`. */
export class Lock {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    readonly name: string,
    readonly index: number,
  ) {
    this.region = store.region(name, 1);
    store.lockCells.push(this.region.base);
  }

  get cell(): number {
    return this.region.base;
  }

  get free(): boolean {
    return this.store.get(this.region.base) === 0;
  }

  /** Actor that holds it, or -1. */
  get owner(): number {
    return this.store.get(this.region.base) - 1;
  }

  take(t: Thread): void {
    ensure(this.free, `${this.name} is free when actor ${t.actor} takes it`);
    this.store.set(this.region.base, t.actor + 1);
    t.world.emit(LockTaken, this.index);
  }

  release(t: Thread): void {
    ensure(this.owner === t.actor, `${this.name} is released by its owner`);
    this.store.set(this.region.base, 0);
    t.world.emit(LockReleased, this.index);
  }
}

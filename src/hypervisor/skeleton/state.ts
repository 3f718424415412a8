import { Lock, type Region, type World } from '../../kernel';
import type { Machine } from '../../machine';

/**
 * COPY 1: what the design keeps, as regions of the store behind accessors. Nobody outside this file knows a cell.
 * Here: how often the guests have faulted, in all and by vCPU, under a lock.
 */
export class Skeleton {
  readonly lock: Lock;
  private readonly faults: Region;
  /** Switches live in the store, since they may change in mid-run. */
  private readonly switches: Region;

  constructor(
    world: World,
    readonly machine: Machine,
    counting: boolean,
  ) {
    this.lock = new Lock(world.store, 'skeleton lock', 0);
    this.faults = world.store.region('skeleton faults', 1 + machine.config.vcpus);
    this.switches = world.store.region('skeleton switches', 1);
    this.locked = counting;
  }

  private get store() {
    return this.machine.world.store;
  }

  /** The switch `fault-lock`. */
  get locked(): boolean {
    return this.store.get(this.switches.base) !== 0;
  }

  set locked(on: boolean) {
    this.store.set(this.switches.base, on ? 1 : 0);
  }

  get total(): number {
    return this.store.get(this.faults.base);
  }

  set total(count: number) {
    this.store.set(this.faults.base, count);
  }

  ofVcpu(v: number): number {
    return this.store.get(this.faults.base + 1 + v);
  }

  setOfVcpu(v: number, count: number): void {
    this.store.set(this.faults.base + 1 + v, count);
  }
}

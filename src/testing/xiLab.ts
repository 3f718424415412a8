import { xi } from '../hypervisor/xi/design';
import type { Xi } from '../hypervisor/xi/state';
import { Store } from '../kernel';
import { A, D, P, U, W } from '../machine';
import { BareMachine, load, store } from './bareMachine';

const RIGHTS = P | W | U | A | D;

export interface PoolSize {
  /** Leaf shadows. */
  readonly shadows: number;
  /** Mappings of the one page that is asked for. */
  readonly mappings: number;
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly store?: Store;
}

/** The page that is mapped so often, and the first of the others. */
export const TARGET = 0x8_0000;
const OTHERS = 0x8_1000;
/** Entries of an upper table that lead to leaf tables. */
const USED = 500;

/**
 * A pool filled to order: so many leaf shadows of 512 entries under two levels of tables (three from 500 on), and a page that is
 * mapped in so many of them. Nothing is known of where; then the guest uses the page as a page table.
 */
export class XiLab {
  readonly bare: BareMachine;
  readonly x: Xi;
  private readonly levels: number;

  constructor(readonly size: PoolSize) {
    const guestFrames = OTHERS + size.shadows;
    this.levels = size.shadows <= USED ? 2 : 3;
    const knobs = { kits: size.shadows + 16 + Math.ceil(size.shadows / USED) };
    this.bare = new BareMachine({
      design: 'xi',
      config: {
        guestFrames,
        machineFrames: guestFrames + xi.poolFrames(1, guestFrames, knobs),
        levels: this.levels,
      },
      options: { knobs },
      store: size.store ?? new Store(1 << 20),
    });
    this.x = this.bare.world.part('xi') as Xi;
    for (let nth = 0; nth < size.shadows; nth++)
      this.bare.map(this.address(nth), nth < size.mappings ? TARGET : OTHERS + nth, RIGHTS);
    this.bare.start();
    this.bare.world.events.recording = false;
    for (let nth = 0; nth < size.shadows; nth++) this.touch(nth);
    this.bare.world.events.recording = true;
    // Only what is asked for is asked for in this way: filling the pool asks once for each shadow.
    for (const [name, on] of Object.entries(size.switches ?? {})) this.x.switches.set(name, on);
    this.bare.world.counters.reset();
  }

  /** An address in a leaf table of its own: of each table above, the last entries stay free. */
  address(nth: number): bigint {
    const { vaBits } = this.bare.machine.modes['64'];
    const at = BigInt(Math.floor(nth / USED) * 512 + (nth % USED)) << 21n;
    return at < 1n << BigInt(vaBits - 1) ? at : at - (1n << BigInt(vaBits)) + (1n << 64n);
  }

  private touch(nth: number): void {
    this.bare.machine.programs = [[store(this.address(nth) + BigInt(8 * (nth % 512)), 1n, 0)]];
    this.bare.machine.startPrograms();
    this.bare.finish();
  }

  /** The guest makes an upper entry name the page, and reads through it: the page is a page table now. */
  promote(): void {
    const { machine } = this.bare;
    const address = this.address(0) + (505n << 21n) - (this.levels === 2 ? 1n << 30n : 0n);
    this.bare.map(address, TARGET, RIGHTS, { level: 2 });
    machine.memory.write64(TARGET, 0, 0, (OTHERS << 12) | RIGHTS);
    machine.programs = [[load(address, 0)]];
    machine.startPrograms();
    this.bare.finish(10_000_000);
  }

  /** Visits along the chain, and reads of a search, since the last `start`: as the events say. */
  counted(): { visits: number; reads: number } {
    return { visits: this.bare.events('BlVisit').length, reads: this.bare.events('LinearRead').length };
  }
}

import { Random } from '../../base';
import { xi } from '../../hypervisor/xi/design';
import type { Xi } from '../../hypervisor/xi/state';
import type { Invariant, Violation } from '../../kernel';
import { A, D, P, PS, U, W } from '../../machine';
import { BareMachine, type BareOptions, ROOT } from '../bareMachine';

/** A kind of guest to try: paging mode and geometry. */
export interface Kind {
  readonly mode: '64' | 'pae' | '32';
  readonly bits: number;
  readonly levels: number;
  /** Fewest kits for one vCPU. */
  readonly fewest: number;
}

export const KINDS: readonly Kind[] = [
  { mode: '64', bits: 3, levels: 2, fewest: 2 },
  { mode: '64', bits: 3, levels: 3, fewest: 3 },
  { mode: '64', bits: 3, levels: 4, fewest: 4 },
  { mode: 'pae', bits: 3, levels: 4, fewest: 5 },
  { mode: '32', bits: 3, levels: 4, fewest: 5 },
  { mode: '64', bits: 9, levels: 4, fewest: 4 },
  { mode: 'pae', bits: 9, levels: 4, fewest: 5 },
  { mode: '32', bits: 9, levels: 4, fewest: 5 },
];

const TOYS = KINDS.filter(({ bits }) => bits === 3);

const GUEST_FRAMES = 128;
export const SECOND_ROOT = 0x18;
/** Frames that mappings lead to: the tables at the bottom, data above, some of it in a large page of every geometry. */
const FRAMES = Array.from({ length: 48 }, (_, i) => 0x10 + i);

const invariants = xi.invariants as readonly Invariant<unknown>[];

/** One random guest of XI, and what it has been found to break. */
export class XiWorld {
  readonly random: Random;
  readonly kind: Kind;
  readonly bare: BareMachine;
  readonly x: Xi;
  readonly addresses: readonly bigint[];
  readonly vcpus: number;
  private readonly extra: bigint[] = [];

  constructor(
    readonly seed: number,
    switches: Readonly<Record<string, boolean>> = {},
    fixed: {
      readonly kind?: Kind;
      readonly vcpus?: number;
      readonly knobs?: Readonly<Record<string, number>>;
    } = {},
  ) {
    this.random = new Random(seed);
    const r = this.random;
    // Real tables take long to check: seldom.
    this.kind = fixed.kind ?? (r.chance(0.85) ? r.pick(TOYS) : r.pick(KINDS));
    this.vcpus = fixed.vcpus ?? (r.chance(0.5) ? 2 : 1);
    const kits = this.vcpus * this.kind.fewest + (r.chance(0.5) ? r.below(4) : 4 + r.below(12));
    const knobs = {
      kits,
      'emulate-writes': r.chance(0.15) ? 1 : 0,
      'a-d-emulation': r.chance(0.15) ? 0 : 1,
      'touch-on-hit': r.chance(0.2) ? 1 : 0,
      'idle-zeroing': r.chance(0.3) ? 1 : 0,
      'backlinks-of-tables-only': seed % 7 === 6 ? 1 : 0,
      ...(seed % 5 === 4 ? { snapshots: (seed >> 2) % 3 } : {}),
      ...fixed.knobs,
    };
    const chosen: Record<string, boolean> = {
      'chain-walk': !r.chance(0.2),
      'writable-count': r.chance(0.3),
      'one-hint': r.chance(0.3),
      prefetch: !r.chance(0.25),
      ...switches,
    };
    const config: NonNullable<BareOptions['config']> = {
      vcpus: this.vcpus,
      guestFrames: GUEST_FRAMES,
      machineFrames: GUEST_FRAMES + xi.poolFrames(this.vcpus, GUEST_FRAMES, knobs),
      indexBits: this.kind.bits,
      levels: this.kind.levels,
      pdpe1gb: r.chance(0.3),
      tlbEntries: r.pick([0, 4, 64, 64]),
    };
    this.bare = new BareMachine({
      mode: this.kind.mode,
      design: 'xi',
      config,
      cr0: r.chance(0.8) ? 1 << 16 : 0,
      options: { knobs, switches: chosen, p2m: [{ gfn: 0x70, mfn: -1, type: 'mmio_dm' }] },
    });
    this.x = this.bare.world.part('xi') as Xi;
    this.addresses = this.layout();
  }

  /** Addresses in a few tables; some map the tables themselves. */
  private layout(): bigint[] {
    const r = this.random;
    const mode = this.bare.machine.modes[this.kind.mode];
    const span = 1n << BigInt(mode.shift[2] ?? 12);
    const out: bigint[] = [];
    for (let table = 0; table < 3; table++)
      for (let page = 0; page < 4; page++) out.push(BigInt(table) * span + BigInt(page) * 4096n);
    if (this.kind.levels > 2 && this.kind.mode !== '32') out.push(1n << BigInt(mode.shift[3] ?? 30));
    for (const address of out) if (r.chance(0.8)) this.bare.map(address, r.pick(FRAMES), this.flags(0.9));
    // A view of the tables, so that the guest can write them.
    for (const [nth, address] of out.slice(0, 6).entries())
      if (r.chance(0.6)) this.bare.map(address, ROOT + nth, P | W | U | A | D);
    this.mapLarge();
    const { memory } = this.bare.machine;
    for (let cell = 0; cell < 1024; cell++) memory.write32(SECOND_ROOT, cell, memory.read32(ROOT, cell));
    return [...out, ...this.extra];
  }

  /** Sometimes an upper entry maps the frames of the tables as one. */
  private mapLarge(): void {
    const r = this.random;
    const mode = this.bare.machine.modes[this.kind.mode];
    const pages = 2 ** ((mode.shift[2] ?? 12) - 12);
    if (pages > 16 || !r.chance(0.5)) return;
    const address = 3n << BigInt(mode.shift[2] ?? 12);
    this.bare.map(address, 0x10, P | W | U | A | D | PS, { level: 2 });
    this.extra.push(address, address + BigInt(r.below(pages)) * 4096n);
  }

  /** Rights of a random entry; present with this probability. */
  flags(present: number): number {
    const r = this.random;
    let flags = r.chance(present) ? P : 0;
    if (r.chance(0.85)) flags |= W;
    if (r.chance(0.97)) flags |= U;
    if (r.chance(0.8)) flags |= A;
    if (r.chance(0.75)) flags |= D;
    return flags;
  }

  /** A value that could be an entry: of a table, of a page, of a large one, of a device. */
  value(): bigint {
    const r = this.random;
    let frame = r.pick(FRAMES);
    let flags = this.flags(0.85);
    if (r.chance(0.15)) {
      flags |= PS;
      frame &= ~(2 ** Math.min(5, this.kind.bits) - 1);
      if (this.kind.bits === 9) frame = 0;
    } else if (r.chance(0.05)) frame = 0x70;
    return (BigInt(frame) << 12n) | BigInt(flags);
  }

  broken(when: Invariant['when']): Violation[] {
    return invariants.filter((i) => i.when === when).flatMap((i) => [...i.check(this.x)]);
  }
}

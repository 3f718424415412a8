import { defined, hex, type Word, word } from '../base';
import { designs } from '../hypervisor';
import type { Xen } from '../hypervisor/xen/state';
import { REPAIRS as ALL_REPAIRS, SWITCHES } from '../hypervisor/xen/switches';
import { A, D, type GuestOp, P, REAL_GEOMETRY, U, W } from '../machine';
import { DesignLab } from './designLab';
import {
  CR0,
  type GuestEntry,
  type GuestShape,
  guestOf,
  type LabMode,
  prepareGuest,
  storeEntry,
} from './xenGuest';

export { call, e, invlpg, load, store } from './designLab';
export { CR0 };

/** The sheet's guest (facts 9): top table T, and K, the kernel's L1 that maps table page g writable at D(g). */
export const T = 0x10;
export const K = 0x61;

/** Flags as the sheet writes them. */
export const PWUAD = P | W | U | A | D;
export const PUAD = P | U | A | D;

export const EMPTY = word(0, 0);

const G64 = guestOf('64');
/** The VA that entry i of table page p translates, for the 64-bit guest. */
export const { vaOf, direct } = G64;

/** The kernel's store to entry i of table page p. */
export const setEntry = (p: number, i: number, value: Word): GuestOp => storeEntry(G64, p, i, value);
export const cr3 = (frame = T): GuestOp => ({ kind: 'cr3', value: word(0, frame << 12) });

export interface LabOptions {
  readonly era?: string;
  /** How the guest pages; 64-bit unless said otherwise. Its tables and addresses are in `guestOf(mode)`. */
  readonly mode?: LabMode;
  /** Beside those of the profile. The repairs made after 2008 are on unless said otherwise. */
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly vcpus?: number;
  readonly pool?: number;
  readonly tlb?: number;
  /** Entries of the guest's table pages at the start. */
  readonly entries?: readonly GuestEntry[];
  /** False: the guest is not thought to use L3 tables as top levels (LINUX_L3_TOPLEVEL), so L3 shadows are not pinned. */
  readonly l3TopLevel?: boolean;
  /** A PV guest, whose tables are changed by `mmu-update`. */
  readonly pv?: boolean;
  /** Check no invariants: for what is known to break them. */
  readonly lenient?: boolean;
}

/**
 * Repairs made after 2008: with them off, races of the time break invariants under random schedules. Later changes that only save
 * time stay as the profile has them.
 */
export const REPAIRS: readonly string[] = SWITCHES.filter(
  ({ name, protects }) => protects !== undefined && ALL_REPAIRS.includes(name),
).map(({ name }) => name);

const GUEST_FRAMES = 0x6000;
const POOL = 128;

/** A tiny world of Xen and its guest. */
export class XenLab extends DesignLab {
  readonly x: Xen;

  constructor(readonly options: LabOptions = {}) {
    const poolFrames = options.pool ?? POOL;
    super({
      design: defined(designs.get('xen'), 'the design xen'),
      config: {
        ...REAL_GEOMETRY,
        tlbEntries: options.tlb ?? REAL_GEOMETRY.tlbEntries,
        vcpus: options.vcpus ?? 2,
        guestFrames: GUEST_FRAMES,
        machineFrames: GUEST_FRAMES + poolFrames,
      },
      profile: options.era ?? 'U',
      switches: { ...Object.fromEntries(REPAIRS.map((name) => [name, true])), ...options.switches },
      poolFrames,
      knobs: options.pv === true ? { pv: 1 } : {},
      lenient: options.lenient === true,
    });
    this.x = this.world.part('xen') as Xen;
    prepareGuest(this.machine, options.entries ?? [], options.mode);
    this.boot();
    if (options.l3TopLevel === false) this.x.domain.set('optFlags', 0);
    this.fresh();
  }

  /** Where things are in this lab's guest. */
  get guest(): GuestShape {
    return guestOf(this.options.mode ?? '64');
  }

  /** The kernel's store to entry i of table page p. */
  setEntry(p: number, i: number, value: Word): GuestOp {
    return storeEntry(this.guest, p, i, value);
  }

  /** Gives each vCPU a whole program, and puts it before its first operation. */
  load(programs: readonly (readonly GuestOp[])[]): void {
    this.machine.programs = [...programs, []];
    this.machine.startPrograms();
  }

  /** A whole program of vCPU 0, to its end. */
  runProgram(...ops: readonly GuestOp[]): void {
    this.load([ops, ...this.programs.slice(1, -1).map(() => [])]);
    this.finish(0);
  }

  /** The whole word of an entry, as hex. */
  entry(frame: number, index: number): string {
    return text(this.machine.memory.hi(frame, index), this.machine.memory.lo(frame, index));
  }

  /** An entry of the L1 shadow of a guest table, as hex; `-` if it has no shadow. */
  shadow(gmfn: number, index: number): string {
    const smfn = this.shadowOf(gmfn);
    return smfn < 0 ? '-' : text(this.x.hi(smfn, index), this.x.lo(smfn, index));
  }

  /** By default the L1 shadow. */
  shadowOf(gmfn: number, type = this.guest.l1Type): number {
    return this.x.hash.find(gmfn, type);
  }

  /** Pages in the slots of a vCPU, -1 where empty. */
  slots(v: number): number[] {
    const { oos } = this.x.vcpu(v);
    return Array.from({ length: oos.size }, (_, slot) => oos.page(slot));
  }

  /** Snapshot pages of the slots of a vCPU. */
  snapshots(v: number): number[] {
    const { oos } = this.x.vcpu(v);
    return Array.from({ length: oos.size }, (_, slot) => oos.snapshot(slot));
  }

  /** Whether the processor may store through the entry by which the direct map reaches page g. */
  writable(g: number): boolean {
    const smfn = this.shadowOf(this.guest.kernel);
    return smfn >= 0 && (this.x.lo(smfn, g) & (P | W)) === (P | W);
  }
}

const text = (hi: number, lo: number): string => `${hex(hi, 8)}${hex(lo, 8)}`.replace(/^0+(?=.)/, '');

/** An entry as `XenLab.entry` writes it. */
export const asText = (w: Word): string => text(w.hi, w.lo);
export const GNP = 'ffffffffffffffff';

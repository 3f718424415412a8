import { defined, hex, type Word, word } from '../base';
import { kvm } from '../hypervisor/kvm/design';
import type { Kvm } from '../hypervisor/kvm/state';
import {
  A,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  D,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  type GuestOp,
  P,
  REAL_GEOMETRY,
  U,
  W,
} from '../machine';
import { DesignLab, e, store } from './designLab';

export { call, e, invlpg, load, store } from './designLab';

/** The guest of the sheet's scenarios (facts 8): T4 is what CR3 names, T1 the user's page table, D0 and D1 its data. */
export const T4 = 0x100;
export const T3 = 0x101;
export const T2 = 0x102;
export const T1 = 0x103;
export const D0 = 0x200;
export const D1 = 0x201;
/** Entry i of T1 translates this address. */
export const user = (i: number, byte = 0): Word => word(0, 0x40_0000 + i * 0x1000 + byte);
/** Where the kernel sees byte `byte` of frame g, below 0x200. */
export const kernel = (g: number, byte = 0): Word => word(0x80, g * 0x1000 + byte);
const KERNEL_TABLES = [0x104, 0x105, 0x106] as const;

export const PWU = P | W | U;
export const PWUA = P | W | U | A;
export const PWUAD = P | W | U | A | D;

/** The kernel's store to entry i of the table in frame g. */
export const setEntry = (g: number, i: number, value: Word): GuestOp => store(kernel(g, 8 * i), value, 0);
export const cr3 = (frame = T4): GuestOp => ({ kind: 'cr3', value: word(0, frame << 12) });
export const cr0 = (value: number): GuestOp => ({ kind: 'cr0', value });

export const CR0_ON = CR0_PE | CR0_WP | CR0_PG;
export const CR0_OFF = CR0_PE | CR0_WP;

export interface KvmLabOptions {
  readonly profile?: string;
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly vcpus?: number;
  readonly tlb?: number;
  readonly storeBufferDepth?: number;
  /** False: the guest begins without paging, its tables in memory all the same. */
  readonly paging?: boolean;
  /** Entries of T1 at the start beside T1[0] and T1[1], which map D0 and D1 with P, W, U. */
  readonly entries?: readonly { readonly index: number; readonly value: Word }[];
  /** Check no invariants: for what is known to break them. */
  readonly lenient?: boolean;
}

const GUEST_FRAMES = 0x400;
const POOL = 128;

/** A tiny world of KVM and the sheet's guest. */
export class KvmLab extends DesignLab {
  readonly k: Kvm;

  constructor(readonly options: KvmLabOptions = {}) {
    const vcpus = options.vcpus ?? 2;
    super({
      design: kvm,
      config: {
        ...REAL_GEOMETRY,
        tlbEntries: options.tlb ?? REAL_GEOMETRY.tlbEntries,
        storeBufferDepth: options.storeBufferDepth ?? 0,
        vcpus,
        guestFrames: GUEST_FRAMES,
        machineFrames: GUEST_FRAMES + vcpus + POOL,
      },
      profile: options.profile ?? 'linux-6.1',
      switches: options.switches ?? {},
      poolFrames: POOL,
      lenient: options.lenient === true,
    });
    this.k = this.world.part('kvm') as Kvm;
    this.prepare();
    this.boot();
    this.fresh();
  }

  private prepare(): void {
    const { memory } = this.machine;
    const set = (frame: number, index: number, to: Word): void => memory.write64(frame, index, to.hi, to.lo);
    set(T4, 0, e(T3, PWU));
    set(T3, 0, e(T2, PWU));
    set(T2, 2, e(T1, PWU));
    set(T1, 0, e(D0, PWU));
    set(T1, 1, e(D1, PWU));
    const [k3, k2, k1] = KERNEL_TABLES;
    set(T4, 1, e(k3, PWUA));
    set(k3, 0, e(k2, PWUA));
    set(k2, 0, e(k1, PWUA));
    for (let g = 0; g < 512; g++) set(k1, g, e(g, P | W | A | D));
    for (const { index, value } of this.options.entries ?? []) set(T1, index, value);
    const paging = this.options.paging !== false;
    for (let v = 0; v < this.machine.config.vcpus; v++) {
      const r = this.machine.vcpu(v);
      r.set('cr0', paging ? CR0_ON : CR0_OFF);
      r.set('cr4', CR4_PAE);
      r.set('efer', paging ? EFER_LME | EFER_LMA | EFER_NXE : EFER_LME | EFER_NXE);
      r.set('cr3Lo', T4 << 12);
    }
  }

  /** The actor of the host. */
  get host(): number {
    return this.machine.config.vcpus;
  }

  /** Valid shadow pages by their keys, oldest first. */
  pages(): string[] {
    return [...this.k.pages.activePages()].map((sfn) => this.k.key(sfn));
  }

  /** The page of a key as `Kvm.key` writes it. */
  page(key: string): number {
    const found = [...this.k.pages.activePages()].find((sfn) => this.k.key(sfn) === key);
    return defined(found, `shadow page ${key}`);
  }

  /** The low 12 bits of an spte, as hex. */
  bits(key: string, index: number): string {
    return hex(this.k.lo(this.page(key), index) & 0xfff);
  }
}

import { defined, frameName, shadowName } from '../../base';
import { Lock, type World } from '../../kernel';
import {
  CR0_WP,
  CR4_SMAP,
  CR4_SMEP,
  EFER_NXE,
  type Machine,
  type Memory,
  type PagingMode,
} from '../../machine';
import { NamedCells } from '../cells';
import type { DesignOptions } from '../design';
import { FlushWitness } from '../flushWitness';
import { SwitchState } from '../switchState';
import * as c from './constants';
import { layOutSlots } from './layout';
import { ShadowPages } from './pages';
import type { KvmProfile } from './profiles';
import { PteLists } from './pteList';
import { pageKey } from './role';
import { Slots } from './slots';
import { SWITCHES } from './switches';
import { VcpuState } from './vcpuState';

const VM_FIELDS = [
  ...(['validGen', 'maxPages', 'requestedPages', 'indirectPages'] as const),
  // The MMU notifier: how often the host has taken pages away, and which frames it is taking just now.
  ...(['invalidateSeq', 'invalidating', 'invalidateFirst', 'invalidateLast'] as const),
  // Under mmu_lock: a flush of all TLBs is wanted; first and last of the zapped pages that wait for it.
  ...(['flushWanted', 'zapped', 'zappedLast'] as const),
  // Zapped pages whose flush is over, but which a vCPU in an RCU section may still be reading: first of them.
  'deferred',
] as const;

/** All state of KVM's shadow MMU in one world, and the only object that knows where it lies. Part name: `kvm`. */
export class Kvm {
  readonly memory: Memory;
  /** mmu_lock: everything that changes shadow pages holds it. */
  readonly lock: Lock;
  readonly vm: NamedCells<(typeof VM_FIELDS)[number]>;
  readonly pages: ShadowPages;
  readonly lists: PteLists;
  readonly slots: Slots;
  readonly vcpus: readonly VcpuState[];
  readonly switches: SwitchState;
  /** When each vCPU has flushed: I15 and I16 look back to it. */
  readonly flushWitness: FlushWitness;

  constructor(
    readonly world: World,
    readonly machine: Machine,
    readonly profile: KvmProfile,
    options: DesignOptions,
  ) {
    const { store } = world;
    const { config } = machine;
    this.memory = machine.memory;
    this.lock = new Lock(store, 'mmu_lock', 0);
    this.vm = new NamedCells(store, 'KVM', VM_FIELDS);
    this.pages = new ShadowPages(store, config.guestFrames + config.vcpus);
    this.lists = new PteLists(store);
    this.slots = new Slots(store);
    this.vcpus = Array.from({ length: config.vcpus }, (_, v) => new VcpuState(store, v));
    this.flushWitness = new FlushWitness(store, config.vcpus);
    this.switches = new SwitchState(store, SWITCHES, { ...profile.switches, ...options.switches });
    layOutSlots(this.slots, config.guestFrames, options.p2m);
    const limit = options.knobs['mmu-pages'];
    this.vm.set('requestedPages', limit ?? 0);
    this.vm.set('maxPages', limit ?? config.machineFrames - config.guestFrames - config.vcpus);
  }

  /** Whether a switch is on now. */
  on(name: string): boolean {
    return this.switches.on(name);
  }

  vcpu(v: number): VcpuState {
    return defined(this.vcpus[v], `MMU of vCPU ${v}`);
  }

  /** The frame of a vCPU's four top entries, where the guest has 32-bit addresses. */
  paeRoot(v: number): number {
    return this.machine.config.guestFrames + v;
  }

  // ---- sptes ---------------------------------------------------------------------------------------------------------

  hi(sfn: number, index: number): number {
    return this.memory.hi(sfn, index);
  }

  lo(sfn: number, index: number): number {
    return this.memory.lo(sfn, index);
  }

  /** is_shadow_present_pte. */
  present(sfn: number, index: number): boolean {
    return (this.lo(sfn, index) & c.SPTE_MMU_PRESENT) !== 0;
  }

  /** Whether the host is taking the page behind a frame away just now. */
  beingTaken(gfn: number): boolean {
    const { vm } = this;
    return vm.get('invalidating') > 0 && gfn >= vm.get('invalidateFirst') && gfn <= vm.get('invalidateLast');
  }

  // ---- the guest's mode ------------------------------------------------------------------------------------------------

  mode(v: number): PagingMode {
    return this.machine.guestMode(v);
  }

  /** kvm_calc_cpu_role, and what kvm_init_shadow_mmu makes of it for the root (sheet 1.3). */
  rootRole(v: number): number {
    const r = this.machine.vcpu(v);
    const mode = this.mode(v);
    const wp = (r.get('cr0') & CR0_WP) !== 0;
    // Without paging the guest has no tables: the shadow maps its memory linearly, and no bit of the mode matters.
    if (mode.name === 'off') return 3 | (c.ACC_ALL << c.ROLE_ACCESS_SHIFT) | c.ROLE_EFER_NX | c.ROLE_DIRECT;
    let role = Math.max(mode.levels, 3) | (c.ACC_ALL << c.ROLE_ACCESS_SHIFT) | c.ROLE_EFER_NX;
    if (mode.name === '32') role |= c.ROLE_4_BYTE;
    if (wp) return role | c.ROLE_CR0_WP;
    if ((r.get('cr4') & CR4_SMEP) !== 0) role |= c.ROLE_SMEP_ANDNOT_WP;
    if ((r.get('cr4') & CR4_SMAP) !== 0) role |= c.ROLE_SMAP_ANDNOT_WP;
    return role;
  }

  /** Whether a vCPU's MMU is direct: its guest runs without paging, so there is no guest table behind its shadow. */
  direct(v: number): boolean {
    return (this.vcpu(v).get('rootRole') & c.ROLE_DIRECT) !== 0;
  }

  guestHasNx(v: number): boolean {
    return (this.machine.vcpu(v).get('efer') & EFER_NXE) !== 0;
  }

  // ---- names for people ------------------------------------------------------------------------------------------------

  name(frame: number): string {
    return this.pages.owns(frame) ? shadowName(frame) : frameName(frame);
  }

  /** `the shadow page s084 of 15/l1/wux`. */
  describe(sfn: number): string {
    return `the shadow page ${shadowName(sfn)} (${this.key(sfn)})`;
  }

  /** At the beginning of a sentence: `The shadow page s084 ...`. */
  subject(sfn: number): string {
    return `The${this.describe(sfn).slice(3)}`;
  }

  key(sfn: number): string {
    const p = this.pages;
    return pageKey(p.get(sfn, 'gfn'), p.get(sfn, 'role'), p.get(sfn, 'validGen'));
  }
}

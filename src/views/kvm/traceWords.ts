import type { Run } from '../../engine';
import * as c from '../../hypervisor/kvm/constants';
import * as role from '../../hypervisor/kvm/role';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { LoggedEvent } from '../../kernel';
import { errorFlags } from './errorCode';

/** An event of a run as the kernel's trace would print it (sheet 7.4, 7.5, Linux 6.1). */
export interface TraceLine {
  /** Cursor just after its step. */
  readonly cursor: number;
  readonly actor: string;
  /** `kvm_mmu_get_page`. */
  readonly event: string;
  readonly text: string;
}

type Read = (field: string) => number;

const hex = (n: number): string => (n >>> 0).toString(16);
/** 64 bits, hex without leading zeros. */
const wide = (hi: number, lo: number): string =>
  hi === 0 ? hex(lo) : `${hex(hi)}${hex(lo).padStart(8, '0')}`;
const flags = (code: number): string => `${hex(code)} ${errorFlags(code)}`;

/** `sp gen 0 gfn 103 l1 8-byte q0 wux nxe ad root 0 sync`. */
function page(f: Read): string {
  const word = f('role');
  const invalid = role.roleInvalid(word) ? ' invalid' : '';
  const nx = (word & c.ROLE_EFER_NX) === 0 ? '!' : '';
  return `sp gen ${f('gen')} gfn ${hex(f('gfn'))} l${role.roleLevel(word)} ${role.roleFourByte(word) ? 4 : 8}-byte q${role.roleQuadrant(word)}${role.roleDirect(word) ? ' direct' : ''} ${role.accessText(role.roleAccess(word))}${invalid} ${nx}nxe ad root ${f('root')} ${f('unsync') === 0 ? 'sync' : 'unsync'}`;
}

const entryGpa = (f: Read): string => `gpa ${wide(f('gfn') >>> 20, (f('gfn') << 12) | f('offset'))}`;
const va = (f: Read): string => wide(f('vaHi'), f('vaLo'));
const va16 = (f: Read): string => `${hex(f('vaHi')).padStart(8, '0')}${hex(f('vaLo')).padStart(8, '0')}`;

/** Fields that a simulation has no value for (the guest's rip, hashed pointers) are left out. */
const LINES: Readonly<Record<string, readonly [event: string, text: (f: Read, k: Kvm) => string]>> = {
  KvmPageFault: [
    'kvm_page_fault',
    (f) => `vcpu ${f('vcpu')} address 0x${va16(f)} error_code 0x${hex(f('error'))}`,
  ],
  KvmPagetableWalk: ['kvm_mmu_pagetable_walk', (f) => `addr ${va(f)} pferr ${flags(f('pferr'))}`],
  KvmPagingElement: ['kvm_mmu_paging_element', (f) => `pte ${wide(f('hi'), f('lo'))} level ${f('level')}`],
  KvmWalkerError: ['kvm_mmu_walker_error', (f) => `pferr ${flags(f('pferr'))}`],
  KvmSetAccessedBit: ['kvm_mmu_set_accessed_bit', entryGpa],
  KvmSetDirtyBit: ['kvm_mmu_set_dirty_bit', entryGpa],
  KvmGetPage: ['kvm_mmu_get_page', (f) => `${page(f)} ${f('created') === 0 ? 'existing' : 'new'}`],
  KvmSyncPage: ['kvm_mmu_sync_page', page],
  KvmUnsyncPage: ['kvm_mmu_unsync_page', page],
  KvmPrepareZapPage: ['kvm_mmu_prepare_zap_page', page],
  KvmSpteRequested: [
    'kvm_mmu_spte_requested',
    (f, k) => {
      const mfn = k.slots.mfn(f('gfn'));
      return `gfn ${hex(f('gfn'))} pfn ${mfn < 0 ? '8000000000000000' : hex(mfn)} level ${f('level')}`;
    },
  ],
  KvmSetSpte: [
    'kvm_mmu_set_spte',
    (f) => {
      const [hi, lo] = [f('hi'), f('lo')];
      const rights = `${lo & c.SPTE_P ? 'r' : '-'}${lo & c.SPTE_W ? 'w' : '-'}${hi < 0 ? '-' : 'x'}${lo & c.SPTE_U ? 'u' : '-'}`;
      const at = f('table') * 4096 + f('index') * 8;
      return `gfn ${hex(f('gfn'))} spte ${wide(hi, lo)} (${rights}) level ${f('level')} at ${at.toString(16)}`;
    },
  ],
  KvmMarkMmioSpte: ['mark_mmio_spte', (f) => `gfn ${hex(f('gfn'))} access ${hex(f('access'))}`],
  KvmHandleMmioPageFault: [
    'handle_mmio_page_fault',
    (f) => `addr:${va(f)} gfn ${hex(f('gfn'))} access ${hex(f('access'))}`,
  ],
  KvmCheckMmioSpte: ['check_mmio_spte', (f) => `valid ${f('valid')}`],
  KvmInjException: [
    'kvm_inj_exception',
    (f) => `#PF (0x${hex(f('error'))})${f('reinjected') === 0 ? '' : ' [reinjected]'}`,
  ],
  KvmZapAllFast: [
    'kvm_mmu_zap_all_fast',
    (f) => `kvm-mmu-valid-gen ${f('gen')} used_pages ${hex(f('usedPages'))}`,
  ],
  KvmFastPageFault: [
    'fast_page_fault',
    (f) =>
      `vcpu ${f('vcpu')} gva ${va(f)} error_code ${errorFlags(f('error'))} old ${wide(f('oldHi'), f('oldLo')) === '0' ? '0' : `0x${wide(f('oldHi'), f('oldLo'))}`} new ${wide(f('newHi'), f('newLo'))} spurious ${f('spurious')} fixed ${f('fixed')}`,
  ],
  KvmMmio: [
    'kvm_mmio',
    (f) =>
      `mmio ${f('write') === 0 ? 'read' : 'write'} len ${f('bytes')} gpa 0x${wide(f('paHi'), f('paLo'))}`,
  ],
};

/** The name and text of one event; undefined for what the kernel has no tracepoint for. */
export function traceText(event: LoggedEvent, k: Kvm): readonly [event: string, text: string] | undefined {
  const known = Object.hasOwn(LINES, event.kind) ? LINES[event.kind] : undefined;
  if (known === undefined) return undefined;
  return [known[0], known[1]((field) => Number(event[field] ?? 0), k)];
}

/** The last lines of the trace before a cursor, oldest first, at most `most`; undefined for other designs. */
export function traceAt(run: Run, cursor: number, most: number): readonly TraceLine[] | undefined {
  if (run.built.design.name !== 'kvm') return undefined;
  const k = run.world.part('kvm') as Kvm;
  const out: TraceLine[] = [];
  // Back in pieces: what lies far behind is not read.
  for (let to = cursor; to > 0 && out.length < most; ) {
    const from = Math.max(0, to - 400);
    const lines = run.eventsIn(from, to).flatMap((event): TraceLine[] => {
      const text = k.profile.untraced.includes(event.kind) ? undefined : traceText(event, k);
      if (text === undefined) return [];
      const actor = run.actorOf(event.step);
      return [
        {
          cursor: event.step + 1,
          actor: run.world.actors[actor]?.name ?? `actor ${actor}`,
          event: text[0],
          text: text[1],
        },
      ];
    });
    out.unshift(...lines);
    to = from;
  }
  return out.slice(-most);
}

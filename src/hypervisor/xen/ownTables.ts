import { A, CR0_PG, D, modeOf, P, PS, U, W } from '../../machine';
import { hardwareRegisters } from './hardware';
import type { Xen } from './state';
import { SH_MONITOR_TABLE, SH_P2M_TABLE } from './types';
import { MODES } from './vcpuState';

const modeNow = (x: Xen, v: number) => {
  const r = x.machine.vcpu(v);
  return modeOf(r.get('cr0'), r.get('cr4'), r.get('efer'));
};

/** Pages of Xen's own that vCPU v needs for its mode and has not got yet. A 64-bit guest needs none. */
export function ownPagesWanted(x: Xen, v: number): number {
  const mode = modeNow(x, v);
  if (mode === '64') return 0;
  const l3table = x.vcpu(v).get('l3table') === 0 ? 1 : 0;
  return mode === 'off' && x.domain.get('unpagedTable') === 0 ? l3table + 1 : l3table;
}

/**
 * Xen's own table for vCPUs with paging off: 1,024 large pages that map all 4 GiB one to one, in 2-level format (sheet 1.3). Made
 * once, like a guest table that no guest can reach.
 */
function makeUnpagedTable(x: Xen): number {
  const page = x.pool.allocTop(SH_P2M_TABLE, 0);
  for (let i = 0; i < 1024; i++) x.memory.write32(page, i, (i << 22) | P | W | U | A | D | PS);
  return page;
}

/** Xen's own 1:1 table, made if there is none yet. */
export function unpagedTable(x: Xen): number {
  if (x.domain.get('unpagedTable') === 0) x.domain.set('unpagedTable', makeUnpagedTable(x));
  return x.domain.get('unpagedTable');
}

/**
 * v->arch.paging.mode is settled by the guest's control registers; a vCPU without paging gets Xen's own table for its own. Room
 * for `ownPagesWanted` pages has been made.
 */
export function settleMode(x: Xen, v: number): void {
  const state = x.vcpu(v);
  const mode = modeNow(x, v);
  state.set('mode', 1 + MODES.indexOf(mode));
  if (mode !== '64' && state.get('l3table') === 0) state.set('l3table', x.pool.allocTop(SH_MONITOR_TABLE, 0));
  if (mode === 'off') state.set('guestTable', unpagedTable(x) + 1);
  hardwareRegisters(x, v);
}

/** Whether every vCPU of the domain has paging on: only then may tables go out of sync (sheet 5.2). */
export const everybodyPages = (x: Xen): boolean =>
  x.vcpus.every((_, v) => (x.machine.vcpu(v).get('cr0') & CR0_PG) !== 0);

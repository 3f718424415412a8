import { frameName } from '../../base';
import type { Thread } from '../../kernel';
import { PageTableLocked, PageTableUnlocked } from './events';
import type { Pv } from './state';

/** The page-table lock of one table: it keeps the guest's own software apart, never the processor. With the switch off it keeps nobody apart. */
export const freePtl = (pv: Pv, table: number): boolean => !pv.on('page-table-lock') || pv.ptl(table) < 0;

export function takePtl(t: Thread, pv: Pv, table: number): void {
  if (!pv.on('page-table-lock')) return;
  pv.setPtl(table, t.actor);
  pv.world.emit(PageTableLocked, t.actor, table);
}

export function unlockPtl(t: Thread, pv: Pv, table: number): void {
  if (pv.ptl(table) !== t.actor) return;
  pv.setPtl(table, -1);
  pv.world.emit(PageTableUnlocked, t.actor, table);
}

export const sayLocked = (t: Thread, pv: Pv, table: number): string =>
  pv.on('page-table-lock')
    ? `vCPU ${t.actor} takes the lock of table ${frameName(table)}: no other software changes its entries now. The processor still may.`
    : `vCPU ${t.actor} goes on without the lock of table ${frameName(table)}: it is switched off.`;

export const sayUnlocked = (t: Thread, pv: Pv, table: number): string =>
  pv.on('page-table-lock')
    ? `vCPU ${t.actor} releases the lock of table ${frameName(table)}.`
    : `vCPU ${t.actor} is done with table ${frameName(table)}.`;

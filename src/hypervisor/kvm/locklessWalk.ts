import type { Kvm } from './state';
import { OUTSIDE_GUEST_MODE, READING_SHADOW_PAGE_TABLES } from './vcpuState';

/**
 * walk_shadow_page_lockless_begin and _end (sheet 1.6): interrupts off, vcpu->mode says so, a full barrier. A flush of all TLBs waits
 * for such a vCPU, so a table it stands on is unlinked at most, never freed. Entries may change under it all the same.
 */
export function beginReading(k: Kvm, v: number, sfn: number): void {
  if (k.on('walk-guard')) k.vcpu(v).set('mode', READING_SHADOW_PAGE_TABLES);
  standOn(k, v, sfn);
}

/** The table that the walk reads next: what must not be freed meanwhile (I17). */
export function standOn(k: Kvm, v: number, sfn: number): void {
  k.vcpu(v).set('reading', sfn);
}

export function endReading(k: Kvm, v: number): void {
  k.vcpu(v).set('mode', OUTSIDE_GUEST_MODE);
  standOn(k, v, 0);
}

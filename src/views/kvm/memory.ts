import { frameName } from '../../base';
import type { Run } from '../../engine';
import { HOST_GONE, HOST_ZERO, MAX_SLOTS } from '../../hypervisor/kvm/slots';
import type { Kvm } from '../../hypervisor/kvm/state';
import { kvmAt } from './kvmAt';

/** A memory slot, with its dirty bitmap if it is logged. */
export interface SlotView {
  readonly slot: number;
  /** `0x000 to 0x2ff`. */
  readonly range: string;
  /** `host pages from 0x000`. */
  readonly backed: string;
  readonly flags: readonly string[];
  /** Frames in the dirty log, ascending; undefined while it is off. */
  readonly dirty: readonly { readonly name: string; readonly entity: string }[] | undefined;
  /** Frames whose host page is not simply there. */
  readonly host: readonly { readonly name: string; readonly entity: string; readonly says: string }[];
}

export interface MemoryView {
  readonly slots: readonly SlotView[];
  /** Changed by every change of a slot: MMIO sptes carry it. */
  readonly generation: number;
  /** mmu_invalidate_seq: how often the host has taken pages away. */
  readonly sequence: number;
}

/** The VM's memory as the host sees it; undefined for other designs. */
export function memoryAt(run: Run, cursor: number): MemoryView | undefined {
  return kvmAt(run, cursor, (k) => ({
    slots: Array.from({ length: MAX_SLOTS }, (_, slot) => slot)
      .filter((slot) => k.slots.exists(slot))
      .map((slot) => slotView(k, slot)),
    generation: k.slots.generation,
    sequence: k.vm.get('invalidateSeq'),
  }));
}

function slotView(k: Kvm, slot: number): SlotView {
  const { slots } = k;
  const [base, pages, frame] = [slots.base(slot), slots.pages(slot), slots.frame(slot)];
  const gfns = Array.from({ length: pages }, (_, i) => base + i);
  const named = (gfn: number) => ({ name: frameName(gfn), entity: `frame ${frameName(slots.mfn(gfn))}` });
  return {
    slot,
    range: `${frameName(base)} to ${frameName(base + pages - 1)}`,
    backed: frame === base ? 'host pages of the same number' : `host pages from ${frameName(frame)}`,
    flags: [...(slots.readOnly(slot) ? ['read-only'] : []), ...(slots.logsDirty(slot) ? ['dirty log'] : [])],
    dirty: slots.logsDirty(slot) ? gfns.filter((gfn) => slots.dirty(gfn)).map(named) : undefined,
    host: gfns.flatMap((gfn) => {
      const state = slots.hostState(slots.mfn(gfn));
      if (state === HOST_GONE) return [{ ...named(gfn), says: 'given up' }];
      return state === HOST_ZERO ? [{ ...named(gfn), says: 'zero page' }] : [];
    }),
  };
}

import { ensure } from '../../base';
import type { DesignOptions } from '../design';
import { MEM_READONLY } from './constants';
import { MAX_SLOTS, type Slots } from './slots';

interface Run {
  readonly base: number;
  readonly frame: number;
  readonly flags: number;
  pages: number;
}

/**
 * The memory slots of a guest whose memory lies as a scenario's `p2m` lines say: one slot for each row of frames that are
 * backed in a row and alike. What is `mmio` lies in no slot; what is `ro` in a read-only one.
 */
export function layOutSlots(slots: Slots, guestFrames: number, p2m: DesignOptions['p2m']): void {
  const said = new Map(p2m.map((row) => [row.gfn, row]));
  const beyond = p2m.map(({ gfn }) => gfn).filter((gfn) => gfn >= guestFrames);
  const gfns = [...Array.from({ length: guestFrames }, (_, gfn) => gfn), ...beyond.sort((a, b) => a - b)];
  const rows: Run[] = [];
  for (const gfn of gfns) {
    const { mfn, type } = said.get(gfn) ?? { mfn: gfn < guestFrames ? gfn : -1, type: 'ram_rw' };
    ensure(
      type !== 'mmio_direct',
      'KVM has no p2m type `mmio_direct`: a memory slot holds memory, and what lies in none is a device (`mmio`)',
    );
    if (mfn < 0) continue;
    const flags = type === 'ram_ro' ? MEM_READONLY : 0;
    const row = rows.at(-1);
    const goesOn =
      row !== undefined &&
      row.flags === flags &&
      gfn === row.base + row.pages &&
      mfn === row.frame + row.pages;
    if (goesOn) row.pages++;
    else rows.push({ base: gfn, frame: mfn, flags, pages: 1 });
  }
  ensure(
    rows.length <= MAX_SLOTS,
    `the guest's memory lies in at most ${MAX_SLOTS} rows of frames, not ${rows.length}: each is a memory slot. Write fewer \`p2m\` lines, or lines for neighbouring frames`,
  );
  rows.forEach(({ base, pages, frame, flags }, slot) => {
    slots.define(slot, base, pages, frame, flags);
  });
}

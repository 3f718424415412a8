import { frameOf, W } from '../../../machine';
import { isDirty, logsDirty } from '../dirty';
import { isUsable } from '../magic';
import { entryOf, invariant, shadowEntry } from './names';
import { eachPresent } from './presentEntries';

/** I21, this project's own: a write that the log misses is one that a migration loses. */
export const dirtyLog = invariant(
  'I21',
  'While writes are logged, whatever an entry or a TLB lets the guest write is marked dirty.',
  (x, found) => {
    if (!logsDirty(x)) return;
    const missed = (frame: number): boolean => frame < x.machine.config.guestFrames && !isDirty(x, frame);
    for (const smfn of x.l1Shadows())
      eachPresent(x, smfn, (i, hi, lo) => {
        if ((lo & W) !== 0 && isUsable(hi, lo) && missed(frameOf(hi, lo)))
          found(
            `${entryOf(x, smfn, i)} lets the guest write ${x.name(frameOf(hi, lo))}, which is not marked in the dirty log.`,
            shadowEntry(x, smfn, i),
          );
      });
    for (const { index: v } of x.vcpus)
      for (const { writable, frame, pageShift } of x.machine.tlb.entries(v)) {
        if (!writable) continue;
        for (let i = 0; i < 2 ** (pageShift - 12); i++)
          if (missed(frame + i))
            found(
              `the TLB of vCPU ${v} lets it write ${x.name(frame + i)}, which is not marked in the dirty log.`,
              `tlb ${v} ${x.name(frame + i)}`,
            );
      }
  },
);

import { NX_HI, P, U, W } from '../../machine';
import {
  BECAUSE_DEVICE,
  BECAUSE_NO_FRAME,
  BECAUSE_NOT_ACCESSED,
  BECAUSE_NOT_DIRTY,
  BECAUSE_NOT_LOGGED,
  BECAUSE_NOT_PRESENT,
  BECAUSE_PAGE_TABLE,
  BECAUSE_READ_ONLY_MEMORY,
} from './derive';

/** Rights as the page writes them: `rw user`, `r`, `rx`. */
export function sayRights(hi: number, lo: number): string {
  if ((lo & P) === 0) return 'not present';
  const letters = `r${(lo & W) === 0 ? '' : 'w'}${(hi & NX_HI) === 0 ? 'x' : ''}`;
  return (lo & U) === 0 ? letters : `${letters} user`;
}

/** Why a derived entry is not simply the guest's; empty if it is. `target` is the frame's name. */
export function sayBecause(because: number, target: string): string {
  if ((because & BECAUSE_NOT_PRESENT) !== 0) return 'The guest has the entry not present.';
  if ((because & BECAUSE_DEVICE) !== 0) return `Frame ${target} is a device.`;
  if ((because & BECAUSE_NO_FRAME) !== 0) return 'There is no memory behind that frame.';
  if ((because & BECAUSE_NOT_ACCESSED) !== 0)
    return 'The guest has never used the entry: its first use must fault.';
  if ((because & BECAUSE_PAGE_TABLE) !== 0)
    return `The entry is writable in the guest but not in the shadow, because frame ${target} is a page table.`;
  if ((because & BECAUSE_NOT_DIRTY) !== 0)
    return 'The entry is writable in the guest but not in the shadow, because it is not dirty yet: the first write must fault.';
  if ((because & BECAUSE_NOT_LOGGED) !== 0)
    return `Writes are logged, and frame ${target} is not marked yet: the first write must fault.`;
  if ((because & BECAUSE_READ_ONLY_MEMORY) !== 0) return `Frame ${target} is read-only memory.`;
  return '';
}

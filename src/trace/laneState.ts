import type { GuestTable } from './guestTables';
import type { Life } from './lives';
import type { Walk } from './walks';

/** What is under way on a vCPU while its lines are followed. */
export interface LaneState {
  walk: Walk | undefined;
  /** Since its last exit KVM has walked: pages it gets now are for a fault, else they are roots. */
  walked: boolean;
  /** Pages got since, by level. */
  readonly path: Map<number, Life>;
  root: Life | undefined;
  top: GuestTable | undefined;
  /** CR3 was loaded and no line has told with what. */
  topUnknown: boolean;
}

export const newLaneState = (): LaneState => ({
  walk: undefined,
  walked: false,
  path: new Map(),
  root: undefined,
  top: undefined,
  topUnknown: false,
});

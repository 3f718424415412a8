import type { Procedure } from '../kernel';

/** What a page-fault exit comes back with (first result of `pageFault`). */
export const FAULT_INJECT = 0;
export const FAULT_RETRY = 1;
/** The hypervisor has performed the instruction itself. */
export const FAULT_DONE = 2;

/**
 * Where the guest leaves the processor for the hypervisor. The machine knows no hypervisor, only these procedures; a design
 * provides them. `native` provides those of bare hardware.
 */
export interface Exits {
  /**
   * Slots: vaHi, vaLo, error. Returns FAULT_INJECT, FAULT_RETRY or FAULT_DONE; with FAULT_INJECT also the error code the guest is
   * given and, where that is not the page that exited, which page of the instruction it is for (1 the first, 2 the second).
   */
  readonly pageFault: Procedure<never>;
  /** Slots: hi, lo. MOV CR3. Sets the guest's CR3 and the hardware's. */
  readonly loadCr3: Procedure<never>;
  /** Slots: vaHi, vaLo. */
  readonly invlpg: Procedure<never>;
  /** Slots: value. */
  readonly setCr0: Procedure<never>;
  readonly setCr4: Procedure<never>;
  readonly setEfer: Procedure<never>;
  /** The design's own operations by name; each is given the operation's arguments. */
  readonly operations: ReadonlyMap<string, Procedure<never>>;
}

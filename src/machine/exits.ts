import type { Procedure } from '../kernel';

/** What a page-fault exit comes back with (first result of `pageFault`). */
export const FAULT_INJECT = 0;
export const FAULT_RETRY = 1;
/** The hypervisor has performed the instruction itself. */
export const FAULT_DONE = 2;

/**
 * In the error that a design's own walk returns: the guest leaves the processor for another reason than a #PF (nested tables
 * deny the access). `pageFault` is called for it all the same; no PageFault is emitted, for there is none.
 */
export const EXIT_BY_WALK = 0x4000_0000;

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
  /** How the processor translates, where that is not the walk of walk.ts: slots and results are those of `hardwareWalk`. */
  readonly walk?: Procedure<never>;
  /** Carries out each operation of a vCPU, where that is not the machine's to do: a replay, which knows every access of it. No slots. */
  readonly carriesOut?: Procedure<never>;
  /** Slots: hi, lo. MOV CR3. Sets the guest's CR3 and the hardware's. */
  readonly loadCr3: Procedure<never>;
  /** Slots: vaHi, vaLo. */
  readonly invlpg: Procedure<never>;
  /** Slots: value. */
  readonly setCr0: Procedure<never>;
  readonly setCr4: Procedure<never>;
  readonly setEfer: Procedure<never>;
  /** Names of operations that the guest's own kernel does, by procedures that the design provides: no exit. */
  readonly guestWork?: ReadonlySet<string>;
  /** An emulator of the design goes on past the instruction that left the guest: it looks at what the program does next. */
  readonly looksAhead?: true;
  /** The design's own operations by name; each is given the operation's arguments. */
  readonly operations: ReadonlyMap<string, Procedure<never>>;
}

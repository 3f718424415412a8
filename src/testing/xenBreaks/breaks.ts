import { A, P, U, W } from '../../machine';
import { direct, e, type LabOptions, load, T, type XenLab } from '../xenLab';

/** The shortest guest and schedule in which a protection that is switched off breaks its invariant. */
export interface Break {
  /** The switch. */
  readonly without: string;
  /** What happens, in a few words. */
  readonly what: string;
  /** What the world is like, beside the one switch. */
  readonly options?: LabOptions;
  readonly play: (lab: XenLab) => void;
}

export const at = (page: number, index: number, value: ReturnType<typeof e>) => ({ page, index, value });

/** An entry that names a table of the user's. */
export const table = (frame: number): ReturnType<typeof e> => e(frame, P | W | U | A);

/** The kernel on vCPU v has used its direct map of these frames: the shadow has it. */
export const seen = (lab: XenLab, v: number, ...frames: readonly number[]): void =>
  lab.run(v, ...frames.map((frame) => load(direct(frame), 0)));

/** A second address space, with the kernel's half of the first. */
export const T1 = 0x18;
export const kernelHalf = (top: number) => at(top, 0x102, e(0x62, P | W | A));

/** Tables for one address that the first address space does not use otherwise: L3, L2, L1 given; entry 0 of each but the L2. */
export const otherPath = (l3: number, l2: number, index: number, l1: number) => [
  at(T, 1, table(l3)),
  at(l3, 0, table(l2)),
  at(l2, index, table(l1)),
];

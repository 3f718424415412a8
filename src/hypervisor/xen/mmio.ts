import { type Halves, instruction, truncate, WRITE } from '../../machine';
import type { Xen } from './state';

const value: Halves = { hi: 0, lo: 0 };

/** The device emulator, as far as this machine has one: what is written goes nowhere, what is read is all ones. */
export function completeMmio(x: Xen, v: number): void {
  const op = instruction(x.machine, v);
  if (op === undefined || (op.access === WRITE && op.locked === undefined)) return;
  truncate(value, -1, -1, op.width);
  const r = x.machine.vcpu(v);
  r.set('resultHi', value.hi);
  r.set('resultLo', value.lo);
}

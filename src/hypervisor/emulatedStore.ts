import {
  combine,
  type Halves,
  type Instruction,
  joinParts,
  type Machine,
  MemoryRead,
  MemoryWritten,
  partBytes,
  partOffset,
  parts,
  partValue,
  readBytes,
  writeBytes,
} from '../machine';

const value: Halves = { hi: 0, lo: 0 };

/**
 * Performs a guest's store or locked operation in guest memory, as the emulator's write and cmpxchg hooks do: both pages of a
 * crossing one. `frames`: machine frame of each page. Results go where the guest expects them.
 */
export function emulatedStore(
  m: Machine,
  v: number,
  op: Instruction,
  frames: readonly [number, number],
): void {
  const count = parts(m, v);
  if (op.locked === undefined) {
    for (let part = 0; part < count; part++) {
      partValue(m, v, part, value);
      write(m, v, part, frames[part] as number);
    }
    return;
  }
  for (let part = 0; part < count; part++) {
    const [offset, bytes] = [partOffset(m, v, part), partBytes(m, v, part)];
    readBytes(m.memory, frames[part] as number, offset, bytes, value);
    m.world.emit(MemoryRead, v, frames[part] as number, offset, bytes, value.hi, value.lo);
    joinParts(m, v, part, value);
  }
  const r = m.vcpu(v);
  combine(m, v, { hi: r.get('resultHi'), lo: r.get('resultLo') }, value);
  const whole = { hi: value.hi, lo: value.lo };
  for (let part = 0; part < count; part++) {
    partValue(m, v, part, value, whole);
    write(m, v, part, frames[part] as number);
  }
}

function write(m: Machine, v: number, part: number, frame: number): void {
  const [offset, bytes] = [partOffset(m, v, part), partBytes(m, v, part)];
  writeBytes(m.memory, frame, offset, bytes, value.hi, value.lo);
  m.world.emit(MemoryWritten, v, frame, offset, bytes, value.hi, value.lo);
}

import type { Region, Store } from '../kernel';
import { findEntry } from './directMap';
import { beginInstruction, parts } from './instruction';
import type { Machine } from './machine';
import type { GuestOp } from './operation';
import { READ, WRITE } from './rights';
import type { Halves } from './wide';

/** As many instructions as an emulator may carry out beyond the one that faulted. */
const MOST = 4;
const CELLS = 1 + 2 * MOST;

/**
 * Instructions that an emulator has carried out beyond the one that left the guest, with what they read: the guest's program goes
 * on after them. First in, first out.
 */
export class Ahead {
  private readonly regions: readonly Region[];

  constructor(
    private readonly store: Store,
    vcpus: number,
  ) {
    this.regions = Array.from({ length: vcpus }, (_, v) =>
      store.region(`instructions ahead of vCPU ${v}`, CELLS),
    );
  }

  private at(v: number, cell: number): number {
    return (this.regions[v]?.base ?? 0) + cell;
  }

  pending(v: number): number {
    return v < this.regions.length ? this.store.get(this.at(v, 0)) : 0;
  }

  /** One more is done; it read this. At most four. */
  push(v: number, hi: number, lo: number): void {
    const count = this.pending(v);
    this.store.set(this.at(v, 1 + 2 * count), hi);
    this.store.set(this.at(v, 2 + 2 * count), lo);
    this.store.set(this.at(v, 0), count + 1);
  }

  /** The oldest of them, which the program comes to now. */
  take(v: number, out: Halves): void {
    const count = this.pending(v);
    out.hi = this.store.get(this.at(v, 1));
    out.lo = this.store.get(this.at(v, 2));
    for (let cell = 1; cell < CELLS - 2; cell++)
      this.store.set(this.at(v, cell), this.store.get(this.at(v, cell + 2)));
    for (let cell = CELLS - 2; cell < CELLS; cell++) this.store.set(this.at(v, cell), 0);
    this.store.set(this.at(v, 0), count - 1);
  }
}

/** How many instructions an operation is to an emulator; 0 for what it cannot do. */
function instructionsOf(op: GuestOp): number {
  switch (op.kind) {
    case 'load':
    case 'store':
    case 'locked':
      return op.cpl === 3 ? 0 : 1;
    case 'pte':
      return 1;
    case 'stos':
      return op.cpl === 3 ? 0 : op.count;
    default:
      return 0;
  }
}

/** Puts the nth instruction of an operation into the vCPU's ins registers. Whether that is possible. */
function begin(m: Machine, v: number, op: GuestOp, nth: number): boolean {
  switch (op.kind) {
    case 'load':
      beginInstruction(m, v, READ, op.va, op.width);
      return true;
    case 'store':
      beginInstruction(m, v, WRITE, op.va, op.width, op.value);
      return true;
    case 'locked':
      beginInstruction(m, v, WRITE, op.va, op.width, op.value, op.op, op.expected);
      return true;
    case 'stos': {
      const lo = (op.va.lo >>> 0) + nth * op.width;
      const va = { hi: (op.va.hi + Math.floor(lo / 0x1_0000_0000)) | 0, lo: lo | 0 };
      beginInstruction(m, v, WRITE, va, op.width, op.value);
      return true;
    }
    case 'pte': {
      const found = findEntry(m, v, op.va, op.level);
      if (found.kind === 'entry') beginInstruction(m, v, WRITE, found.va, found.width, op.value);
      return found.kind === 'entry';
    }
    default:
      return false;
  }
}

/**
 * For an emulator that goes on where a guest instruction has ended: puts the instruction that comes next, after those that are
 * done already, into the vCPU's ins registers. `end`: the program has no more; `other`: nothing that an emulator of memory
 * accesses in kernel mode can do.
 */
export function beginNextInstruction(m: Machine, v: number): 'write' | 'read' | 'other' | 'end' {
  const r = m.vcpu(v);
  const program = m.programs[v] ?? [];
  let skip = m.ahead.pending(v);
  for (let i = r.get('op'); i < program.length; i++) {
    const op = program[i] as GuestOp;
    const inFlight = i === r.get('op');
    // Of the operation in flight one instruction is done, and of a string operation as many as it counts.
    const done = inFlight ? Math.max(1, r.get('insRepeat')) : 0;
    const all = instructionsOf(op);
    if (!inFlight && all === 0) return 'other';
    const left = Math.max(0, all - done);
    if (skip < left) {
      if (!begin(m, v, op, done + skip)) return 'other';
      if (r.get('insAccess') === WRITE) return 'write';
      return parts(m, v) === 1 ? 'read' : 'other';
    }
    skip -= left;
  }
  return 'end';
}

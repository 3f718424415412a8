import type { Region, Store } from '../../kernel';
import { A, D } from '../../machine';
import { isSuperpageWalk } from './guestWalk';
import type { Xen } from './state';

const CELLS = 4;
const EXCUSED = 0;
const STALE_LEVEL = 1;
const USER_STORE = 2;

/**
 * What the end of a fault does not show: that an entry was installed by a walk that had become stale although the version stood
 * still (I16), and that a user program was let into a table (I20). As `FaultWitness`: it looks, and nothing reads it but
 * the invariants; no part of the state's identity.
 */
export class WalkWitness {
  readonly region: Region;

  constructor(
    private readonly store: Store,
    vcpus: number,
  ) {
    this.region = store.witness('walk witness', vcpus * CELLS);
  }

  private at(v: number, field: number): number {
    return this.region.base + v * CELLS + field;
  }

  /** A fault of vCPU v has been raised. */
  begin(v: number): void {
    for (let field = 0; field < CELLS; field++) this.store.set(this.at(v, field), 0);
  }

  /** A new walk of vCPU v begins. */
  walk(v: number): void {
    this.store.set(this.at(v, EXCUSED), 0);
  }

  /** A page is not out of sync any more. While it was, the guest could change it without a trace: I16 does not speak of that. */
  cameBack(x: Xen, gmfn: number): void {
    for (const { index: v, gw } of x.vcpus)
      for (let level = 1; level <= x.geometry(v).levels; level++)
        if (gw.mfn(level) === gmfn) this.store.set(this.at(v, EXCUSED), 1);
  }

  /** The walk of vCPU v is about to be installed. */
  used(x: Xen, v: number): void {
    const { gw } = x.vcpu(v);
    if (gw.version !== x.domain.get('version') || this.store.get(this.at(v, EXCUSED)) !== 0) return;
    for (let level: number = x.geometry(v).levels; level >= 1; level--)
      if (isStale(x, v, level)) this.store.set(this.at(v, STALE_LEVEL), level);
  }

  /** Lowest level at which the last walk installed by vCPU v was stale without a trace; 0: none. */
  staleLevel(v: number): number {
    return this.store.get(this.at(v, STALE_LEVEL));
  }

  /** A write fault from user mode is over, and its target still is a table. */
  userStored(v: number, gmfn: number): void {
    this.store.set(this.at(v, USER_STORE), gmfn + 1);
  }

  /** The table that the last fault of vCPU v let a user program write, or -1. */
  userStore(v: number): number {
    return this.store.get(this.at(v, USER_STORE)) - 1;
  }
}

/** Whether an entry of the walk is not what the guest's table holds, but for the marks that walkers set. */
function isStale(x: Xen, v: number, level: number): boolean {
  const { gw } = x.vcpu(v);
  const table = gw.mfn(level);
  if (table < 0 || x.outOfSync(table) || (level === 1 && isSuperpageWalk(x, v))) return false;
  const index = x.index(v, level, gw.cells.get('vaHi'), gw.cells.get('vaLo'));
  const { narrow } = x.geometry(v);
  const changed = (x.guestLo(narrow, table, index) ^ gw.lo(level)) & ~(A | D);
  return changed !== 0 || x.guestHi(narrow, table, index) !== gw.hi(level);
}

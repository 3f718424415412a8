import type { Region, Store } from '../../kernel';
import { CR4_PSE, frameOf, isLeaf, present } from '../../machine';
import type { Xen } from './state';
import { isRam } from './types';

const CELLS = 5;
const SEEN_ABSENT = 0;
const WRONGLY_GIVEN = 1;
const VA_HI = 2;
const VA_LO = 3;
const ERROR = 4;

/** What a vCPU's guest was wrongly told: a fault at all (error -1), or the error code of one. */
export interface WrongFault {
  readonly hi: number;
  readonly lo: number;
  readonly error: number;
}

/**
 * What no state of Xen shows: whether a fault that a magic entry gives to the guest is justified. That is so if the guest's
 * tables did not map the address at some moment since the fault was raised, for no processor remembers what is not present.
 * Looks only, for invariant I17; not part of the state's identity, and nothing in the algorithms reads it.
 */
export class FaultWitness {
  readonly region: Region;
  /** Xen is performing a store for somebody: the word is in memory, the shadow does not know it yet. */
  private readonly inFlight: number;

  constructor(
    private readonly store: Store,
    vcpus: number,
  ) {
    this.region = store.witness('fault witness', vcpus * CELLS + 1);
    this.inFlight = this.region.base + vcpus * CELLS;
  }

  private at(v: number, field: number): number {
    return this.region.base + v * CELLS + field;
  }

  /** A fault of vCPU v has been raised: nothing has been seen yet. */
  begin(v: number): void {
    for (let field = 0; field < CELLS; field++) this.store.set(this.at(v, field), 0);
  }

  /** A store that Xen performs has been done, or the shadow has followed. */
  performing(yes: boolean): void {
    this.store.set(this.inFlight, yes ? 1 : 0);
  }

  /** Has a look at the guest's tables at this moment. A store that Xen is still performing for somebody has not happened yet. */
  look(x: Xen, v: number, vaHi: number, vaLo: number): void {
    if (this.store.get(this.inFlight) !== 0 || !guestMaps(x, v, vaHi, vaLo))
      this.store.set(this.at(v, SEEN_ABSENT), 1);
  }

  /** The guest is given a not-present fault by a magic entry. */
  deliver(x: Xen, v: number, vaHi: number, vaLo: number): void {
    this.look(x, v, vaHi, vaLo);
    if (this.store.get(this.at(v, SEEN_ABSENT)) !== 0) return;
    this.note(v, vaHi, vaLo, -1);
  }

  /** The guest is given a fault of its own, but with an error code that its tables do not justify. */
  misled(v: number, vaHi: number, vaLo: number, error: number): void {
    this.note(v, vaHi, vaLo, error);
  }

  private note(v: number, vaHi: number, vaLo: number, error: number): void {
    this.store.set(this.at(v, WRONGLY_GIVEN), 1);
    this.store.set(this.at(v, VA_HI), vaHi);
    this.store.set(this.at(v, VA_LO), vaLo);
    this.store.set(this.at(v, ERROR), error);
  }

  /** The fault that vCPU v was wrongly given last, until its next fault. */
  wrong(v: number): WrongFault | undefined {
    const read = (field: number): number => this.store.get(this.at(v, field));
    if (read(WRONGLY_GIVEN) === 0) return undefined;
    return { hi: read(VA_HI), lo: read(VA_LO), error: read(ERROR) };
  }
}

/** Whether the guest's own tables map an address right now, with whatever rights. */
function guestMaps(x: Xen, v: number, vaHi: number, vaLo: number): boolean {
  let table = x.vcpu(v).guestTop;
  const { guest, levels, narrow, name } = x.geometry(v);
  for (let level: number = levels; level >= 1; level--) {
    const index = x.index(v, level, vaHi, vaLo);
    const cached = name === 'pae' && level === 3;
    const lo = cached ? x.vcpu(v).gl3eLo(index) : x.guestLo(narrow, table, index);
    if (!present(lo)) return false;
    if (isLeaf(guest, level, lo, x.superpages(v) ? CR4_PSE : 0)) return true;
    const gfn = frameOf(cached ? x.vcpu(v).gl3eHi(index) : x.guestHi(narrow, table, index), lo);
    table = x.p2m.mfn(gfn);
    if (!isRam(x.p2m.type(gfn)) || !x.mfnValid(table)) return false;
  }
  return true;
}

import {
  type AccessColumns,
  FETCH,
  type GuestOp,
  packAccess,
  packedKind,
  packedUser,
  packedWidth,
  READ,
  WRITE,
} from '../machine';

/**
 * What a guest does, as columns: millions of operations pass through here, so none is an object until somebody looks at it.
 * READ, WRITE and FETCH are the machine's own numbers.
 */
export const LOCKED_AND = 3;
export const EXCHANGE = 4;
export const LOAD_CR3 = 5;
export const INVALIDATE = 6;

/** One of the design's operations, called by the guest: which one stands above bit 10, its arguments where an access has its own. */
export const CALL = 7;
const CALL_SHIFT = 10;

/** The operations that a guest of the lab calls, each with as many arguments (halves counted) as its procedure takes. */
const CALLS = [
  { name: 'set-pte', args: 4 },
  { name: 'mmu-update', args: 4 },
  { name: 'pin', args: 2 },
  { name: 'unpin', args: 1 },
  { name: 'mprotect', args: 4 },
  { name: 'lazy-enter', args: 2 },
  { name: 'lazy-leave', args: 0 },
] as const;
export type GuestCall = (typeof CALLS)[number]['name'];

/** Marks, beside what `packAccess` gives: meant as an operation on a table entry. */
const ENTRY = 1 << 9;

/** An access to memory by the guest's program: what the length of a run counts. */
export const isAccess = (code: number): boolean => packedKind(code) <= EXCHANGE;

/** One of a design's own operations. */
export interface Call {
  readonly name: string;
  readonly args: readonly number[];
}

interface HostCall extends Call {
  readonly row: number;
}

const FIRST = 8192;

/** Operations of one vCPU in order, waiting to be performed. Generators write to its end; whoever performs them takes all. */
export class OpStream implements AccessColumns {
  code = new Int32Array(FIRST);
  vaHi = new Int32Array(FIRST);
  vaLo = new Int32Array(FIRST);
  valueHi = new Int32Array(FIRST);
  valueLo = new Int32Array(FIRST);
  length = 0;
  /** What the world outside does before the guest comes to a row: in order of rows. */
  readonly calls: HostCall[] = [];

  /** Forgets what has been performed: all rows. A call behind the last of them comes before the first of the next. */
  clear(): void {
    const left = this.calls.filter(({ row }) => row >= this.length);
    this.calls.length = 0;
    for (const { name, args } of left) this.calls.push({ name, args, row: 0 });
    this.length = 0;
  }

  private push(code: number, vaHi: number, vaLo: number, valueHi: number, valueLo: number): void {
    if (this.length === this.code.length) this.grow();
    const at = this.length++;
    this.code[at] = code;
    this.vaHi[at] = vaHi;
    this.vaLo[at] = vaLo;
    this.valueHi[at] = valueHi;
    this.valueLo[at] = valueLo;
  }

  private grow(): void {
    const twice = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.code = twice(this.code);
    this.vaHi = twice(this.vaHi);
    this.vaLo = twice(this.vaLo);
    this.valueHi = twice(this.valueHi);
    this.valueLo = twice(this.valueLo);
  }

  load(vaHi: number, vaLo: number, width: 4 | 8, user: boolean): void {
    this.push(packAccess(READ, width, user), vaHi, vaLo, 0, 0);
  }

  store(vaHi: number, vaLo: number, width: 4 | 8, user: boolean, hi: number, lo: number): void {
    this.push(packAccess(WRITE, width, user), vaHi, vaLo, hi, lo);
  }

  fetch(vaHi: number, vaLo: number, user: boolean): void {
    this.push(packAccess(FETCH, 1, user), vaHi, vaLo, 0, 0);
  }

  /** A store to a table entry, for people who read the operation: it differs in nothing else. */
  storeEntry(vaHi: number, vaLo: number, width: 4 | 8, hi: number, lo: number): void {
    this.push(packAccess(WRITE, width, false) | ENTRY, vaHi, vaLo, hi, lo);
  }

  /** LOCK AND of an entry. */
  and(vaHi: number, vaLo: number, width: 4 | 8, hi: number, lo: number): void {
    this.push(packAccess(LOCKED_AND, width, false) | ENTRY, vaHi, vaLo, hi, lo);
  }

  /** XCHG of an entry. */
  exchange(vaHi: number, vaLo: number, width: 4 | 8, hi: number, lo: number): void {
    this.push(packAccess(EXCHANGE, width, false) | ENTRY, vaHi, vaLo, hi, lo);
  }

  loadCr3(root: number): void {
    this.push(LOAD_CR3, 0, 0, root >>> 20, root << 12);
  }

  invlpg(vaHi: number, vaLo: number): void {
    this.push(INVALIDATE, vaHi, vaLo, 0, 0);
  }

  /** A call of the guest's: up to four arguments, halves of a wide one counted. */
  call(name: GuestCall, a: number, b: number, c: number, d: number): void {
    const nth = CALLS.findIndex((one) => one.name === name);
    this.push(CALL | (nth << CALL_SHIFT), a, b, c, d);
  }

  /** The call at a place. */
  calling(place: number): Call & { readonly name: GuestCall } {
    const { name, args } = CALLS[(this.code[place] as number) >>> CALL_SHIFT] ?? CALLS[0];
    const all = [this.vaHi[place], this.vaLo[place], this.valueHi[place], this.valueLo[place]] as number[];
    return { name, args: all.slice(0, args) };
  }

  hostCall({ name, args }: Call): void {
    this.calls.push({ name, args, row: this.length });
  }

  /** The operation at a place, as the machine's programs have it. */
  at(place: number): GuestOp {
    const code = this.code[place] as number;
    const va = { hi: this.vaHi[place] as number, lo: this.vaLo[place] as number };
    const value = { hi: this.valueHi[place] as number, lo: this.valueLo[place] as number };
    const width = packedWidth(code) as 1 | 4 | 8;
    const cpl = packedUser(code) ? 3 : 0;
    const expected = { hi: 0, lo: 0 };
    switch (packedKind(code)) {
      case READ:
        return { kind: 'load', va, width, cpl };
      case WRITE:
        return { kind: 'store', va, value, width, cpl };
      case FETCH:
        return { kind: 'fetch', va, cpl };
      case LOCKED_AND:
        return { kind: 'locked', op: 'and', va, value, expected, width, cpl };
      case EXCHANGE:
        return { kind: 'locked', op: 'xchg', va, value, expected, width, cpl };
      case LOAD_CR3:
        return { kind: 'cr3', value };
      case INVALIDATE:
        return { kind: 'invlpg', va };
      case CALL:
        return { kind: 'call', ...this.calling(place) };
      default:
        throw new Error(`there is no operation of kind ${packedKind(code)}`);
    }
  }

  /** Whether an operation is meant as one on a table entry. */
  onEntry(place: number): boolean {
    return ((this.code[place] as number) & ENTRY) !== 0;
  }
}

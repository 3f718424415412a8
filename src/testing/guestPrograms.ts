import fc from 'fast-check';
import { type Cpl, type GuestOp, LOCKED_OPS, P, PS, U, W, type Width } from '../machine';
import { BareMachine, va } from './bareMachine';

export const DIRECT = 0xffff_8100_0000_0000n;

/** Pages of the random guest: two neighbours, one far away, a large one, one read-only, one of the kernel's, one absent. */
const PAGES = [0x7f80_8820_7000n, 0x7f80_8820_8000n, 0x1000n, 0x20_0000n, 0x5000n, 0x6000n, 0x9000n];

const address = fc
  .tuple(fc.constantFrom(...PAGES), fc.constantFrom(0, 8, 0x123, 0xffd))
  .map(([page, offset]) => va(page + BigInt(offset)));
const value = fc
  .tuple(
    fc.constantFrom(0x45, 0x46, 0x60, 0x12),
    fc.constantFrom(0, P, P | U, P | W | U, P | W, P | W | U | 0x60),
  )
  .map(([frame, flags]) => va(BigInt((frame << 12) | flags)));
const width = fc.constantFrom<Width>(1, 2, 4, 8);
const cpl = fc.constantFrom<Cpl>(0, 3);

/** One operation of a vCPU, of every kind that the processor itself knows. */
export const guestOp: fc.Arbitrary<GuestOp> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('load' as const), va: address, width, cpl }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('store' as const), va: address, value, width, cpl }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fetch' as const), va: address, cpl }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pte' as const),
      va: address,
      level: fc.constantFrom(1, 1, 1, 2),
      value,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('locked' as const),
      op: fc.constantFrom(...LOCKED_OPS),
      va: address,
      value,
      expected: value,
      width,
      cpl,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('stos' as const),
      va: address,
      value,
      width,
      count: fc.nat(3),
      cpl,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('invlpg' as const), va: address }) },
  { weight: 1, arbitrary: fc.constant<GuestOp>({ kind: 'cr3', value: va(0x10000n) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<GuestOp>(
      { kind: 'cr0', value: 0x8001_0001 | 0 },
      { kind: 'cr0', value: 0x8000_0001 | 0 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<GuestOp>({ kind: 'cr4', value: 0xa0 }, { kind: 'cr4', value: 0x20_0020 }),
  },
  { weight: 1, arbitrary: fc.constant<GuestOp>({ kind: 'mfence' }) },
);

/** The world those operations are made for: every page mapped as said above, all tables in the guest's direct map. */
export function randomGuest(vcpus: number, storeBufferDepth: number): BareMachine {
  const b = new BareMachine({ config: { vcpus, storeBufferDepth, tlbEntries: 8 } });
  const [first = 0n, second = 0n, far = 0n, large = 0n, readOnly = 0n, kernel = 0n] = PAGES;
  b.map(first, 0x45, P | W | U);
  b.map(second, 0x46, P | W | U);
  b.map(far, 0x47, P | W | U | 0x100);
  b.map(large, 0x200, P | W | U | PS, { level: 2 });
  b.map(readOnly, 0x48, P | U, { nx: true });
  b.map(kernel, 0x49, P | W);
  for (let gfn = 0; gfn < 64; gfn++) b.map(DIRECT + BigInt(gfn) * 4096n, gfn, P | W);
  b.machine.directMap = va(DIRECT);
  return b;
}

import { describe, expect, it } from 'vitest';
import { BareMachine, load, store, va } from '../testing/bareMachine';
import { P, U, W } from './bits';
import type { GuestOp, Width } from './operation';

const USER = P | W | U;
const x = 0x1000n;
const y = 0x2000n;
const put = (address: bigint, value: bigint, width: Width): GuestOp => ({
  kind: 'store',
  va: va(address),
  value: va(value),
  width,
  cpl: 3,
});

/** Two vCPUs that share x (frame 0x45) and y (frame 0x46). Actors: 0, 1, the host 2, and the buffers 3 and 4. */
function shared(depth = 4): BareMachine {
  const b = new BareMachine({ config: { vcpus: 2, storeBufferDepth: depth } });
  b.map(x, 0x45, USER);
  b.map(y, 0x46, USER);
  // Warm TLBs and marked entries: what follows is about memory alone.
  const touch = [store(x, 0n), store(y, 0n)];
  b.start(touch, touch).finish();
  return b;
}
const BUFFER_0 = 3;

describe('a store buffer', () => {
  it('keeps a store from other vCPUs until it drains, and shows it to its own', () => {
    const b = shared();
    b.start([store(x, 1n), load(x)], [load(x)]);
    b.finishActor(0);
    expect(b.result).toBe(1n);
    b.finishActor(1);
    expect(b.result).toBe(0n);
    expect(b.machine.memory.lo(0x45, 0)).toBe(0);
    b.world.step(BUFFER_0);
    expect(b.machine.memory.lo(0x45, 0)).toBe(1);
  });

  it('allows both vCPUs to read the old value (SB), which no order of their steps alone could show', () => {
    const b = shared();
    b.start([store(x, 1n), load(y)], [store(y, 1n), load(x)]);
    b.finishActor(0).finishActor(1);
    expect(b.events('OperationEnded').map((e) => e.valueLo)).toEqual([0, 0, 0, 0]);
  });

  it('forbids that after MFENCE, which waits for it to drain', () => {
    const b = shared();
    b.start([store(x, 1n), { kind: 'mfence' }, load(y)], []);
    b.finishActor(0);
    expect(b.world.location(0)?.label).toBe('fence');
    expect(b.world.enabled(0)).toBe(false);
    b.world.step(BUFFER_0);
    expect(b.world.enabled(0)).toBe(true);
  });

  it('drains oldest first', () => {
    const b = shared();
    b.start([store(x, 1n), store(y, 2n), store(x, 3n)]).finishActor(0);
    const seen = (): number[] => [b.machine.memory.lo(0x45, 0), b.machine.memory.lo(0x46, 0)];
    const drained = [1, 2, 3].map(() => {
      b.world.step(BUFFER_0);
      return seen();
    });
    expect(drained).toEqual([
      [1, 0],
      [1, 2],
      [3, 2],
    ]);
  });

  it('forwards the newest store', () => {
    const b = shared();
    expect(b.start([store(x, 1n), store(x, 2n), load(x)]).finishActor(0).result).toBe(2n);
  });

  it('forwards part of a wider store', () => {
    const b = shared();
    const narrow: GuestOp = { kind: 'load', va: va(x + 5n), width: 2, cpl: 3 };
    b.start([store(x, 0x1122_3344_5566_7788n), narrow]).finishActor(0);
    expect(b.result).toBe(0x2233n);
  });

  it('makes a load wait that would have to be pieced together', () => {
    const b = shared();
    b.start([put(x + 2n, 0xffn, 1), load(x)]).finishActor(0);
    expect(b.world.location(0)?.label).toBe('memory');
    expect(b.world.enabled(0)).toBe(false);
    b.finish();
    expect(b.result).toBe(0xff_0000n);
  });

  it('stops a store while it is full', () => {
    const b = shared(1);
    b.start([store(x, 1n), store(y, 2n)]).finishActor(0);
    expect(b.world.enabled(0)).toBe(false);
    b.finish();
    expect(b.machine.memory.lo(0x46, 0)).toBe(2);
  });

  it('is empty before a locked operation', () => {
    const b = shared();
    const xchg: GuestOp = {
      kind: 'locked',
      op: 'xchg',
      va: va(y),
      value: va(5n),
      expected: va(0n),
      width: 8,
      cpl: 3,
    };
    b.start([store(x, 1n), xchg]).finishActor(0);
    expect(b.world.location(0)?.label).toBe('locked');
    b.finish();
    expect([b.machine.memory.lo(0x45, 0), b.machine.memory.lo(0x46, 0)]).toEqual([1, 5]);
  });

  it('is empty before a privileged instruction and before a fault leaves the guest', () => {
    const b = shared();
    b.start([store(x, 1n), { kind: 'invlpg', va: va(x) }]).finishActor(0);
    expect(b.world.enabled(0)).toBe(false);
    b.finish();
    b.start([store(x, 2n), load(0x9000n)]).finishActor(0);
    expect(b.world.location(0)?.label).toBe('fault');
    expect(b.finish().outcomes()).toEqual(['ok', 4]);
  });

  it('lets the vCPU’s own walk see an entry that it has stored but not drained', () => {
    const b = shared();
    const leaf = b.map(0x5000n, 0, 0);
    b.map(0x6000n, leaf.frame, USER);
    b.start([store(0x6000n, 0n)]).finish();
    const entryAt = 0x6000n + BigInt(8 * leaf.index);
    b.start([store(entryAt, BigInt((0x47 << 12) | USER | 0x60)), load(0x5000n)]).finishActor(0);
    expect(b.outcomes()).toEqual(['ok', 'ok']);
    expect(b.lo(leaf.frame, leaf.index)).toBe(0);
  });

  it('is the same state whatever has gone through it', () => {
    const one = shared();
    one.start([store(x, 1n), store(x, 2n), store(x, 1n)]).finish();
    const other = shared();
    other.start([store(x, 1n), store(x, 1n), store(x, 1n)]).finish();
    expect(one.world.store.hash).toBe(other.world.store.hash);
  });
});

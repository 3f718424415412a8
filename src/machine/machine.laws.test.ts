import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BareMachine } from '../testing/bareMachine';
import { guestOp, randomGuest } from '../testing/guestPrograms';
import { D, G, P, PS, U, W } from './bits';
import type { GuestOp } from './operation';

const programs = fc.record({
  first: fc.array(guestOp, { maxLength: 8 }),
  second: fc.array(guestOp, { maxLength: 8 }),
  depth: fc.constantFrom(0, 2),
  /** Who runs next, as a number that is reduced to those who can. */
  picks: fc.array(fc.nat(7), { minLength: 20, maxLength: 400 }),
});

interface Given {
  readonly first: readonly GuestOp[];
  readonly second: readonly GuestOp[];
  readonly depth: number;
  readonly picks: readonly number[];
}

const begin = (g: Given): BareMachine => randomGuest(2, g.depth).start(g.first, g.second);

function play(b: BareMachine, picks: readonly number[]): void {
  for (const pick of picks) {
    const able = b.world.actors.filter((a) => a.enabled());
    const actor = able[pick % Math.max(1, able.length)];
    if (actor === undefined) return;
    b.world.step(actor.index);
  }
}

describe('the machine under random programs', () => {
  it('goes back to where it began, cell by cell', () => {
    fc.assert(
      fc.property(programs, (g) => {
        const b = begin(g);
        const { store } = b.world;
        store.forget();
        const cells = store.cells.slice();
        const hash = store.hash;
        play(b, g.picks);
        store.undo(0);
        expect(store.hash).toBe(hash);
        expect(cells.findIndex((was, cell) => store.get(cell) !== was)).toBe(-1);
      }),
    );
  });

  it('does the same again, step by step', () => {
    fc.assert(
      fc.property(programs, (g) => {
        const [one, other] = [begin(g), begin(g)];
        play(one, g.picks);
        play(other, g.picks);
        expect(one.world.store.hash).toBe(other.world.store.hash);
        expect(one.events()).toEqual(other.events());
      }),
    );
  });

  it('keeps the hash that a fresh computation over all cells gives', () => {
    fc.assert(
      fc.property(programs, (g) => {
        const b = begin(g);
        const { store } = b.world;
        const baseline = store.cells.slice();
        const from = { lo: store.hashLo, hi: store.hashHi };
        play(b, g.picks);
        const { lo, hi } = store.hashAgainst(baseline);
        expect([store.hashLo ^ from.lo, store.hashHi ^ from.hi]).toEqual([lo, hi]);
      }),
    );
  });

  it('comes to an end, with every operation ended once', () => {
    fc.assert(
      fc.property(programs, (g) => {
        const b = begin(g);
        play(b, g.picks);
        b.finish();
        const ended = b.events('OperationEnded').map((e) => `${e.vcpu}:${e.op}`);
        const expected = [g.first, g.second].flatMap((p, v) => p.map((_, op) => `${v}:${op}`));
        expect(ended.sort()).toEqual(expected.sort());
        expect(b.machine.regs.map((r) => r.get('inHypervisor'))).toEqual([0, 0]);
      }),
    );
  });

  it('says a sentence for every step', () => {
    fc.assert(
      fc.property(programs, (g) => {
        const b = begin({ ...g, depth: 0 });
        for (const pick of g.picks) {
          const actor =
            [0, 1].filter((a) => b.world.enabled(a))[pick % 2] ?? [0, 1].find((a) => b.world.enabled(a));
          if (actor === undefined) return;
          expect(b.stepSaying(actor)).toMatch(/^(vCPU|[A-Z]).*\.$/);
        }
      }),
    );
  });
});

/** What the guest's tables say about an address of 4-level mode, read top down by the book: the rights, and the leaf's D and G. */
function byTheBook(
  b: BareMachine,
  vaHi: number,
  vaLo: number,
): { rights: number; frame: number } | undefined {
  const address = (BigInt(vaHi >>> 0) << 32n) | BigInt(vaLo >>> 0);
  let frame = BigInt(b.machine.vcpu(0).get('hwCr3Lo') >>> 12);
  let rights = BigInt(W | U);
  for (let shift = 39n; ; shift -= 9n) {
    const index = Number((address >> shift) & 0x1ffn);
    const entry =
      (BigInt(b.hi(Number(frame), index) >>> 0) << 32n) | BigInt(b.lo(Number(frame), index) >>> 0);
    if ((entry & BigInt(P)) === 0n) return undefined;
    rights &= entry;
    frame = (entry >> 12n) & 0xfff_ffffn;
    if (shift === 12n || (shift === 21n && (entry & BigInt(PS)) !== 0n)) {
      const pages = (1n << (shift - 12n)) - 1n;
      const page = (frame & ~pages) | ((address >> 12n) & pages);
      return { rights: Number(rights) | (Number(entry & 0xfffn) & (D | G)), frame: Number(page) };
    }
  }
}

describe('a TLB fill under random programs', () => {
  it('grants what the tables grant at that moment, and is dirty only if the entry in memory is', () => {
    fc.assert(
      fc.property(fc.array(guestOp, { maxLength: 12 }), (ops) => {
        const b = randomGuest(1, 0).start(ops);
        let seen = b.world.events.mark;
        while (b.world.enabled(0)) {
          b.world.step(0);
          const filled = b.world.events
            .read(seen, b.world.events.mark, 0)
            .find((e) => e.kind === 'TlbFilled');
          seen = b.world.events.mark;
          if (filled === undefined) continue;
          const [hi, lo] = [filled.vaHi as number, filled.vaLo as number];
          const book = byTheBook(b, hi, lo);
          const slot = b.machine.tlb.lookup(0, hi, lo);
          expect(b.machine.tlb.frame(slot, hi, lo)).toBe(book?.frame);
          expect(b.machine.tlb.rights(slot) & (W | U | D)).toBe((book?.rights ?? 0) & (W | U | D));
        }
      }),
    );
  });
});

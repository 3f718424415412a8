import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keyframes } from './keyframes';
import { Store } from './store';

/** Writes to a small world: two regions (one without identity) and pages handed out as they are first written. */
const write = fc.record({
  place: fc.constantFrom('identity', 'journaled', 'page0', 'page1', 'page2'),
  offset: fc.nat(99),
  value: fc.oneof(fc.constant(0), fc.integer()),
});
const writes = fc.array(write, { maxLength: 200 });

function world() {
  const store = new Store(2048);
  const identity = store.region('identity', 100);
  const journaled = store.region('journaled', 100, false);
  const pages = new Map<string, number>();
  const cellOf = (w: { place: string; offset: number }): number => {
    if (w.place === 'identity') return identity.base + w.offset;
    if (w.place === 'journaled') return journaled.base + w.offset;
    let base = pages.get(w.place);
    if (base === undefined) {
      base = store.page(0x4000_0000 + Number(w.place.slice(4)) * 1024);
      pages.set(w.place, base);
    }
    return base + w.offset;
  };
  return { store, cellOf };
}

const cells = (store: Store) => Array.from(store.cells.slice(0, store.size));

describe('store', () => {
  it('undo after do is nothing: cells and hash', () => {
    fc.assert(
      fc.property(writes, writes, (before, after) => {
        const { store, cellOf } = world();
        for (const w of before) store.set(cellOf(w), w.value);
        // Pages are handed out beforehand: handing out is no part of the state.
        for (const w of after) cellOf(w);
        const was = { cells: cells(store), hash: store.hash, mark: store.mark };
        for (const w of after) store.set(cellOf(w), w.value);
        store.undo(was.mark);
        expect(cells(store)).toEqual(was.cells);
        expect(store.hash).toBe(was.hash);
      }),
    );
  });

  it('the incremental hash equals the hash computed anew, and forgets cells without identity', () => {
    fc.assert(
      fc.property(writes, (all) => {
        const { store, cellOf } = world();
        const plain = world();
        for (const w of all) {
          store.set(cellOf(w), w.value);
          if (w.place !== 'journaled') plain.store.set(plain.cellOf(w), w.value);
        }
        const anew = store.hashAgainst(new Int32Array(0));
        expect([store.hashLo, store.hashHi]).toEqual([anew.lo, anew.hi]);
        expect(store.hash).toBe(plain.store.hash);
      }),
    );
  });

  it('the order in which pages are first written is no part of the identity', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(write, { selector: (w) => `${w.place}${w.offset}`, maxLength: 40 }),
        (all) => {
          const forwards = world();
          const backwards = world();
          for (const w of all) forwards.store.set(forwards.cellOf(w), w.value);
          for (const w of [...all].reverse()) backwards.store.set(backwards.cellOf(w), w.value);
          expect(forwards.store.hash).toBe(backwards.store.hash);
        },
      ),
    );
  });

  it('seeks to any mark, through keyframes or along the journal, give the state that was there', () => {
    fc.assert(
      fc.property(
        writes,
        fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        (all, jumps, every) => {
          const { store, cellOf } = world();
          const keyframes = new Keyframes(store);
          const states: { mark: number; size: number; cells: number[]; hash: string }[] = [];
          const keep = () =>
            states.push({ mark: store.mark, size: store.size, cells: cells(store), hash: store.hash });
          keep();
          all.forEach((w, i) => {
            store.set(cellOf(w), w.value);
            keep();
            if ((i + 1) % (every + 1) === 0) keyframes.capture();
          });
          for (const jump of jumps) {
            const wanted = states[jump % states.length];
            if (wanted === undefined) continue;
            keyframes.seek(wanted.mark);
            expect(store.hash).toBe(wanted.hash);
            expect(cells(store).slice(0, wanted.size)).toEqual(wanted.cells);
            // A page handed out later reads as nothing.
            expect(
              cells(store)
                .slice(wanted.size)
                .every((c) => c === 0),
            ).toBe(true);
          }
        },
      ),
    );
  });
});

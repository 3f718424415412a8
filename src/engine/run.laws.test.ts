import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defined } from '../base';
import { designs } from '../hypervisor';
import { load, nativeSpec, store, TEST_VA } from '../testing/nativeSpec';
import { captionAt, stepCaption } from './caption';
import { BEAT } from './columns';
import type { Run } from './run';
import { randomScheduler } from './schedulers/random';
import { segmentsOf } from './segments';
import { recordRun } from './start';

const native = defined(designs.get('native'), 'the design of bare hardware');

const op = fc.oneof(
  fc.nat(20).map((i) => load(TEST_VA + i * 4096 + 8)),
  fc.tuple(fc.nat(20), fc.integer()).map(([i, v]) => store(TEST_VA + i * 4096 + 8, v)),
);
const programs = fc.array(fc.array(op, { maxLength: 6 }), { minLength: 1, maxLength: 3 });
const seeds = fc.nat(1000);

const record = (of: Parameters<typeof nativeSpec>[0], seed: number): Run =>
  recordRun(nativeSpec(of), native, { scheduler: randomScheduler(seed) });

describe('run', () => {
  it('run twice: the same choices give the same hash after every step', () => {
    fc.assert(
      fc.property(programs, seeds, (of, seed) => {
        const first = record(of, seed);
        const second = recordRun(nativeSpec(of), native, { prefix: first.choices() });
        expect(second.length).toBe(first.length);
        for (let c = 0; c <= first.length; c++) {
          first.seek(c);
          second.seek(c);
          expect(second.store.hash).toBe(first.store.hash);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('jumping to a moment gives what stepping to it gives', () => {
    fc.assert(
      fc.property(programs, seeds, fc.array(fc.nat(), { maxLength: 20 }), (of, seed, jumps) => {
        const run = record(of, seed);
        const hashes: string[] = [];
        for (let c = 0; c <= run.length; c++) {
          run.seek(c);
          hashes.push(run.store.hash);
        }
        for (const jump of jumps) {
          const c = jump % (run.length + 1);
          run.keyframes.seek(run.journalAt(c));
          expect(run.store.hash).toBe(hashes[c]);
          run.store.seek(run.journalAt(run.cursor));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('every moment has a name, and the name leads back to it', () => {
    fc.assert(
      fc.property(programs, seeds, (of, seed) => {
        const run = record(of, seed);
        for (let c = 1; c <= run.length; c++) {
          const anchor = run.anchorAt(c);
          if (anchor === undefined) throw new Error(`no anchor at ${c}`);
          expect(run.find(anchor)).toEqual({ cursor: c, exact: true });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('switch points instead of step counts repeat the run', () => {
    fc.assert(
      fc.property(programs, seeds, (of, seed) => {
        const run = record(of, seed);
        const segments = segmentsOf(run);
        const again = recordRun(nativeSpec(of), native, {
          schedule: { segments, rest: { kind: 'in-order' } },
        });
        expect(again.choices()).toEqual(run.choices());
      }),
      { numRuns: 30 },
    );
  });

  it('beats cover the run, forwards and backwards alike, and every beat has a sentence', () => {
    fc.assert(
      fc.property(programs, seeds, (of, seed) => {
        const run = record(of, seed);
        const forwards: number[] = [];
        for (let c = run.beatAfter(0); c > (forwards.at(-1) ?? 0); c = run.beatAfter(c)) forwards.push(c);
        const backwards: number[] = [];
        for (let c = run.length; c > 0; c = run.beatBefore(c)) backwards.push(c);
        expect(backwards.reverse()).toEqual(forwards);
        for (const c of forwards) {
          expect(run.flagsOf(c - 1) & BEAT).toBe(BEAT);
          expect(captionAt(run, c)).toMatch(/\.$/);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('a caption does not depend on where the cursor was', () => {
    const run = record([[load(TEST_VA), store(TEST_VA + 4096, 7)], [load(TEST_VA + 8192)]], 3);
    const fromStart = Array.from({ length: run.length }, (_, i) => stepCaption(run, i));
    run.seek(run.length);
    expect(
      Array.from({ length: run.length }, (_, i) => stepCaption(run, run.length - 1 - i)).reverse(),
    ).toEqual(fromStart);
    expect(run.cursor).toBe(run.length);
  });

  it('acting in the past makes a branch that shares what came before, and leaves the run as it was', () => {
    const run = record([[load(TEST_VA), load(TEST_VA + 4096)], [store(TEST_VA, 9)]], 1);
    const cursor = Math.floor(run.length / 2);
    const other = run.actorOf(cursor) === 0 ? 1 : 0;
    const before = run.choices();
    run.markBranch(cursor);
    const branch = recordRun(run.built.spec, native, {
      prefix: run.choices(0, cursor),
      schedule: { segments: [{ actor: other, until: { kind: 'done' } }], rest: { kind: 'in-order' } },
    });
    expect(branch.length === cursor || branch.actorOf(cursor) === other).toBe(true);
    expect(branch.choices(0, cursor)).toEqual(run.choices(0, cursor));
    expect(branch.ending).toEqual({ kind: 'done' });
    expect(run.choices()).toEqual(before);
  });

  it('a run that would never end stops at its bound and says so', () => {
    const run = recordRun(nativeSpec([Array.from({ length: 100 }, () => load(TEST_VA))]), native, {
      bound: 50,
    });
    expect(run.ending).toEqual({ kind: 'bound', steps: 50 });
  });
});

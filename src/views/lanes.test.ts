import { expect, test } from 'vitest';
import { VIOLATION } from '../engine';
import { libraryEntry } from '../library';
import { testSession } from '../testing/testSession';
import { LANE_KINDS, type Lanes, laneColumns, lanesOf } from './lanes';
import { laneOf } from './moment';

const runOf = (id: string) => {
  const { run } = testSession({ text: libraryEntry(id)?.text ?? '' }).session;
  if (run === undefined) throw new Error(`the library has no ${id}`);
  return run;
};

test('every step has the actor and the kind of the step that ran', () => {
  const run = runOf('unsync');
  const lanes = lanesOf(run);
  expect(lanes.length).toBe(run.length);
  for (let step = 0; step < run.length; step++) {
    expect(lanes.actorOf[step]).toBe(run.actorOf(step));
    expect(LANE_KINDS[(lanes.kindOf[step] ?? 0) - 1]).toBe(laneOf(run, step));
  }
});

test('a lock is held from the step that takes it to the step that releases it, by one actor at a time', () => {
  const run = runOf('a-page-table-may-drift');
  const { locks } = lanesOf(run);
  expect(locks.length).toBeGreaterThan(0);
  for (const lock of locks) {
    expect(lock.name).not.toMatch(/^lock \d/);
    let before = 0;
    for (const { from, to, actor } of lock.held) {
      expect(from).toBeGreaterThanOrEqual(before);
      expect(to).toBeGreaterThan(from);
      expect(run.actorOf(from)).toBe(actor);
      expect(run.actorOf(to - 1)).toBe(actor);
      before = to;
    }
  }
  const taken = run.eventsIn(0, run.length).filter((event) => event.kind === 'LockTaken');
  expect(locks.flatMap((lock) => lock.held)).toHaveLength(taken.length);
});

test('what is worth a look is marked where it happens', () => {
  const run = runOf('snapshot-exchange-missing');
  const { marks } = lanesOf(run);
  const broken = marks.filter((mark) => mark.kind === 'violation');
  expect(broken.length).toBeGreaterThan(0);
  for (const { cursor } of broken) expect(run.flagsOf(cursor - 1) & VIOLATION).not.toBe(0);
  expect(marks.some((mark) => mark.kind === 'fault')).toBe(true);
});

/** Lanes as text: one character per step, `.` guest, `w` walk, `r` resync, a space where somebody else acts. */
function lanes(text: string): Lanes {
  const kinds: Readonly<Record<string, number>> = {
    '.': LANE_KINDS.indexOf('guest') + 1,
    w: LANE_KINDS.indexOf('walk') + 1,
    r: LANE_KINDS.indexOf('resync') + 1,
  };
  const steps = [...text];
  return {
    length: steps.length,
    actors: [{ index: 0, name: 'vCPU 0' }],
    actorOf: Uint8Array.from(steps, (c) => (c === ' ' ? 1 : 0)),
    kindOf: Uint8Array.from(steps, (c) => kinds[c] ?? 1),
    beatEnds: new Uint8Array(steps.length),
    locks: [],
    marks: [],
  };
}

const drawn = (text: string, pixels: number, from = 0, to = text.length): string =>
  [...laneColumns(lanes(text), 0, { from, to }, pixels)]
    .map((kind) =>
      kind === 0 ? ' ' : LANE_KINDS[kind - 1] === 'guest' ? '.' : LANE_KINDS[kind - 1] === 'walk' ? 'w' : 'r',
    )
    .join('');

test('one pixel per step shows the steps, several leave a gap between ticks', () => {
  expect(drawn('.ww  r', 6)).toBe('.ww  r');
  expect(drawn('.w', 8)).toBe('... www ');
});

test('when steps share a pixel the rare one is seen', () => {
  const long = `${'.'.repeat(500)}r${'.'.repeat(499)}`;
  expect(drawn(long, 10)).toBe('.....r....');
});

test('a part of the run fills the width', () => {
  expect(drawn('....wwww', 4, 4, 8)).toBe('wwww');
  expect(drawn('....wwww', 2, 2, 6)).toBe('.w');
});

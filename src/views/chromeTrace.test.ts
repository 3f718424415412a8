import { describe, expect, it } from 'vitest';
import { testSession } from '../testing/testSession';
import { type ChromeTrace, chromeTrace, type TraceEvent } from './chromeTrace';

function traced(): { trace: ChromeTrace; length: number } {
  const { session } = testSession();
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  run.extend();
  return { trace: chromeTrace(run, 'Two walks'), length: run.length };
}

const slices = ({ traceEvents }: ChromeTrace): TraceEvent[] => traceEvents.filter(({ ph }) => ph === 'X');

describe('a run in Chrome’s trace format', () => {
  it('has what the format asks of every event', () => {
    const { trace } = traced();
    const again = JSON.parse(JSON.stringify(trace)) as ChromeTrace;
    for (const event of again.traceEvents) {
      expect(event).toMatchObject({
        name: expect.any(String),
        ph: expect.stringMatching(/^[XisfM]$/),
        ts: expect.any(Number),
        pid: expect.any(Number),
        tid: expect.any(Number),
      });
      if (event.ph === 'X') expect(event.dur).toBeGreaterThan(0);
    }
    const names = trace.traceEvents
      .filter(({ name }) => name === 'thread_name')
      .map(({ args }) => args?.name);
    expect(names.slice(0, 2)).toEqual(['vCPU 0', 'vCPU 1']);
  });

  it('nests: on a thread, two slices lie in each other or apart', () => {
    const all = slices(traced().trace);
    for (const a of all)
      for (const b of all) {
        if (a === b || a.tid !== b.tid) continue;
        const [endA, endB] = [a.ts + (a.dur ?? 0), b.ts + (b.dur ?? 0)];
        const apart = endA <= b.ts || endB <= a.ts;
        const within = (a.ts >= b.ts && endA <= endB) || (b.ts >= a.ts && endB <= endA);
        expect(apart || within).toBe(true);
      }
  });

  it('has every step once in the slices of procedures, every operation, and the guest’s fault', () => {
    const { trace, length } = traced();
    const [operations, stretches] = [true, false].map((wanted) =>
      slices(trace).filter(({ cat }) => (cat === 'operation') === wanted),
    );
    expect(stretches?.reduce((sum, { dur = 0 }) => sum + dur, 0)).toBe(length);
    // By what the program says, not by number.
    expect(operations?.map(({ name }) => name).sort()).toEqual(
      [
        ...['load 0x7f80_8820_7000', 'load 0x7f80_8840_7000'],
        ...['load 0x7f80_8800_3000', 'store 0x7f80_8820_7a30 = 0x1234'],
      ].sort(),
    );
    expect(trace.traceEvents.filter(({ name }) => name === '#PF for the guest')).toHaveLength(1);
  });

  it('has a track for each lock, and an arrow inside the slices of who let go and who took it next', () => {
    const { session } = testSession({ library: 'a-page-table-may-drift' });
    const { run } = session;
    if (run === undefined) throw new Error('nothing on stage');
    run.extend();
    const { traceEvents } = chromeTrace(run, 'A run');
    const held = traceEvents.filter(({ cat, ph }) => cat === 'lock' && ph === 'X');
    expect(held.length).toBeGreaterThan(1);
    for (const { name, dur = 0 } of held) {
      expect(name).toMatch(/^held by vCPU \d$/);
      expect(dur).toBeGreaterThan(0);
    }
    const ends = traceEvents.filter(({ ph }) => ph === 's' || ph === 'f');
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends) {
      const pair = ends.filter(({ id }) => id === end.id);
      expect(pair.map(({ ph }) => ph)).toEqual(['s', 'f']);
      const around = traceEvents.filter(
        ({ ph, tid, pid, ts, dur = 0 }) =>
          ph === 'X' && pid === end.pid && tid === end.tid && ts < end.ts && end.ts < ts + dur,
      );
      expect(around.length).toBeGreaterThan(0);
    }
  });
});

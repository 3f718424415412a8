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
        ph: expect.stringMatching(/^[XiM]$/),
        ts: expect.any(Number),
        pid: 1,
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
      slices(trace).filter(({ name }) => name.startsWith('operation ') === wanted),
    );
    expect(stretches?.reduce((sum, { dur = 0 }) => sum + dur, 0)).toBe(length);
    expect(operations).toHaveLength(4);
    expect(trace.traceEvents.filter(({ name }) => name === '#PF for the guest')).toHaveLength(1);
  });
});

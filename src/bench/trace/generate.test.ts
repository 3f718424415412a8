import { expect, it } from 'vitest';
import { importTrace, momentAt } from '../../trace';
import { traceText } from './generate';

it('a generated trace is one that is understood whole, the same for a seed, and full of what traces have', async () => {
  const text = [...traceText(7, 20_000)].join('');
  expect([...traceText(7, 20_000)].join('')).toBe(text);
  const bytes = new TextEncoder().encode(text);
  const got = await importTrace({
    name: 'generated.trace',
    size: bytes.length,
    read: async (from, to) => bytes.subarray(from, to),
  });
  if (got.kind !== 'trace') throw new Error(got.kind);
  const { says, events, history } = got.trace;
  expect(says).toEqual([]);
  expect(events.lanes.map(({ vcpu }) => vcpu).sort()).toEqual([0, 1, 2, 3]);
  const kinds = new Set(Array.from({ length: events.length }, (_, e) => events.kind(e).name));
  expect(kinds.size).toBeGreaterThan(12);
  expect(history.unplaced).toBe(0);
  const end = momentAt(history, events.length - 1);
  expect(end.alive).toBeGreaterThan(50);
});

import { describe, expect, it } from 'vitest';
import { eventKinds, eventTypeNamed, procedures } from '../../kernel';
import * as events from './events';
import { EVENT_ORIGINS, PROCEDURE_ORIGINS, SWITCH_ORIGINS } from './origins';
import { wholeXen } from './whole';

const NAMED = /^Xen [0-9a-f]{10}( and [0-9a-f]{10})? \S/;

describe('where things come from', () => {
  it.each([
    [
      'procedure',
      procedures()
        // What a test registered for itself in this worker says so in its name.
        .filter(({ part, name }) => part === 'xen' && !name.startsWith('test_'))
        .map(({ name }) => name),
      PROCEDURE_ORIGINS,
    ],
    [
      'event',
      eventKinds().filter((kind) => kind in events && eventTypeNamed(kind) !== undefined),
      EVENT_ORIGINS,
    ],
    ['switch', wholeXen.switches.map(({ name }) => name), SWITCH_ORIGINS],
  ] as const)('is said of every %s, by commit and function', (_what, names, origins) => {
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => origins[name] === undefined)).toEqual([]);
    expect(Object.keys(origins).filter((name) => !names.includes(name))).toEqual([]);
    for (const words of Object.values(origins)) expect(words).toMatch(NAMED);
  });
});

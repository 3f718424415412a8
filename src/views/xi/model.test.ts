import { describe, expect, test } from 'vitest';
import { bytesText, laterXenBytes, otherKits, reservation } from './space';
import { balance, EXAMPLE_COSTS, searchCosts } from './time';

describe('space: the sheet’s table (section 7)', () => {
  test.each([
    [256, 3276, 819, '12.8 MiB'],
    [512, 6553, 1638, '25.6 MiB'],
    [1024, 13_107, 3276, '51.2 MiB'],
    [4096, 52_428, 13_107, '204.8 MiB'],
    [16_384, 209_715, 52_428, '819.2 MiB'],
  ])('%i MiB: %i pages, %i kits, %s', (mib, pages, kits, bytes) => {
    const found = reservation(mib, 0.05);
    expect([found.pages, found.kits, bytesText(found.bytes)]).toEqual([pages, kits, bytes]);
    expect(found.coverage).toBeCloseTo(6.4, 1);
  });

  test('less in a kit: twice as many tables without backlinks, four times with neither', () => {
    const { pages } = reservation(1024, 0.05);
    const [kit, dynamic, bare, alone] = otherKits(pages, 0.1);
    expect([kit?.tables, bare?.tables, alone?.tables]).toEqual([3276, 6553, 13_107]);
    // A tenth of the tables with a snapshot: 22.5 % fewer pages each.
    expect(1 - (dynamic?.pages ?? 0) / (kit?.pages ?? 1)).toBeCloseTo(0.225);
  });

  test('what later Xen sets aside for 1 GiB and one vCPU: 2,304 pages, 0.88 %', () => {
    const bytes = laterXenBytes(1024, 1);
    expect(bytes / 4096).toBe(2304);
    expect(bytes / 2 ** 30).toBeCloseTo(0.0088, 4);
  });

  test.each([
    [24, '24 bytes'],
    [1, '1 byte'],
    [409_600, '400 KiB'],
    [2 ** 21, '2 MiB'],
    [8 * 1_677_312, '12.8 MiB'],
    [1536, '1.5 KiB'],
  ])('%i bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
});

describe('time: the sheet’s table (section 8)', () => {
  test.each([
    [100, 51_200, '400 KiB'],
    [512, 262_144, '2 MiB'],
    [3276, 1_677_312, '12.8 MiB'],
  ])('%i tables: %i entries to scan, %s', (tables, entries, bytes) => {
    const linear = searchCosts(tables, 3).find(({ means }) => means === 'linear');
    expect([linear?.reads, bytesText(linear?.bytes ?? 0)]).toEqual([entries, bytes]);
  });

  test('a chain reads as many entries as there are mappings, whatever the pool', () => {
    for (const tables of [1, 100, 3276])
      expect(searchCosts(tables, 3).find(({ means }) => means === 'chain')?.reads).toBe(3);
  });

  test('break-even of the example: about 42,600 installs per promotion', () => {
    const { breakEven, linear, chain } = balance(1000, 1, 42_666, EXAMPLE_COSTS);
    expect(Math.floor(breakEven)).toBe(42_666);
    expect(linear).toBeGreaterThan(chain - 6);
    expect(balance(1000, 1, 42_667, EXAMPLE_COSTS).chain).toBeGreaterThan(linear);
  });

  test('backlinks that cost nothing always win; a search that reads nothing never loses', () => {
    expect(balance(10, 1, 5, { entry: 1, visit: 3, tax: 0 }).breakEven).toBe(Number.POSITIVE_INFINITY);
    expect(balance(0, 5, 5, EXAMPLE_COSTS).breakEven).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { reservation } from './reservation';

/** Sheet 7: 5 % of the domain's pages, and kits of four. */
describe('the reservation', () => {
  it.each([
    [256, 3276, 819],
    [512, 6553, 1638],
    [1024, 13107, 3276],
    [4096, 52428, 13107],
    [16384, 209715, 52428],
  ])('of a domain of %i MiB is %i pages, %i kits', (mib, pages, kits) => {
    expect(reservation(mib * 256, {})).toEqual({ pages, kits, kitPages: 4 });
  });

  it('holds twice as many without backlinks, four times without snapshots too', () => {
    expect(reservation(1024 * 256, { 'kit-pages': 2 }).kits).toBe(6553);
    expect(reservation(1024 * 256, { 'kit-pages': 1 }).kits).toBe(13107);
  });
});

import { expect, test } from 'vitest';
import type { LibraryId } from '../library';
import { testSession } from '../testing/testSession';
import { tlbsAt } from './tlbs';

/** What TLB 0 shows at each operation of a scenario: over the beat that ends it, line by line. */
function lines(library: LibraryId, op: number): string[] {
  const { run } = testSession({ library }).session;
  if (run === undefined) throw new Error('nothing on stage');
  run.extend();
  const done = run.find({ actor: 0, op, label: 'done', nth: 0 }).cursor;
  const begin = op === 0 ? 0 : run.find({ actor: 0, op: op - 1, label: 'done', nth: 0 }).cursor;
  const [tlb] = tlbsAt(run, begin, done);
  return (
    tlb?.lines.map(({ page, frameName, rights, state }) => `${page} ${frameName} ${rights}: ${state}`) ?? []
  );
}

test('a translation comes with a walk, serves the next access, and is made anew for the first write', () => {
  const page = '0x7f80_8800_3000 0x028';
  expect(lines('what-a-page-walk-is', 0)).toEqual([`${page} rw user: arrived`]);
  expect(lines('what-a-page-walk-is', 1)).toEqual([`${page} rw user: used`]);
  expect(lines('what-a-page-walk-is', 2)).toEqual([`${page} rw user, dirty: arrived`]);
  // A fault fills nothing, and takes nothing away.
  expect(lines('what-a-page-walk-is', 4)).toEqual([`${page} rw user, dirty: kept`]);
});

test('INVLPG takes one page away and leaves the others', () => {
  const page = /^0x7f80_8800_3000 /;
  const told = lines('the-guest-writes-its-own-table', 3);
  expect(told.filter((line) => page.test(line))).toEqual(['0x7f80_8800_3000 0x040 rw user: left']);
  expect(told.some((line) => /^0x7f80_8800_4000 .*: kept$/.test(line))).toBe(true);
});

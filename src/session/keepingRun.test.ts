import { expect, test } from 'vitest';
import { TWO_WALKS, testSession } from '../testing/testSession';
import { checkDraft, runDraft } from './editing';

/** Stands at a step of the run, runs an edited text, and gives where it stands then and what was said. */
function edited(step: number, text: string): [cursor: number, says: string] {
  const { session, sources } = testSession();
  session.jump(step);
  checkDraft(session, sources, text);
  runDraft(session, sources);
  return [session.state.cursor, session.state.messages.at(-1)?.text ?? ''];
}

test('an edit behind the moment that is looked at leaves the run up to there, and says so', () => {
  const [cursor, says] = edited(6, TWO_WALKS.replace('= 0x1234', '= 0x4321'));
  expect(cursor).toBe(6);
  expect(says).toBe(
    'The run is as it was up to step 6, where you are; what comes after it follows the new text.',
  );
});

test('an edit before it leaves the run up to where the edit begins to matter, and says where that is', () => {
  const [cursor, says] = edited(20, TWO_WALKS.replace('0x040 rw user', '0x041 rw user'));
  expect(cursor).toBeGreaterThan(0);
  expect(cursor).toBeLessThan(20);
  expect(says).toContain(`as it was up to step ${cursor}, and stands there`);
  expect(says).toContain('You were at step 20.');
});

test('another order from the first step on keeps nothing, and says so', () => {
  const [cursor, says] = edited(6, `${TWO_WALKS}schedule 1, 0\n`);
  expect(cursor).toBe(0);
  expect(says).toContain('nothing of the one you were in is kept. You were at step 6.');
});

test('at the beginning there is nothing to keep, and nothing to say', () => {
  expect(edited(0, TWO_WALKS.replace('Two walks', 'Renamed'))).toEqual([0, '']);
});

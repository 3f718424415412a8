import { expect, test } from 'vitest';
import { startRun } from '../engine';
import { native } from '../hypervisor/native/design';
import { testSession } from '../testing/testSession';
import { momentWords } from './moment';

const { session } = testSession();
const { run } = session;
if (run === undefined) throw new Error('nothing on stage');
const { spec } = run.built;

test('every cursor of a run has a sentence, its actor and what that one is doing', () => {
  for (let cursor = 0; cursor <= run.length; cursor++) {
    const words = momentWords(run, cursor);
    expect(words.step).toBe(cursor);
    expect(words.caption, `step ${cursor}`).toMatch(/^[A-Z“v].*\.$/);
    expect(words.actor === '').toBe(cursor === 0);
    expect(words.ending === '').toBe(cursor < run.length);
  }
});

test('a run that was stopped at its bound says so and how far it got', () => {
  const short = startRun(spec, native, { bound: 10 });
  short.extend();
  expect(momentWords(short, short.length).ending).toBe(
    'The run was stopped after 10 steps: it may never end.',
  );
});

test('invariants that break are told in the beat in which they do, and in no other', () => {
  const broken = testSession({ library: 'snapshot-exchange-missing' }).session.run;
  if (broken === undefined) throw new Error('nothing on stage');
  const first = broken.violations[0];
  const at = (first?.step ?? 0) + 1;
  expect(momentWords(broken, at).broken).toContain(first?.violation.says);
  expect(momentWords(broken, broken.beatBefore(at)).broken).toEqual([]);
});

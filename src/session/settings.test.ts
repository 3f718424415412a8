import { expect, test } from 'vitest';
import { MemoryStorage, testSession } from '../testing/testSession';
import { restoreSettings } from './settings';

test('what a person chose about the page is there on the next visit', () => {
  const storage = new MemoryStorage();
  const before = testSession({ storage });
  before.controls.execute('speed:4');
  before.controls.execute('scheme:dark');
  before.controls.execute('presenter');
  const after = testSession({ storage });
  restoreSettings(after.session);
  expect(after.session.state).toMatchObject({ speed: 4, scheme: 'dark', presenter: true, instant: false });
});

test.each(['not json', '[]', 'null', '{"speed":3,"scheme":"sepia","presenter":"yes"}'])(
  'kept settings that do not fit (%s) are left out',
  (kept) => {
    const storage = new MemoryStorage();
    storage.setItem('shadowscope.settings', kept);
    const { session } = testSession({ storage });
    restoreSettings(session);
    expect(session.state).toMatchObject({ speed: 1, scheme: 'system', presenter: false, instant: false });
  },
);

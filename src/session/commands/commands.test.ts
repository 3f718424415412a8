import { expect, test } from 'vitest';
import { testSession } from '../../testing/testSession';
import { matches } from '../keys';

test('no two commands share an id or a key', () => {
  const { controls } = testSession();
  controls.execute('beat-forward');
  const list = controls.list();
  const ids = list.map((command) => command.id);
  expect(new Set(ids).size).toBe(ids.length);
  const chords = list.flatMap((command) => command.keys ?? []);
  expect(new Set(chords).size).toBe(chords.length);
});

test('every key of the list reaches its own command, unless that cannot be done now', () => {
  const { controls } = testSession();
  controls.execute('to-end');
  controls.execute('beat-back');
  for (const command of controls.list()) {
    for (const chord of command.keys ?? []) {
      const key = chord === '+' ? '+' : (chord.split('+').at(-1) ?? '');
      const held = chord === '+' ? [] : chord.split('+').slice(0, -1);
      const press = {
        key,
        shiftKey: held.includes('Shift'),
        ctrlKey: held.includes('Mod'),
        metaKey: false,
        altKey: held.includes('Alt'),
      };
      const first = controls.list().find((one) => one.keys?.some((other) => matches(other, press)));
      expect(first?.id, chord).toBe(command.id);
    }
  }
});

test('letters on their own can be turned off, for good; arrows and chords stay', () => {
  const { session, controls, storage } = testSession();
  const press = (key: string, held = {}): boolean =>
    controls.press({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held }, null);
  controls.execute('bare-keys');
  expect(press('l')).toBe(false);
  expect(press('?')).toBe(false);
  expect(session.state.dialog).toBe(undefined);
  expect(press('ArrowRight')).toBe(true);
  expect(press('k', { ctrlKey: true })).toBe(true);
  session.set({ dialog: undefined });
  expect(storage.getItem('shadowscope.settings')).toContain('"bareKeys":false');
  controls.execute('bare-keys');
  expect(press('l')).toBe(true);
});

test('keys do nothing while a dialog is open', () => {
  const { session, controls } = testSession();
  controls.execute('help');
  const press = { key: 'ArrowRight', shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  expect(controls.press(press, null)).toBe(false);
  expect(session.state.cursor).toBe(0);
  session.set({ dialog: undefined });
  expect(controls.press(press, null)).toBe(true);
  expect(session.state.cursor).toBeGreaterThan(0);
});

test('the next fault is found, and its absence is said', () => {
  const { session, controls } = testSession();
  controls.execute('next-fault');
  const first = session.state.cursor;
  expect(first).toBeGreaterThan(0);
  controls.execute('to-end');
  controls.execute('next-fault');
  expect(session.state.cursor).toBe(session.state.length);
  expect(session.state.messages.at(-1)?.text).toContain('no page fault after');
});

test('the scenario’s text can be downloaded under its title', () => {
  const { controls, files, session } = testSession();
  controls.execute('download');
  expect(files).toEqual([{ name: 'two-walks.scenario', text: session.state.text }]);
});

// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { belongsToTarget, chordName, type KeyPress, matches } from './keys';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

test('what a key means counts, not where it lies: ? with or without Shift, letters in any case', () => {
  expect(matches('?', press('?', { shiftKey: true }))).toBe(true);
  expect(matches('?', press('?'))).toBe(true);
  expect(matches('+', press('+', { shiftKey: true }))).toBe(true);
  expect(matches('f', press('f'))).toBe(true);
  expect(matches('f', press('F', { shiftKey: true }))).toBe(false);
  expect(matches('Shift+F', press('F', { shiftKey: true }))).toBe(true);
});

test('Mod is Control or Command, and a chord without it is not that chord', () => {
  expect(matches('Mod+k', press('k', { ctrlKey: true }))).toBe(true);
  expect(matches('Mod+k', press('k', { metaKey: true }))).toBe(true);
  expect(matches('Mod+k', press('k'))).toBe(false);
  expect(matches('k', press('k', { ctrlKey: true }))).toBe(false);
  expect(matches('ArrowRight', press('ArrowRight', { altKey: true }))).toBe(false);
});

test('brackets behind AltGr, and letters of layouts that have no Latin ones', () => {
  expect(matches('[', press('[', { ctrlKey: true, altKey: true }))).toBe(true);
  expect(matches('[', press('[', { altKey: true }))).toBe(true);
  expect(matches('[', press('[', { ctrlKey: true }))).toBe(false);
  expect(matches('l', press('д', { code: 'KeyL' }))).toBe(true);
  expect(matches('Mod+k', press('λ', { code: 'KeyK', ctrlKey: true }))).toBe(true);
  // A Latin letter counts by itself, wherever it lies.
  expect(matches('q', press('a', { code: 'KeyQ' }))).toBe(false);
  const input = document.createElement('input');
  expect(belongsToTarget(input, press('[', { ctrlKey: true, altKey: true }))).toBe(true);
});

test('digits of keyboards that type them with Shift answer without it, too', () => {
  expect(matches('2', press('é', { code: 'Digit2' }))).toBe(true);
  expect(matches('2', press('2', { code: 'Digit2', shiftKey: true }))).toBe(true);
  expect(matches('2', press('ě', { code: 'Digit2' }))).toBe(true);
  // A sign on its own key, or above a digit that is typed without Shift, is that sign.
  expect(matches('9', press('(', { code: 'Digit9', shiftKey: true }))).toBe(false);
  expect(matches('-', press('-', { code: 'Digit6' }))).toBe(true);
});

test('chords are printed as on the caps', () => {
  expect(chordName('Mod+k', false)).toBe('Ctrl K');
  expect(chordName('Mod+k', true)).toBe('⌘ K');
  expect(chordName('Shift+ArrowRight', false)).toBe('⇧ →');
  expect(chordName('+', false)).toBe('+');
  expect(chordName(' ', false)).toBe('Space');
});

test('typing, a focused button’s Space and a slider’s arrows are left alone', () => {
  document.body.innerHTML =
    '<input><button>b</button><div role="slider" tabindex="0"></div><p id="p">words</p>';
  const [input, button, slider, words] = ['input', 'button', '[role="slider"]', '#p'].map((s) =>
    document.querySelector(s),
  );
  expect(belongsToTarget(input ?? null, press('f'))).toBe(true);
  expect(belongsToTarget(input ?? null, press('k', { ctrlKey: true }))).toBe(false);
  expect(belongsToTarget(button ?? null, press(' '))).toBe(true);
  expect(belongsToTarget(button ?? null, press('ArrowRight'))).toBe(false);
  expect(belongsToTarget(slider ?? null, press('ArrowRight'))).toBe(true);
  expect(belongsToTarget(words ?? null, press(' '))).toBe(false);
});

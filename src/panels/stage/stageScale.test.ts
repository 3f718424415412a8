// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { stageScale } from './stageScale';

test('a scene is drawn at its usual size until there is more room than it fills, then larger', () => {
  expect(stageScale({ w: 390, h: 446 })).toBe(1);
  expect(stageScale({ w: 800, h: 690 })).toBe(1);
  const large = stageScale({ w: 3200, h: 1980 });
  expect(large).toBeGreaterThan(2);
  // Neither side of what is drawn is longer than the room.
  expect(stageScale({ w: 3200, h: 700 })).toBe(1);
  expect(stageScale({ w: 10_000, h: 10_000 })).toBeLessThanOrEqual(3);
});

test('it is never drawn smaller than the page writes', () => {
  document.documentElement.style.setProperty('--scale', '1.5');
  expect(stageScale({ w: 800, h: 690 })).toBe(1.5);
  document.documentElement.style.removeProperty('--scale');
});

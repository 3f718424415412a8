import { expect, test } from 'vitest';
import { HandClock } from '../testing/testSession';
import { Frames } from './frame';

test('a drawing asked for twice before a frame is drawn once, after the animations', () => {
  const clock = new HandClock();
  const frames = new Frames(clock);
  const done: string[] = [];
  const draw = (): void => void done.push('draw');
  frames.draw(draw);
  frames.draw(draw);
  frames.animate(() => {
    done.push('animate');
    return false;
  });
  clock.run();
  expect(done).toEqual(['animate', 'draw']);
});

test('an animation runs once per frame until it says it is done', () => {
  const clock = new HandClock();
  const frames = new Frames(clock);
  let left = 3;
  frames.animate(() => --left > 0);
  expect(clock.run()).toBe(3);
  expect(left).toBe(0);
});

test('idle waits for animations, drawings, and whatever was begun', async () => {
  const clock = new HandClock();
  const frames = new Frames(clock);
  const loaded = frames.begin('chunk');
  let idle = false;
  const waiting = frames.idle().then(() => {
    idle = true;
  });
  clock.run();
  await Promise.resolve();
  expect(idle).toBe(false);
  loaded();
  frames.animate((now) => now < 200);
  clock.run();
  await waiting;
  expect(idle).toBe(true);
});

test('with nothing to do no frame is asked for', () => {
  const clock = new HandClock();
  const frames = new Frames(clock);
  frames.draw(() => undefined);
  clock.run();
  expect(clock.run()).toBe(0);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { focusBack, focusForward, focusOn, NO_FOCUS } from './focusHistory';

const names = fc.array(fc.constantFrom('guest 0x02e', 'shadow s084', 'frame 0x040'), { maxLength: 20 });
const on = (entity: string, step = 0) => ({ step, actor: 0, entity });

test('going back and forward again leads to where one was', () => {
  fc.assert(
    fc.property(names, fc.nat(25), (entities, times) => {
      const chosen = entities.reduce((history, entity, i) => focusOn(history, on(entity, i)), NO_FOCUS);
      let history = chosen;
      const back = Math.min(times, chosen.past.length);
      for (let i = 0; i < back; i++) history = focusBack(history);
      for (let i = 0; i < back; i++) history = focusForward(history);
      expect(history).toEqual(chosen);
    }),
  );
});

test('choosing after going back forgets what lay ahead', () => {
  const history = focusOn(focusBack(focusOn(focusOn(NO_FOCUS, on('a')), on('b'))), on('c'));
  expect(history.now?.entity).toBe('c');
  expect(history.future).toEqual([]);
  expect(history.past.map((f) => f.entity)).toEqual(['a']);
});

test('choosing the same again is no step of the history', () => {
  const once = focusOn(NO_FOCUS, on('a'));
  expect(focusOn(once, on('a'))).toBe(once);
});

import { describe, expect, it } from 'vitest';
import { Keeper } from '../../session/storage';
import { keep, keptFor } from './keep';

/** A browser's storage, as far as it is used here; `full` from so many characters on. */
function storage(full = Number.POSITIVE_INFINITY): Storage {
  const kept = new Map<string, string>();
  return {
    length: 0,
    clear: () => kept.clear(),
    key: () => null,
    getItem: (name) => kept.get(name) ?? null,
    removeItem: (name) => void kept.delete(name),
    setItem: (name, text) => {
      if (text.length > full) throw new DOMException('no room', 'QuotaExceededError');
      kept.set(name, text);
    },
  };
}

const TYPED = { 1: { index4: '0x1f' }, 2: { faults: '3' } };

describe('what is typed into a sheet', () => {
  it('is there again for that sheet, and for no other', () => {
    const store = storage();
    const keeper = new Keeper(() => store);
    expect(keep(keeper, 'walk/7/1/4/1', 'Ada', TYPED)).toBeUndefined();
    expect(keep(keeper, 'walk/8/1/4/1', 'Ada', {})).toBeUndefined();
    expect(keptFor(keeper, 'walk/7/1/4/1')).toEqual({ student: 'Ada', typed: TYPED });
    expect(keptFor(keeper, 'walk/9/1/4/1')).toEqual({ student: 'Ada', typed: {} });
  });

  it('is forgotten after a term, the oldest sheet first', () => {
    const store = storage();
    const keeper = new Keeper(() => store);
    for (let seed = 0; seed < 40; seed++) keep(keeper, `walk/${seed}`, '', TYPED);
    expect(keptFor(keeper, 'walk/9').typed).toEqual({});
    expect(keptFor(keeper, 'walk/10').typed).toEqual(TYPED);
  });

  it('goes on without being kept where the browser has no room or does not let it, and that is said', () => {
    expect(keep(new Keeper(() => storage(10)), 'walk/7', 'Ada', TYPED)).toContain(
      'Save your answers as a file',
    );
    expect(keep(new Keeper(() => undefined), 'walk/7', 'Ada', TYPED)).toContain(
      'Save your answers as a file',
    );
    expect(keptFor(new Keeper(() => undefined), 'walk/7')).toEqual({ student: '', typed: {} });
  });

  it.each(['{', '7', '{"student":1,"sheets":[]}', '{"student":"Ada","sheets":[["walk/7",{"1":{"a":7}}],3]}'])(
    'is not believed where something else is found: %s',
    (found) => {
      const store = storage();
      store.setItem('shadowscope.homework', found);
      expect(keptFor(new Keeper(() => store), 'walk/7').typed).toEqual({});
    },
  );
});

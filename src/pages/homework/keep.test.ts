import { describe, expect, it } from 'vitest';
import { Keeper } from '../../session/storage';
import { forgetAside, keep, keptFor } from './keep';

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
    expect(keptFor(keeper, 'walk/7/1/4/1')).toEqual({
      student: 'Ada',
      typed: TYPED,
      aside: undefined,
    });
    expect(keptFor(keeper, 'walk/9/1/4/1')).toMatchObject({ student: 'Ada', typed: {} });
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
    expect(keptFor(new Keeper(() => undefined), 'walk/7')).toMatchObject({
      student: '',
      typed: {},
    });
  });

  it.each(['{', '7', '{"student":1,"sheets":[]}', '{"student":"Ada","sheets":[["walk/7",{"1":{"a":7}}],3]}'])(
    'is not believed where something else is found, which is put aside and not written over: %s',
    (found) => {
      const store = storage();
      store.setItem('shadowscope.homework', found);
      const keeper = new Keeper(() => store);
      expect(keptFor(keeper, 'walk/7')).toMatchObject({ typed: {}, aside: found });
      keep(keeper, 'walk/7', 'Ada', TYPED);
      expect(keptFor(keeper, 'walk/7')).toEqual({ student: 'Ada', typed: TYPED, aside: found });
      forgetAside(keeper);
      expect(keptFor(keeper, 'walk/7').aside).toBeUndefined();
    },
  );

  it('keeps what can be read of what was found, and puts the whole aside', () => {
    const store = storage();
    const found = JSON.stringify({
      student: 'Ada',
      sheets: [
        ['walk/7', TYPED],
        ['walk/8', 'torn'],
      ],
    });
    store.setItem('shadowscope.homework', found);
    const keeper = new Keeper(() => store);
    expect(keptFor(keeper, 'walk/7')).toEqual({ student: 'Ada', typed: TYPED, aside: found });
  });

  it('leaves what cannot be read where it is if there is no room to put it aside', () => {
    const found = `{${' '.repeat(40)}`;
    const store = storage();
    store.setItem('shadowscope.homework', found);
    const full: Storage = {
      ...store,
      setItem: () => {
        throw new DOMException('no room', 'QuotaExceededError');
      },
    };
    expect(keep(new Keeper(() => full), 'walk/7', 'Ada', TYPED)).toContain('Save your answers as a file');
    expect(store.getItem('shadowscope.homework')).toBe(found);
  });
});

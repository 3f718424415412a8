import { describe, expect, it } from 'vitest';
import { placeOf, restOf } from './address';

describe('an address of the homework page', () => {
  it.each([
    '',
    'walk/7/1/4/2',
    'mixed/0/1/8/3/unchecked',
    'key/faults/4294967295/1/4/1',
    'staff/walk/7/1/4/2',
    'class/walk/7/1/1/1/index4',
    'answer/memory-order/7/1/2/3/possible',
  ])('`%s` is read, and written the same', (rest) => {
    const place = placeOf(rest);
    expect(place.kind === 'ok' ? restOf(place.value) : place.error).toBe(rest);
  });

  it.each([
    ['walk/7', 'walk/7/1/4/1'],
    ['key/mixed/7', 'key/mixed/7/1/4/1'],
    ['class/walk/7/1/1/1', 'class/walk/7/1/1/1/index4'],
  ])('`%s` stands for `%s`', (rest, whole) => {
    const place = placeOf(rest);
    expect(place.kind === 'ok' ? restOf(place.value) : place.error).toBe(whole);
  });

  it.each([
    ['wolk/7/1', 'There is no generator called `wolk`. Expected one of: walk (version 1), faults'],
    ['walk/7/3', 'The generator `walk` has no version 3. There is version 1.'],
    ['walk', 'Found `walk`. Expected a generator and a seed'],
    ['walk/x/1', 'Found `x` for the seed.'],
    ['walk/7/1/4/9', 'Found `9` for the level. Expected a whole number from 1 to 3.'],
    ['walk/7/1/4/1/now', 'Found `now` behind the level. Expected nothing, or `unchecked`.'],
    ['class/walk/7/1/1/1/physical', 'Found `physical` for the question. Expected one of: index4'],
  ])('`%s` is refused, and it is said why', (rest, says) => {
    const place = placeOf(rest);
    expect(place.kind === 'error' ? place.error : 'read').toContain(says);
  });
});

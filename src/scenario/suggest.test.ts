import { describe, expect, it } from 'vitest';
import { editDistance, nearest, orList } from './suggest';

describe('what was probably meant', () => {
  it('counts changed, added, dropped and swapped letters', () => {
    expect(editDistance('snapshot', 'snapshot')).toBe(0);
    expect(editDistance('snapshto', 'snapshot')).toBe(1);
    expect(editDistance('snapshots', 'snapshot')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('offers the nearest word, and none when nothing is near', () => {
    expect(nearest('desgin', ['direct', 'design', 'about'])).toBe('design');
    expect(nearest('RWW', ['r', 'rw', 'rwx'])).toBe('rw');
    expect(nearest('banana', ['r', 'rw', 'rwx'])).toBeUndefined();
  });

  it('offers what was only begun', () => {
    expect(nearest('snap', ['snapshot-exchange', 'snapshots', 'fixups'])).toBe('snapshots');
    expect(nearest('sn', ['snapshots'])).toBeUndefined();
  });

  it('lists choices as people do', () => {
    expect(orList(['a'])).toBe('a');
    expect(orList(['a', 'b', 'c'])).toBe('a, b or c');
  });
});

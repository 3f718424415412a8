import { describe, expect, it } from 'vitest';
import { PAGES, pageAddress, pageOf } from '../session/pages';
import { LOADERS } from './Pages.lazy';

describe('the pages', () => {
  it('are drawn, every one, and nothing is drawn that no address leads to but the race finder', () => {
    expect(Object.keys(LOADERS).sort()).toEqual([...PAGES.map(({ name }) => name), 'race'].sort());
  });

  it('have names that no scenario link can have, and a sentence each', () => {
    for (const { name, title, about } of PAGES) {
      expect(name).toMatch(/^[a-z][a-z-]*$/);
      expect(name).not.toBe('stage');
      expect(title.length).toBeGreaterThan(2);
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(PAGES.map(({ name }) => name)).size).toBe(PAGES.length);
  });

  it('are found again by their own addresses, with whatever those say beyond the name', () => {
    const row = { name: 'truth', title: 'What is true', about: 'What was checked.' };
    for (const rest of ['', 'kvm', 'a/b?c=d', 'é/%20'])
      expect(pageOf(pageAddress('truth', rest), [row])).toEqual({ row, rest });
  });

  it.each(['#/1/abc', '#/truths', '#truth', '', '#/', '#/Truth'])('are not found by `%s`', (fragment) => {
    expect(pageOf(fragment, [{ name: 'truth', title: 'What is true', about: 'What was checked.' }])).toBe(
      undefined,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { workerHead } from './offlinePlugin';

const files = (page: string): ReadonlyMap<string, string> =>
  new Map([
    ['index.html', page],
    ['assets/a.js', 'code'],
  ]);

describe('what the service worker begins with', () => {
  it('lists every file, the page as its folder', () => {
    expect(workerHead(files('one'))).toContain('const FILES = ["./assets/a.js","./"];');
  });

  it('names another version when the page alone is another', () => {
    expect(workerHead(files('one'))).toBe(workerHead(files('one')));
    expect(workerHead(files('one'))).not.toBe(workerHead(files('two')));
  });
});

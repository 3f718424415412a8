import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBuilt } from './freshness';

describe('isBuilt', () => {
  let root = '';
  /** Times are set, not waited for: seconds since the epoch. */
  const put = (file: string, seconds: number): void => {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    utimesSync(path, seconds, seconds);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'shadowscope-'));
    put('src/app/main.tsx', 100);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is false without a build', () => {
    expect(isBuilt(root)).toBe(false);
  });

  it('is true once the page is newer than every source', () => {
    put('dist/index.html', 200);
    expect(isBuilt(root)).toBe(true);
  });

  it.each([
    'src/views/deep/scene.ts',
    'public/favicon.svg',
    'index.html',
    'vite.config.ts',
    'package-lock.json',
  ])('is false again when %s changes', (file) => {
    put('dist/index.html', 200);
    put(file, 300);
    expect(isBuilt(root)).toBe(false);
  });
});

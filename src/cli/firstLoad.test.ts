import { describe, expect, it } from 'vitest';
import { firstLoad } from './firstLoad';

describe('firstLoad', () => {
  it('is the entry with its static imports, shared ones once, and nothing that is loaded later', () => {
    const manifest = {
      'index.html': {
        file: 'a/index.js',
        isEntry: true,
        imports: ['_react', '_core'],
        dynamicImports: ['src/editor.tsx'],
      },
      _react: { file: 'a/react.js' },
      _core: { file: 'a/core.js', imports: ['_react', 'font.woff2'] },
      'font.woff2': { file: 'a/font.woff2' },
      'src/editor.tsx': { file: 'a/editor.js', imports: ['_codemirror'] },
      _codemirror: { file: 'a/codemirror.js' },
    };
    expect(firstLoad(manifest)).toEqual(['a/index.js', 'a/react.js', 'a/core.js']);
  });

  it('ends on chunks that import each other', () => {
    const manifest = {
      'index.html': { file: 'i.js', isEntry: true, imports: ['_a'] },
      _a: { file: 'a.js', imports: ['_b'] },
      _b: { file: 'b.js', imports: ['_a'] },
    };
    expect(firstLoad(manifest)).toEqual(['i.js', 'a.js', 'b.js']);
  });

  it('refuses a manifest without a page, rather than measure nothing', () => {
    expect(() => firstLoad({ 'src/worker.ts': { file: 'w.js', isEntry: true } })).toThrow(/holds no page/);
  });

  it('refuses a manifest with a hole in it', () => {
    expect(() => firstLoad({ 'index.html': { file: 'i.js', isEntry: true, imports: ['_gone'] } })).toThrow(
      /"_gone"/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { LAYERS, PURE, type SourceFile, violations } from './testing/layers';
import { importsOf, readSources, SRC } from './testing/readImports';

const planted = (file: string, text: string): string[] =>
  violations([{ file, imports: importsOf(file, text) }]);

describe('the layers of src/', () => {
  const sources = readSources(SRC);

  it('are kept by every import of every file', () => {
    expect(sources.length).toBeGreaterThan(5);
    expect(violations(sources)).toEqual([]);
  });

  it('leave the tests out of what ships', () => {
    const shipped = ({ file }: SourceFile): boolean =>
      !/\.test\.tsx?$/.test(file) && !file.startsWith('testing/');
    const leaks = sources
      .filter(shipped)
      .flatMap(({ file, imports }) =>
        imports
          .filter(({ target }) => target.startsWith('testing/') || target.endsWith('.test'))
          .map(({ target }) => `${file} -> ${target}`),
      );
    expect(leaks).toEqual([]);
  });

  it('name only folders that are in the table', () => {
    const folders = Object.keys(LAYERS);
    const named = Object.values(LAYERS).flatMap((layer) => layer.may.map((target) => target.split('/')[0]));
    expect(named.filter((name) => name === undefined || !folders.includes(name))).toEqual([]);
    expect(PURE.filter((name) => !folders.includes(name))).toEqual([]);
  });
});

describe('a planted violation', () => {
  it('is found when a lower folder imports a higher one, and the message says what to do', () => {
    expect(planted('kernel/journal.ts', `import { walk } from '../machine/walk';`)).toEqual([
      'src/kernel/journal.ts: imports "machine/walk", but "kernel" may import base. Move the shared part to a lower folder.',
    ]);
  });

  it.each([
    ['machine/frames.ts', `import { readFileSync } from 'node:fs';`],
    ['views/scene.ts', `import { useState } from 'react';`],
    ['scenario/parse.ts', `import { EditorView } from '@codemirror/view';`],
    ['session/store.ts', `import { create } from 'react';`],
  ])('is found when %s takes a package of the page or of node', (file, text) => {
    expect(planted(file, text)).toHaveLength(1);
  });

  it.each([
    ['a re-export', `export * from '../session/store';`],
    ['a type import', `import type { Run } from '../session/store';`],
    ['a lazy import', `const later = () => import('../session/store');`],
    ['a worker', `new Worker(new URL('../session/worker.ts', import.meta.url), { type: 'module' });`],
  ])('is found in %s', (_what, text) => {
    expect(planted('engine/run.ts', text)).toHaveLength(1);
  });

  it('is found when the engine reaches past the designs’ interface', () => {
    expect(planted('engine/run.ts', `import { OOS } from '../hypervisor/xen/oos';`)).toHaveLength(1);
    expect(planted('engine/run.ts', `import type { Design } from '../hypervisor/design';`)).toEqual([]);
  });

  it('is found when a panel takes more than a type from the core, or anything from another folder of panels', () => {
    expect(planted('panels/stage/Panel.tsx', `import type { Frame } from '../../machine/frames';`)).toEqual(
      [],
    );
    expect(planted('panels/stage/Panel.tsx', `import { frame } from '../../machine/frames';`)).toHaveLength(
      1,
    );
  });

  it('is found when a panel imports another panel', () => {
    expect(planted('panels/stage/Panel.tsx', `import { Lanes } from '../lanes/Panel';`)).toHaveLength(1);
  });

  it('is found in a folder nobody has given a row', () => {
    expect(planted('helpers/misc.ts', '')[0]).toContain('is not in the layer table');
  });

  it('is not seen where a test uses fixtures, node or its own folder', () => {
    const text = `import { readFileSync } from 'node:fs'; import { text } from '../testing/tables'; import { walk } from './walk';`;
    expect(planted('machine/walk.test.ts', text)).toEqual([]);
    expect(planted('machine/walk.test.ts', `import { run } from '../engine/run';`)).toHaveLength(1);
  });
});

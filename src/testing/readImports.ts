import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { parseSync } from 'vite';
import type { Import, SourceFile } from './layers';

/** `new Worker(new URL('../checker/worker.ts', import.meta.url))` is an import that no module record lists. */
const WORKER_URL = /new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url\s*\)/g;

interface Written {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** The imports of one module's text. `file` is its path relative to `src/`, by which relative imports are resolved. */
export function importsOf(file: string, text: string): Import[] {
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`src/${file} does not parse: ${errors[0]?.message}. Fix it first.`);
  const written: Written[] = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [{ specifier: moduleRequest.value, typeOnly: isType }] : [],
      ),
    ...module.dynamicImports.map(({ moduleRequest }) => ({
      specifier: text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
      typeOnly: false,
    })),
    ...[...text.matchAll(WORKER_URL)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ];
  return written.map(({ specifier, typeOnly }) => {
    if (!specifier.startsWith('.')) return { target: specifier, kind: 'package', typeOnly };
    const path = specifier.replace(/\?.*$/, '').replace(/\.(ts|tsx)$/, '');
    const target = posix.join(posix.dirname(file), path);
    return { target: target.includes('/') ? target : `${target}/index`, kind: 'own', typeOnly };
  });
}

/** Every TypeScript file under `root` with its imports; paths relative to `root`, with forward slashes. */
export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((file) => ({ file, imports: importsOf(file, readFileSync(join(root, file), 'utf8')) }));
}

/** The `src/` folder of this project. */
export const SRC = dirname(dirname(new URL(import.meta.url).pathname));

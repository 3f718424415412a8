import { basename, resolve } from 'node:path';
import { build } from 'vite';

/** Bundles an entry of ours for node, and says where the result is. Packages stay outside. */
export async function bundle(entry: string): Promise<string> {
  const outDir = '.cache/bundle';
  await build({
    configFile: false,
    logLevel: 'warn',
    build: { ssr: entry, outDir, emptyOutDir: false, target: 'node20', minify: false },
  });
  return resolve(outDir, basename(entry).replace(/\.ts$/, '.js'));
}

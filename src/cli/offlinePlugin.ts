import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, transformWithOxc } from 'vite';

const WORKER = 'src/app/offline/worker.ts';
/** Files of `public` that no page asks for: the README's picture. */
const LEFT_OUT = new Set(['stage.png']);

/** What a service worker must begin with: which files, and a name that changes with anything in them. */
export function workerHead(files: ReadonlyMap<string, string | Uint8Array>): string {
  const names = [...files.keys()].sort();
  const hash = createHash('sha256');
  for (const name of names)
    hash
      .update(name)
      .update('\0')
      .update(files.get(name) ?? '')
      .update('\0');
  const list = names.map((name) => (name === 'index.html' ? './' : `./${name}`));
  return `const FILES = ${JSON.stringify(list)};\nconst VERSION = ${JSON.stringify(hash.digest('hex').slice(0, 16))};\n`;
}

/** Writes `sw.js` beside the page: `src/app/offline/worker.ts` with the list of all that was built, and of `public`. */
export function offline(): Plugin {
  let root = '';
  let publicDir = '';
  return {
    name: 'offline',
    apply: 'build',
    // After the plugin that writes the page itself: it is the first thing to keep.
    enforce: 'post',
    configResolved(config) {
      ({ root, publicDir } = config);
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const files = new Map<string, string | Uint8Array>();
        for (const [name, built] of Object.entries(bundle)) {
          if (name.endsWith('.map') || name.startsWith('.vite/')) continue;
          files.set(name, built.type === 'chunk' ? built.code : built.source);
        }
        for (const name of readdirSync(publicDir))
          if (!LEFT_OUT.has(name)) files.set(name, readFileSync(join(publicDir, name)));
        if (!files.has('index.html'))
          throw new Error('The build has no index.html to keep for visits without a network.');
        const path = join(root, WORKER);
        this.addWatchFile(path);
        const { code } = await transformWithOxc(readFileSync(path, 'utf8'), path);
        // A classic script: every browser that has service workers runs it.
        const plain = code.replace(/^export \{\s*\};?$/m, '');
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: workerHead(files) + plain });
      },
    },
  };
}

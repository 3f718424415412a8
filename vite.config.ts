import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { type Plugin, runnerImport } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * The first scenario, resolved at build time as the module `virtual:first`: what a visit sees first does not wait for the
 * scenario language to be fetched.
 */
function firstScenario(): Plugin {
  return {
    name: 'first-scenario',
    resolveId: (id) => (id === 'virtual:first' ? '\0virtual:first' : undefined),
    async load(id) {
      if (id !== '\0virtual:first') return undefined;
      const path = new URL('./src/app/first.ts', import.meta.url).pathname;
      const { module, dependencies } = await runnerImport<typeof import('./src/app/first')>(path);
      for (const file of dependencies) this.addWatchFile(file);
      return `export const first = ${JSON.stringify(module.first())};`;
    },
  };
}

/**
 * The recorded samples as the module `virtual:recordings`: one chunk, packed, which the page fetches when somebody wants to see a
 * recording or check them again.
 */
function recordings(): Plugin {
  return {
    name: 'recordings',
    resolveId: (id) => (id === 'virtual:recordings' ? '\0virtual:recordings' : undefined),
    async load(id) {
      if (id !== '\0virtual:recordings') return undefined;
      const path = new URL('./src/cli/recordings.ts', import.meta.url).pathname;
      const { module } = await runnerImport<typeof import('./src/cli/recordings')>(path);
      for (const file of module.recordingFiles()) this.addWatchFile(file);
      const packed = gzipSync(JSON.stringify(module.readRecordings()), { level: 9 });
      return `export const packed = ${JSON.stringify(packed.toString('base64'))};`;
    },
  };
}

/** The service worker (src/cli/offlinePlugin.ts), loaded as the scenario above is: this file itself is read without a bundler. */
async function offline(): Promise<Plugin> {
  const path = new URL('./src/cli/offlinePlugin.ts', import.meta.url).pathname;
  const { module } = await runnerImport<typeof import('./src/cli/offlinePlugin')>(path);
  return module.offline();
}

/**
 * For tests, which are not bundled: the index of a folder hands each name on by a look-up at every use, a tenth of all their time. When it
 * has been read its names are settled, and become plain values.
 */
function settledIndexes(): Plugin {
  const settle = `
for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(__vite_ssr_exports__))) {
  try {
    Object.defineProperty(__vite_ssr_exports__, name, { value: get(), enumerable: true, configurable: true });
  } catch {
    // Modules that import each other: this one is not ready yet, and is looked up as before.
  }
}`;
  return {
    name: 'settled-indexes',
    apply: () => process.env.VITEST !== undefined,
    enforce: 'post',
    transform: (code, id) =>
      id.includes('/src/') && /^export \* from /m.test(code) ? { code: code + settle, map: null } : undefined,
  };
}

export default defineConfig({
  // A relative base: the built page works from any static host and any path.
  base: './',
  // One page, its state in the fragment: an unknown path is an error, as on any static host, and never the page.
  appType: 'mpa',
  plugins: [react(), firstScenario(), recordings(), offline(), settledIndexes()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // The size gate reads the manifest to tell what a first load fetches from what is fetched later.
    manifest: true,
    // Every browser that this is built for knows modulepreload.
    modulePreload: { polyfill: false },
    // What judges a finished run is wanted by pages that come later. The engine's one index names it too, and would draw it into the
    // first load: these files do nothing by being read.
    rolldownOptions: {
      treeshake: {
        moduleSideEffects: (id) => !/src\/engine\/(index|verdict|expect\w*|eventText|report)\.ts$/.test(id),
      },
    },
    // A font inlined as base64 would be paid for twice: once in the style sheet, once by the preload.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    // Tests read modules, and none changes what another finds there: each worker loads them once, which halves the time.
    isolate: false,
    // Two cores is what the slowest machine we know has; more workers only fight over them.
    maxWorkers: 2,
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    // Laws try hundreds of cases; a loaded machine must not turn that into a failure.
    testTimeout: 180_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/**/*.gen.ts', 'src/testing/**'],
    },
  },
});

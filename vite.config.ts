import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A relative base: the built page works from any static host and any path.
  base: './',
  // One page, its state in the fragment: an unknown path is an error, as on any static host, and never the page.
  appType: 'mpa',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // The size gate reads the manifest to tell what a first load fetches from what is fetched later.
    manifest: true,
    // A font inlined as base64 would be paid for twice: once in the style sheet, once by the preload.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    // Two cores is what the slowest machine we know has; more workers only fight over them.
    maxWorkers: 2,
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/**/*.gen.ts', 'src/testing/**'],
    },
  },
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { firstLoad, type Manifest } from './firstLoad';

const LIMIT = '200 kB';
const MANIFEST = 'dist/.vite/manifest.json';

/**
 * The size gate: what a first visit fetches as JavaScript, gzipped. Which files those are is known only after the
 * build, so the gate's configuration is written from the build's manifest.
 */
if (!existsSync(MANIFEST)) {
  console.error(`No ${MANIFEST}: there is no build to weigh. Run "npm run build" first.`);
  process.exit(1);
}

const files = firstLoad(JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest);
const checks = [
  {
    name: `First load (${files.length} files)`,
    path: files.map((file) => `../dist/${file}`),
    gzip: true,
    brotli: false,
    limit: LIMIT,
  },
];
mkdirSync('.cache', { recursive: true });
writeFileSync('.cache/size-limit.json', JSON.stringify(checks, null, 2));

const bin = 'node_modules/size-limit/bin.js';
const { status } = spawnSync(process.execPath, [bin, '--config', '.cache/size-limit.json'], {
  stdio: 'inherit',
});
process.exit(status ?? 1);

import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { firstLoad as filesOf, type Manifest } from '../../cli/firstLoad';
import type { Bench } from '../bench';

const MANIFEST = 'dist/.vite/manifest.json';

export const firstLoad: Bench = {
  name: 'firstLoad',
  about: 'JavaScript that a first visit fetches, each file gzipped (the gate itself is "npm run size")',
  async run() {
    if (!existsSync(MANIFEST))
      throw new Error(`No ${MANIFEST}: there is no build to weigh. Run "npm run build" first.`);
    const files = filesOf(JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest);
    const bytes = files.map((file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length);
    return [
      { name: 'files', value: files.length, unit: '' },
      {
        name: 'gzipKilobytes',
        value: bytes.reduce((sum, size) => sum + size, 0) / 1000,
        unit: 'kB',
        target: '≤ 200 kB, reach for 130',
      },
    ];
  },
};

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a build is made of, from the project's root. */
const INPUTS = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
] as const;

/** The time of the newest file at or under `path`, in milliseconds; 0 when there is none. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether there is a build in `root/dist` that is newer than everything it is made of. */
export function isBuilt(root: string): boolean {
  const page = join(root, 'dist', 'index.html');
  if (!existsSync(page)) return false;
  return statSync(page).mtimeMs > Math.max(...INPUTS.map((input) => newest(join(root, input))));
}

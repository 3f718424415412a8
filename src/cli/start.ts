import { build, preview } from 'vite';
import { isBuilt } from './freshness';

/** `npm start`: the built page on this machine only. Builds first when a source is newer than the build. */
const FIRST_PORT = 4173;

/** A browser is opened only where somebody can see it. */
function hasDisplay(env: NodeJS.ProcessEnv): boolean {
  if (env.CI) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

if (!isBuilt('.')) await build();
const server = await preview({
  // A taken port is passed over for the next one.
  preview: { host: '127.0.0.1', port: FIRST_PORT, strictPort: false, open: hasDisplay(process.env) },
});
console.log(`\nShadowscope is at ${server.resolvedUrls?.local[0]} (Ctrl-C ends it).`);

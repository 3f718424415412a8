import { figure } from '../base';
import type { FileData, Host, PickedFile } from '../session/commands';
import type { Platform } from '../session/session';

/** Only for how keys are written: ⌘ or Ctrl. Both work everywhere. */
export const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Inside a course page (`?embed`): nothing is kept, and the history is the course page's. */
export const embedded = /^\?embed\b/.test(location.search);

/** The browser as the session sees it. */
export const browserPlatform: Platform = {
  clock: { now: () => performance.now(), request: (callback) => requestAnimationFrame(callback) },
  storage: () => (embedded ? undefined : window.localStorage),
  reducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  explorer: () => new Worker(new URL('../session/racing/worker.ts', import.meta.url), { type: 'module' }),
};

export const browserHost: Host = { pickFile, download, address, copy, push, amend };

function address(): string {
  return location.href.replace(/#.*$/s, '');
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or no secure context: the person can still copy by hand
  }
}

function push(fragment: string): void {
  if (!embedded && location.hash !== fragment) history.pushState(null, '', fragment);
}

function amend(fragment: string, prefix: string): boolean {
  if (embedded) return true;
  if (!location.hash.startsWith(prefix)) return false;
  if (location.hash !== fragment) history.replaceState(null, '', fragment);
  return true;
}

/** A file of this size is no scenario: it is refused before it is read. */
const LARGEST = 1_000_000;

function pickFile(): Promise<PickedFile | undefined> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.scenario,.shadowscope,.litmus,.jsonl,.gz,.txt,text/plain';
    input.addEventListener('cancel', () => resolve(undefined));
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file === undefined) resolve(undefined);
      else readPicked(file).then(resolve, reject);
    });
    input.click();
  });
}

/** The text of a file that a person gave; throws in words what is wrong with it. */
export async function readPicked(file: File): Promise<PickedFile> {
  const { name, size } = file;
  if (/\.(jsonl|gz)$/.test(name)) return (await import('../session/recorded/files')).readPacked(file);
  if (size > LARGEST)
    throw new Error(
      `${name} has ${figure(size)} bytes; a scenario has at most ${figure(LARGEST)}. Choose another file.`,
    );
  try {
    return { name, text: await file.text() };
  } catch {
    throw new Error(`${name} cannot be read. Choose another file.`);
  }
}

function download(name: string, data: FileData, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The click has started the download; the address is of no more use.
  URL.revokeObjectURL(url);
}

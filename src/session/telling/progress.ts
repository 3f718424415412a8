import type { Keeper } from '../storage';

/** How far somebody has read: by id of the story, how many of its passages. Kept locally; a browser that keeps nothing forgets. */
export type Progress = Readonly<Record<string, number>>;

/** What is kept may be of another version, or cut off: whatever is no count is left out. */
export function readProgress(keeper: Keeper): Progress {
  const text = keeper.read('stories');
  if (text === undefined) return {};
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return {};
    const counts = Object.entries(read).filter(
      ([, count]) => typeof count === 'number' && Number.isInteger(count) && count > 0,
    );
    return Object.fromEntries(counts);
  } catch {
    return {};
  }
}

export function writeProgress(keeper: Keeper, progress: Progress): void {
  // Losing it hurts nobody enough for a message.
  keeper.write('stories', JSON.stringify(progress));
}

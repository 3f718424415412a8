import type { LibraryEntry } from '../../session/opening';

/** For whom a scenario is, as its author says, from the easiest on. */
export const LEVELS = ['beginner', 'intermediate', 'advanced', 'expert'] as const;

/** The scenarios of a level (any, if none is given) that have all the words somewhere: also in switches that are off, and in what breaks. */
export function searchLibrary(
  library: readonly LibraryEntry[],
  wanted: string,
  level?: string,
): readonly LibraryEntry[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return library.filter((entry) => {
    const text = searched(entry);
    return (level === undefined || entry.level === level) && words.every((word) => text.includes(word));
  });
}

const searched = ({ title, topic, level, about, design, without, violates }: LibraryEntry): string =>
  [title, topic, level, about, design, ...without, ...violates].join(' ').toLowerCase();

/** Topics of some scenarios, each once, in the library’s order. */
export const topicsOf = (entries: readonly LibraryEntry[]): string[] => [
  ...new Set(entries.map(({ topic }) => topic)),
];

import { useSyncExternalStore } from 'react';

/** Whether a media query holds now, and again whenever that changes. */
export function useFits(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}

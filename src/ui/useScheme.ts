import { useFits } from './useFits';

/** Changes whenever the page's colours may have changed: by choice, or because the system's scheme did. What is drawn on a canvas is drawn anew then. */
export function useScheme(chosen: string): string {
  return `${chosen} ${useFits('(prefers-color-scheme: dark)') ? 'dark' : 'light'}`;
}

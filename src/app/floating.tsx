import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

/** Something that is said above the page, outside of its own list of messages: it stays until it is taken down. */
export interface Floating {
  readonly show: (content: ReactNode) => void;
  readonly end: () => void;
}

/** Puts a place for it on the page; one of the same name that was there goes. */
export function floating(id: string): Floating {
  document.getElementById(id)?.remove();
  const place = document.createElement('div');
  place.id = id;
  place.className = 'messages';
  place.dataset.layer = 'overlay';
  document.body.append(place);
  const root = createRoot(place);
  return {
    show: (content) => root.render(content),
    end: () => {
      root.unmount();
      place.remove();
    },
  };
}

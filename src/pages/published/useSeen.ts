import { type RefObject, useEffect, useState } from 'react';

/** Whether a part of the page has come into view. Once it has, it stays so; where the browser cannot tell, it is not. */
export function useSeen(part: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = part.current;
    if (seen || element === null || !('IntersectionObserver' in window)) return;
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [part, seen]);
  return seen;
}

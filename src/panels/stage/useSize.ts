import { type RefObject, useLayoutEffect, useState } from 'react';

export interface Size {
  readonly w: number;
  readonly h: number;
}

/** The size of an element in whole CSS pixels, kept up to date; undefined before the first measurement. */
export function useSize(ref: RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => {
      const w = Math.floor(element.clientWidth);
      const h = Math.floor(element.clientHeight);
      setSize((now) => (now?.w === w && now.h === h ? now : { w, h }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

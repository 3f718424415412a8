import { useEffect, useId, useRef, useState } from 'react';
import './tooltip.css';

interface Tip {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly below: boolean;
}

/**
 * One tooltip for the whole page. Whatever carries `data-tip="words"` (HTML or SVG) shows it on hover and on keyboard focus,
 * and is described by it for those who listen; Escape hides it. Lines are kept as written.
 */
export default function TooltipLayer() {
  const [tip, setTip] = useState<Tip>();
  const id = useId();
  const owner = useRef<Element>(undefined);

  useEffect(() => {
    const hide = (): void => {
      owner.current?.removeAttribute('aria-describedby');
      owner.current = undefined;
      setTip(undefined);
    };
    const show = (event: Event): void => {
      const target = (event.target as Element | null)?.closest?.('[data-tip]');
      if (target === owner.current && target !== undefined) return;
      hide();
      const text = target?.getAttribute('data-tip');
      if (target === null || target === undefined || text === null || text === undefined || text === '')
        return;
      if (event.type === 'focusin' && !target.matches(':focus-visible')) return;
      const box = target.getBoundingClientRect();
      const below = box.top < 120;
      owner.current = target;
      if (!target.hasAttribute('aria-describedby')) target.setAttribute('aria-describedby', id);
      setTip({ text, x: box.left + box.width / 2, y: below ? box.bottom + 6 : box.top - 6, below });
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', show);
    document.addEventListener('focusin', show);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', onKey);
    document.addEventListener('scroll', hide, true);
    return () => {
      document.removeEventListener('pointerover', show);
      document.removeEventListener('focusin', show);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('scroll', hide, true);
    };
  }, [id]);

  if (tip === undefined) return null;
  // Kept inside the window: a tip near an edge leans inwards by as much as its widest form could stick out.
  const half = 150;
  const x = Math.min(Math.max(tip.x, half), Math.max(half, window.innerWidth - half));
  return (
    <div
      className="ui-tooltip"
      // In the top layer: above an open dialog, too.
      popover="manual"
      ref={(element) => element?.showPopover?.()}
      data-layer="overlay"
      role="tooltip"
      id={id}
      style={{ left: x, top: tip.y, transform: `translate(-50%, ${tip.below ? '0' : '-100%'})` }}
    >
      {tip.text}
    </div>
  );
}

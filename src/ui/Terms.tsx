import { type CSSProperties, useEffect, useId, useRef, useState } from 'react';
import './terms.css';

/** A term as it is explained. */
export interface Explained {
  readonly name: string;
  readonly says: string;
}

/** A piece of a text: plain, or a term that explains itself. */
export interface MarkedPart {
  readonly text: string;
  readonly term?: Explained;
}

interface TermsProps {
  readonly parts: readonly MarkedPart[];
  /** Whether the keyboard stops at each term; not where there would be hundreds of stops. */
  readonly stops?: boolean;
}

/** Words in which terms explain themselves, on hover and on focus. */
export function Terms({ parts, stops = true }: TermsProps) {
  return parts.map(({ text, term }, i) =>
    term === undefined ? (
      text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, which never change places
      <TermMark key={i} text={text} term={term} stops={stops} />
    ),
  );
}

interface TermMarkProps {
  readonly text: string;
  readonly term: Explained;
  readonly stops: boolean;
}

/**
 * One term. What explains it is inside it, so that the pointer can go there without losing it; it stays until pointer and
 * focus are gone, and Escape sends it away before.
 */
function TermMark({ text, term, stops }: TermMarkProps) {
  const [box, setBox] = useState<DOMRect>();
  const mark = useRef<HTMLElement>(null);
  const id = useId();
  const open = box !== undefined;
  const show = (): void => setBox(mark.current?.getBoundingClientRect());
  const hide = (): void => setBox(undefined);

  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      // It alone is sent away, not the dialog it may stand in.
      event.preventDefault();
      event.stopPropagation();
      setBox(undefined);
    };
    const away = (): void => setBox(undefined);
    document.addEventListener('keydown', onKey, true);
    document.addEventListener('scroll', away, true);
    return () => {
      document.removeEventListener('keydown', onKey, true);
      document.removeEventListener('scroll', away, true);
    };
  }, [open]);

  return (
    <dfn
      ref={mark}
      className="ui-term"
      // What it means must be reached without a pointer.
      tabIndex={stops ? 0 : undefined}
      aria-describedby={open ? id : undefined}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
    >
      {text}
      {open && (
        <span
          id={id}
          role="tooltip"
          className="ui-term-says"
          // In the top layer: above an open dialog, too.
          popover="manual"
          data-layer="overlay"
          ref={(element) => element?.showPopover?.()}
          style={placed(box)}
        >
          <span className="ui-term-words">
            <b>{term.name}</b> {term.says}
          </span>
        </span>
      )}
    </dfn>
  );
}

const WIDTH = 300;

/** Above the term, or below where there is no room; never beyond the edge of the window. */
function placed(box: DOMRect): CSSProperties {
  const half = Math.min(WIDTH, window.innerWidth - 16) / 2;
  const centre = Math.min(Math.max(box.left + box.width / 2, half + 8), window.innerWidth - half - 8);
  const below = box.top < 160;
  return {
    left: centre - half,
    width: half * 2,
    ...(below ? { top: box.bottom } : { top: box.top, transform: 'translateY(-100%)' }),
  };
}

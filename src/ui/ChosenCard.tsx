import './chosenCard.css';
import type { ReactNode } from 'react';

interface ChosenCardProps {
  /** The frame or page, in figures, and what it is. */
  readonly name: string;
  readonly kind: string;
  /** Asks why something did not happen here; undefined where there is nothing to ask. */
  readonly whyNot: (() => void) | undefined;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** What there is to say about the one thing that is in focus, above whatever else a panel shows. */
export function ChosenCard({ name, kind, whyNot, close, children }: ChosenCardProps) {
  return (
    <section className="ui-chosen" aria-label="Chosen page">
      <header>
        <h2>
          <code>{name}</code> {kind}
        </h2>
        <span>
          {whyNot !== undefined && (
            <button type="button" onClick={whyNot}>
              Why not?
            </button>
          )}
          <button type="button" onClick={close}>
            Close
          </button>
        </span>
      </header>
      {children}
    </section>
  );
}

import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';
import { IconButton } from './Button';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly size?: 'small' | 'medium' | 'large';
  /** The title is read out but not drawn (a palette is its own title). */
  readonly bare?: boolean;
}

/** The browser's own modal dialog: it traps focus, closes on Escape and gives focus back, so none of that is written here. */
export function Dialog({ title, open, onClose, children, size = 'medium', bare = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) {
      dialog.showModal();
      // Not the close button, which the browser would take: what the dialog is for, or else its title.
      const first = dialog.querySelector<HTMLElement>('[data-first]');
      (first ?? dialog.querySelector<HTMLElement>('h2'))?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);

  // A press on the backdrop lands on the dialog itself; everything inside is in the box below it.
  const onBackdrop = (event: MouseEvent): void => {
    if (event.target === ref.current) onClose();
  };

  if (!open) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own way to close
    <dialog
      ref={ref}
      data-layer="overlay"
      className={`ui-dialog is-${size}`}
      aria-labelledby={id}
      onClose={onClose}
      onClick={onBackdrop}
    >
      <div className="ui-dialog-box">
        <header className={bare ? 'ui-hidden' : 'ui-dialog-head'}>
          <h2 id={id} tabIndex={-1}>
            {title}
          </h2>
          {!bare && <IconButton icon="close" label="Close" onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}

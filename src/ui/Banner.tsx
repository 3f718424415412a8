import type { ReactNode } from 'react';
import './banner.css';
import { IconButton } from './Button';
import { classNames } from './classNames';

interface BannerProps {
  readonly tone: 'plain' | 'wrong';
  readonly children: ReactNode;
  readonly onClose?: () => void;
  /** Buttons that do what the message asks for. */
  readonly actions?: ReactNode;
}

/** A message in the page. A wrong one interrupts whoever listens; a plain one waits for its turn. */
export function Banner({ tone, children, onClose, actions }: BannerProps) {
  return (
    <div className={classNames('ui-banner', `is-${tone}`)} role={tone === 'wrong' ? 'alert' : 'status'}>
      <div className="ui-banner-words">{children}</div>
      {actions}
      {onClose !== undefined && <IconButton icon="close" label="Dismiss message" onClick={onClose} />}
    </div>
  );
}

import type { ButtonHTMLAttributes } from 'react';
import './button.css';
import { classNames } from './classNames';
import { Icon, type IconName } from './Icon';

interface Common extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** How it looks: `plain` is words only, `outline` has a frame, `strong` is the one main action of a dialog. */
  readonly look?: 'plain' | 'outline' | 'strong';
}

export function Button({ look = 'plain', className, type = 'button', ...rest }: Common) {
  return <button type={type} className={classNames('ui-button', `is-${look}`, className)} {...rest} />;
}

interface IconButtonProps extends Common {
  readonly icon: IconName;
  /** Its name for those who do not see the picture; also its tooltip. */
  readonly label: string;
  /** Added to the tooltip: the key that does the same. */
  readonly keys?: string;
  readonly size?: number;
}

export function IconButton({
  icon,
  label,
  keys,
  size,
  look = 'plain',
  className,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      data-tip={keys === undefined ? label : `${label}  (${keys})`}
      className={classNames('ui-button', 'ui-icon-button', `is-${look}`, className)}
      {...rest}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}

import { memo } from 'react';
import { figure } from '../base';
import './sparkbar.css';

interface SparkbarProps {
  readonly label: string;
  readonly value: number;
  /** The value of a full bar. */
  readonly max: number;
  /** A figure to compare with, not one that happened: drawn in grey. */
  readonly reference?: boolean;
  readonly tip?: string;
}

/** One line: a name, a bar, a figure. The figure carries the meaning; the bar is for the eye. */
export const Sparkbar = memo(function Sparkbar({ label, value, max, reference = false, tip }: SparkbarProps) {
  const share = max <= 0 ? 0 : Math.min(1, value / max);
  return (
    <div className="ui-sparkbar" data-tip={tip}>
      <dt>{label}</dt>
      <dd>
        <span className="ui-sparkbar-track" aria-hidden="true">
          <span
            className={reference ? 'is-reference' : undefined}
            style={{ width: `${Math.max(share * 100, value > 0 ? 3 : 0)}%` }}
          />
        </span>
        <span className="ui-sparkbar-value">{figure(value)}</span>
      </dd>
    </div>
  );
});

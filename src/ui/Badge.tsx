import './badge.css';

interface BadgeProps {
  readonly text: string;
  /** What it means, in a sentence: said on hover and on focus. */
  readonly tip: string;
  readonly tone?: 'plain' | 'sure' | 'doubt';
}

/** A word that qualifies what it stands beside. It can be focused, so that its meaning can be asked for without a mouse. */
export function Badge({ text, tip, tone = 'plain' }: BadgeProps) {
  return (
    <button type="button" className={`ui-badge is-${tone}`} data-tip={tip}>
      {text}
    </button>
  );
}

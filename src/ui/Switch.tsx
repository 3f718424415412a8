import { useId } from 'react';
import './switch.css';

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  /** One sentence below it: what it is for. */
  readonly says?: string;
  readonly disabled?: boolean;
}

/** A label with a thumb that is either on or off; the whole row can be pressed. */
export function Switch({ label, on, onChange, says, disabled = false }: SwitchProps) {
  const id = useId();
  return (
    <div className="ui-switch">
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-describedby={says === undefined ? undefined : id}
        disabled={disabled}
        onClick={() => onChange(!on)}
      >
        <span className="ui-switch-label">{label}</span>
        <span className="ui-switch-track" aria-hidden="true">
          <span className="ui-switch-thumb" />
        </span>
      </button>
      {says !== undefined && (
        <p id={id} className="ui-switch-says">
          {says}
        </p>
      )}
    </div>
  );
}

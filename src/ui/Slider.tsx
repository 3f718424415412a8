import { useId } from 'react';
import './slider.css';

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  /** The value in words: `1 GiB`. */
  readonly text: string;
  readonly tip?: string;
  readonly onChange: (value: number) => void;
}

/** A name, a range, and the value it stands at. */
export function Slider({ label, min, max, step = 1, value, text, tip, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="ui-slider" data-tip={tip}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output htmlFor={id}>{text}</output>
    </div>
  );
}

import { figure } from '../../base';
import { Slider } from '../../ui/Slider';
import { bytesText, MEMORY_MIB, reservation } from '../../views/xi/space';

/** What the figures are computed for. */
export interface Measures {
  readonly mib: number;
  /** Share of memory set aside, in percent. */
  readonly share: number;
  /** Kits in use as leaf tables, in sixteenths of the pool. */
  readonly fill: number;
  readonly mappings: number;
}

export const START: Measures = { mib: 1024, share: 5, fill: 16, mappings: 3 };

/** Leaf tables in use: a part of the pool, at least one. */
export const tablesOf = ({ mib, share, fill }: Measures): number =>
  Math.max(1, Math.round((reservation(mib, share / 100).kits * fill) / 16));

export const memoryText = (mib: number): string => bytesText(mib * 2 ** 20);

interface SlidersProps {
  readonly measures: Measures;
  readonly onChange: (measures: Measures) => void;
}

export function MeasuresSliders({ measures, onChange }: SlidersProps) {
  const { mib, share, fill, mappings } = measures;
  const tables = tablesOf(measures);
  return (
    <section aria-label="Compute for" className="figures-sliders">
      <h2>Compute for</h2>
      <Slider
        label="Memory"
        min={0}
        max={MEMORY_MIB.length - 1}
        value={MEMORY_MIB.indexOf(mib)}
        text={memoryText(mib)}
        tip="Memory of the domain."
        onChange={(i) => onChange({ ...measures, mib: MEMORY_MIB[i] ?? mib })}
      />
      <Slider
        label="Pool"
        min={1}
        max={20}
        value={share}
        text={`${share} %`}
        tip="Share of memory set aside for kits. The source says about 5 %."
        onChange={(to) => onChange({ ...measures, share: to })}
      />
      <Slider
        label="Leaf tables in use"
        min={1}
        max={16}
        value={fill}
        text={figure(tables)}
        tip="S: how many of the kits are leaf shadow tables now. A linear search goes through all of them."
        onChange={(to) => onChange({ ...measures, fill: to })}
      />
      <Slider
        label="Chain length"
        min={1}
        max={64}
        value={mappings}
        text={figure(mappings)}
        tip="k: how many shadow entries map the page, read-only ones too."
        onChange={(to) => onChange({ ...measures, mappings: to })}
      />
    </section>
  );
}

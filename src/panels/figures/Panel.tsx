import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { Counted } from './Counted';
import { MeasuresSliders, START } from './measures';
import { Pays } from './Pays';
import { Search } from './Search';
import { Space } from './Space';
import './panel.css';

/** What XI's backlinks cost in memory and save in reads: computed from the sizes, and beside it what the run has counted. */
export function FiguresPanel({ controls }: { readonly controls: Controls }) {
  const [measures, setMeasures] = useState(START);
  return (
    <section className="figures stack" aria-label="Space against time">
      <p>
        A backlink beside every shadow entry turns “who maps this page?” from a search into a walk. It is paid
        for in memory, and a little at every entry that is set.
      </p>
      <Counted controls={controls} />
      <MeasuresSliders measures={measures} onChange={setMeasures} />
      <Search measures={measures} />
      <Pays measures={measures} />
      <Space measures={measures} />
      <p className="figures-note">
        Computed from sizes alone. XI’s own measurements are not known: “4 times faster” is the title of a
        mail, and nobody says what was timed. No ratio here is that one.
      </p>
    </section>
  );
}

import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { classNames } from '../../ui/classNames';
import { buildScene } from '../../views/scene/build';
import { type TlbLine, type TlbView, tlbsAt } from '../../views/tlbs';
import './tlbs.css';

const STATES: Readonly<Record<TlbLine['state'], string>> = {
  kept: '',
  used: 'used just now',
  arrived: 'new',
  left: 'forgotten',
};

/** Beside the stage: what each processor remembers, and what of it the beat has changed. */
export default function Tlbs({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const beat = useStore(session.store, (s) => s.beat);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  // Where the stage has room for them they are not said twice.
  if (run === undefined || buildScene(run, beat.from, beat.to).alone === true) return null;
  const tlbs = tlbsAt(run, beat.from, beat.to);
  if (tlbs.length === 0) return null;
  return (
    <section className="tlbs" aria-label="TLBs">
      <h2 data-tip="Translations that a processor keeps. It does not notice when tables change: it must be told to forget.">
        TLBs
      </h2>
      <TlbCards tlbs={tlbs} />
    </section>
  );
}

/** The TLBs of a moment, without a session. */
export function TlbCards({ tlbs }: { readonly tlbs: readonly TlbView[] }) {
  return tlbs.map((tlb) => <Tlb key={tlb.vcpu} tlb={tlb} />);
}

function Tlb({ tlb }: { readonly tlb: TlbView }) {
  const { name, lines } = tlb;
  return (
    <div className="tlb">
      <h3 data-tip="What it has translated once it need not walk for again, until it is told to forget.">
        TLB of {name}
      </h3>
      {lines.length === 0 ? (
        <p className="tlb-empty">It remembers nothing: the next access walks.</p>
      ) : (
        <ul aria-label={`Translations that ${name} remembers`}>
          {lines.map(({ key, page, frameName, rights, state }) => (
            <li key={key} className={classNames('tlb-line', `is-${state}`)}>
              <span className="tlb-page">{page}</span>
              <span className="tlb-frame">→ {frameName}</span>
              <span className="tlb-rights">{rights}</span>
              <em>{STATES[state]}</em>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

import type { Run } from '../../engine';
import { classNames } from '../../ui/classNames';
import { type BufferView, buffersAt } from '../../views/buffers';
import './buffers.css';

interface BuffersProps {
  readonly run: Run;
  readonly from: number;
  readonly to: number;
}

const STATES = {
  waits: '',
  arrived: ', just stored',
  read: ', just read by its own vCPU',
  left: ', reaches memory now',
} as const;

/** What each vCPU holds back, in the penumbra: between the program that has stored it and the memory that does not have it. */
export default function Buffers({ run, from, to }: BuffersProps) {
  return (
    <ul className="buffers" aria-label="Store buffers">
      {buffersAt(run, from, to).map((buffer) => (
        <li key={buffer.vcpu}>
          <Buffer buffer={buffer} />
        </li>
      ))}
    </ul>
  );
}

/** One vCPU's, oldest store first. */
export function Buffer({ buffer }: { readonly buffer: BufferView }) {
  const { vcpu, stores, full, waits } = buffer;
  return (
    <div className={classNames('buffer', full && 'is-full')}>
      <span className="buffer-name">
        vCPU {vcpu}
        {full && <em> full</em>}
      </span>
      <ol className="buffer-stores" aria-label={`Stores that vCPU ${vcpu} holds back, oldest first`}>
        {stores.map(({ key, text, state }) => (
          <li key={key} className={`buffer-store is-${state}`}>
            {text}
            <span className="buffer-said">{STATES[state]}</span>
          </li>
        ))}
        {stores.length === 0 && <li className="buffer-empty">nothing waits</li>}
      </ol>
      {waits !== undefined && <span className="buffer-waits">{waits}</span>}
    </div>
  );
}

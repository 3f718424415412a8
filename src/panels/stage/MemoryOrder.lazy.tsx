import type { Run } from '../../engine';
import { classNames } from '../../ui/classNames';
import { memoryOrderAt, type ProcessorView } from '../../views/memoryOrder';
import { Buffer } from './Buffers.lazy';
import './memoryOrder.css';

interface MemoryOrderProps {
  readonly run: Run;
  readonly from: number;
  readonly to: number;
}

/** The stage where there are no page tables: processors above, what each holds back between, and memory below. */
export default function MemoryOrder({ run, from, to }: MemoryOrderProps) {
  const { processors, variables } = memoryOrderAt(run, from, to);
  return (
    <div className="order">
      <section className="order-processors" aria-label="Processors">
        <h3 className="order-label">PROCESSORS</h3>
        {processors.map((one) => (
          <Processor key={one.vcpu} one={one} />
        ))}
      </section>
      <section className="order-buffers" aria-label="Store buffers">
        <h3 className="order-label">STORE BUFFERS</h3>
        {processors.map(({ vcpu, buffer }) => (
          <div key={vcpu} className="order-column">
            {buffer === undefined ? (
              <p className="order-none">no store waits here: stores reach memory at once</p>
            ) : (
              <Buffer buffer={buffer} />
            )}
          </div>
        ))}
      </section>
      <section className="order-memory" aria-label="Memory, as all vCPUs see it">
        <h3 className="order-label">MEMORY</h3>
        {variables.map(({ name, value, state }) => (
          <dl key={name} className={`order-variable is-${state}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </dl>
        ))}
      </section>
    </div>
  );
}

function Processor({ one }: { readonly one: ProcessorView }) {
  const { vcpu, program, registers, acts } = one;
  return (
    <article className={classNames('order-processor', acts && 'is-acting')} aria-label={`vCPU ${vcpu}`}>
      <h4>vCPU {vcpu}</h4>
      <ol>
        {program.map(({ op, text, state }) => (
          <li key={op} className={`is-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
            {text}
          </li>
        ))}
      </ol>
      {registers.length > 0 && (
        <dl>
          {registers.map(({ name, value, changed }) => (
            <div key={name} className={classNames('order-register', changed && 'is-changed')}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  );
}

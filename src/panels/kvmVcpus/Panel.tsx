import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { goTo } from '../../session/stepping';
import { classNames } from '../../ui/classNames';
import { choosable, FactList } from '../../ui/FactList';
import { type KvmFault, type KvmVcpu, kvmVcpus } from '../../views/kvm/vcpus';
import './panel.css';

/** Each vCPU of a KVM guest: its roots, what waits for its next entry, and its last fault, decoded. */
export function KvmVcpusPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const vcpus = run === undefined ? undefined : kvmVcpus(run, cursor);
  if (vcpus === undefined) return null;
  return (
    <section className="kvm-vcpus stack" aria-label="vCPUs">
      {vcpus.map((vcpu) => (
        <Vcpu
          key={vcpu.name}
          vcpu={vcpu}
          choose={(entity) => focus(session, entity)}
          go={(to) => goTo(session, to)}
        />
      ))}
    </section>
  );
}

interface VcpuProps {
  readonly vcpu: KvmVcpu;
  readonly choose: (entity: string) => void;
  readonly go: (cursor: number) => void;
}

function Vcpu({ vcpu: { name, facts, fault }, choose, go }: VcpuProps) {
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      <FactList facts={choosable(facts, choose)} />
      {fault === undefined ? (
        <p className="kvm-vcpus-none">No fault so far.</p>
      ) : (
        <Fault fault={fault} go={go} />
      )}
    </section>
  );
}

function Fault({ fault, go }: { readonly fault: KvmFault; readonly go: (cursor: number) => void }) {
  const { decision } = fault;
  return (
    <div className="kvm-fault">
      <h3>
        Last fault:{' '}
        <button type="button" onClick={() => go(fault.cursor)}>
          {fault.code}
        </button>
      </h3>
      <p>
        at <code>{fault.address}</code>
      </p>
      <table className="kvm-fault-bits">
        <tbody>
          {fault.bits.map(({ bits, name, value, says }) => (
            <tr key={bits} className={classNames(value === '0' && 'is-clear')}>
              <th scope="row">{name}</th>
              <td className="kvm-fault-value">{value}</td>
              <td>{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="kvm-fault-row">
        {decision.row === undefined ? decision.name : `Row ${decision.row}: ${decision.name}`}
      </p>
      <dl className="kvm-fault-why">
        {(
          [
            ['Processor', decision.hardware],
            ['Guest', decision.guest],
            ['State', decision.state],
            ['KVM', decision.action],
          ] as const
        ).map(([who, says]) =>
          says === '' ? null : (
            <div key={who}>
              <dt>{who}</dt>
              <dd>{says}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}

import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { choosable, FactList } from '../../ui/FactList';
import { type VcpuView, vcpusAt } from '../../views/xen/vcpus';
import './panel.css';

/** What the hypervisor keeps for each vCPU: its top levels, its hints, its virtual TLB. */
export function VcpusPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const vcpus = run === undefined ? undefined : vcpusAt(run, cursor);
  if (vcpus === undefined) return null;
  return (
    <section className="vcpus stack" aria-label="vCPUs">
      {vcpus.map((vcpu) => (
        <Vcpu key={vcpu.vcpu} vcpu={vcpu} choose={(entity) => focus(session, entity)} />
      ))}
    </section>
  );
}

function Vcpu({ vcpu, choose }: { readonly vcpu: VcpuView; readonly choose: (entity: string) => void }) {
  const { name, facts, vtlb, vtlbSlots } = vcpu;
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      <FactList facts={choosable(facts, choose)} />
      <h3 data-tip="The emulator's own translations. Flushed at INVLPG and at a CR3 load.">
        Virtual TLB: {vtlb.length} of {vtlbSlots} slots
      </h3>
      {vtlb.length > 0 && (
        <table className="vcpus-vtlb">
          <thead>
            <tr>
              <th scope="col">slot</th>
              <th scope="col">page</th>
              <th scope="col">gfn</th>
              <th scope="col">for</th>
            </tr>
          </thead>
          <tbody>
            {vtlb.map(({ slot, page, gfn, entity, access }) => (
              <tr key={slot}>
                <td>{slot}</td>
                <td>{page}</td>
                <td>
                  <button type="button" onClick={() => choose(entity)}>
                    {gfn}
                  </button>
                </td>
                <td>{access === '' ? 'R' : access}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

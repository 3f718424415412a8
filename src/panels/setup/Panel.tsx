import { useStore } from 'zustand';
import { figure } from '../../base';
import type { OperationSpec } from '../../hypervisor';
import type { Controls } from '../../session/controls';
import { switchOrigin } from '../../views/xen/origins';
import { Switches } from './Switches';
import './panel.css';

/** What the scenario is set on: the design, its variant, the machine, and the switches with what each is for. */
export function SetupPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const spec = useStore(session.store, (s) => s.spec);
  const design = session.runs?.design;
  if (spec === undefined || design === undefined) return null;
  const profile = design.profiles.find((p) => p.name === spec.options.profile);
  const { machine } = spec;
  // What runs may be the design without what its scenario has no use for.
  const whole = controls.sources.designs.find(({ name }) => name === design.name) ?? design;
  return (
    <div className="setup">
      <section>
        <h2>{design.title}</h2>
        <p>{design.about}</p>
        {profile !== undefined && (
          <p>
            Profile {profile.name}: {profile.says}
          </p>
        )}
      </section>
      <section aria-label="Machine">
        <h2>Machine</h2>
        <dl className="setup-facts">
          <dt>Paging</dt>
          <dd>{spec.paging}</dd>
          <dt>vCPUs</dt>
          <dd>{machine.vcpus}</dd>
          <dt>Guest frames</dt>
          <dd>{figure(machine.guestFrames)}</dd>
          <dt>Hypervisor’s frames</dt>
          <dd>{figure(machine.machineFrames - machine.guestFrames)}</dd>
          <dt>TLB</dt>
          <dd>
            {machine.tlbEntries === 0 ? 'none: every access walks' : `${machine.tlbEntries} entries each`}
          </dd>
          <dt>Entries per table</dt>
          <dd>{figure(1 << machine.indexBits)}</dd>
        </dl>
      </section>
      <Switches
        controls={controls}
        sentences
        originOf={(name) => (design.name === 'xen' ? switchOrigin(name) : undefined)}
      />
      <Knobs knobs={whole.knobs ?? []} values={spec.options.knobs} />
      <Operations operations={whole.operations ?? []} />
    </div>
  );
}

/** Numbers of the design that a scenario may set, and what this one has set them to. */
function Knobs({
  knobs,
  values,
}: {
  readonly knobs: readonly { readonly name: string; readonly says: string }[];
  readonly values: Readonly<Record<string, number>>;
}) {
  if (knobs.length === 0) return null;
  return (
    <section aria-label="Knobs">
      <h2>Knobs</h2>
      <dl className="setup-operations">
        {knobs.map(({ name, says }) => (
          <div key={name}>
            <dt>
              <code>knob {name}</code> {values[name] === undefined ? 'not set' : `is ${figure(values[name])}`}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const BY = { host: 'host', vcpu: 'vcpu N', anybody: 'host or vcpu N' } as const;

/** What a scenario can `call`: the hypercalls of the design, and what the host can do with it. */
function Operations({ operations }: { readonly operations: readonly OperationSpec[] }) {
  if (operations.length === 0) return null;
  return (
    <section aria-label="Operations">
      <h2>Operations</h2>
      <dl className="setup-operations">
        {operations.map(({ name, args, by, says }) => (
          <div key={name}>
            <dt>
              <code>
                {['call', name, ...args.map(({ what }) => what.toUpperCase().replaceAll(' ', '-'))].join(' ')}
              </code>{' '}
              under {BY[by]}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

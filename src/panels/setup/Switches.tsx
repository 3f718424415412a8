import { useStore } from 'zustand';
import type { SwitchSpec } from '../../hypervisor';
import type { Controls } from '../../session/controls';
import { breakOf } from '../../session/opening';
import { switchIsOn } from '../../session/switching';
import { Badge } from '../../ui/Badge';
import { Button } from '../../ui/Button';
import { Origin } from '../../ui/Origin';
import { Switch } from '../../ui/Switch';
import { certainty } from '../../views/xi/tags';
import './panel.css';

/** The design's protections and shortcuts. Turning one begins the run again and shows the same moment. */
export function Switches({
  controls,
  sentences = false,
  originOf = () => undefined,
}: {
  readonly controls: Controls;
  readonly sentences?: boolean;
  /** Where what a switch switches comes from, in the words of `ui/Origin`. */
  readonly originOf?: (name: string) => string | undefined;
}) {
  const { session } = controls;
  useStore(session.store, (s) => s.version);
  useStore(session.store, (s) => s.switches);
  // What each is called and for comes after the first picture.
  useStore(session.store, (s) => s.furnished);
  const design = session.runs?.design;
  if (design === undefined || design.switches.length === 0) return null;
  const profile = session.run?.built.spec.options.profile ?? '';
  const here = design.switches.filter(({ profiles }) => profiles?.includes(profile) !== false);
  const groups = [
    ['What saves work', here.filter(({ protects }) => protects === undefined)],
    ['What protects', here.filter(({ protects }) => protects !== undefined)],
  ] as const;
  return (
    <section className="switches" aria-label="Switches">
      <h2>Switches</h2>
      {groups.map(([name, specs]) =>
        specs.length === 0 ? null : (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            {specs.map((spec) => (
              <div key={spec.name} data-tip={sentences ? undefined : spec.says}>
                <Switch
                  label={spec.label}
                  on={switchIsOn(session, spec.name)}
                  says={sentences ? spec.says : undefined}
                  onChange={() => controls.execute(`switch:${spec.name}`)}
                />
                <Sure spec={spec} />
                <SwitchOrigin words={originOf(spec.name)} />
                {sentences && <SeeItBreak controls={controls} design={design.name} spec={spec} />}
              </div>
            ))}
          </section>
        ),
      )}
    </section>
  );
}

/** How sure it is that the design worked so, where its documents leave doubt. */
function Sure({ spec }: { readonly spec: SwitchSpec }) {
  if (spec.tag === undefined) return null;
  const { text, says, tone } = certainty(spec.tag);
  return <Badge text={text} tip={says} tone={tone} />;
}

function SwitchOrigin({ words }: { readonly words: string | undefined }) {
  return words === undefined ? null : (
    <p className="switch-origin">
      <Origin words={words} />
    </p>
  );
}

/** Opens the scenario in which something breaks because this protection is off. */
function SeeItBreak({
  controls,
  design,
  spec,
}: {
  readonly controls: Controls;
  readonly design: string;
  readonly spec: SwitchSpec;
}) {
  const here = useStore(controls.session.store, (s) => s.library);
  const entry = breakOf(controls.sources, design, spec);
  if (entry === undefined) return null;
  if (entry.id === here) return <p className="switch-break">On stage: this run breaks for want of it.</p>;
  return (
    <Button
      look="outline"
      className="switch-break"
      aria-label={`See it break: ${spec.label}`}
      data-tip={`Opens “${entry.title}”`}
      onClick={() => controls.execute(`open:${entry.id}`)}
    >
      See it break
    </Button>
  );
}

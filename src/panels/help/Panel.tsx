import type { CommandGroup } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { chordName } from '../../session/keys';
import { PAGES, pageAddress } from '../../session/pages';
import { Dialog } from '../../ui/Dialog';
import { Kbd } from '../../ui/Kbd';
import { Terms } from '../../ui/Terms';
import { explainedParts } from '../../views/terms';
import './panel.css';

const GROUPS: readonly CommandGroup[] = ['Move', 'Play', 'Ask', 'Scenario', 'Look'];

const SCENE =
  'Above, on paper, are the guest’s own page tables. Below, on ink, are the tables the hypervisor derives from them and the processor walks. Each guest table stands straight above its shadow. Between them lies the penumbra: whatever may differ.';

/** How to read the scene, and every key. */
export function HelpPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const withKeys = controls.list().filter((command) => command.keys !== undefined);
  return (
    <Dialog title="Keys and help" open size="large" onClose={() => session.set({ dialog: undefined })}>
      <section className="help-scene" aria-label="How to read the scene">
        <p>
          <Terms parts={explainedParts(SCENE)} />
        </p>
        <dl>
          <div>
            <dt>
              <i className="help-mark is-walk" />
            </dt>
            <dd>a walk reads here</dd>
          </div>
          <div>
            <dt>
              <i className="help-mark is-changed" />
            </dt>
            <dd>dashed: changed, or may differ</dd>
          </div>
          <div>
            <dt>
              <i className="help-mark is-stale" />
            </dt>
            <dd>hatched: stale</dd>
          </div>
          <div>
            <dt>
              <i className="help-mark is-wrong" />
            </dt>
            <dd>outlined and named: an invariant is broken</dd>
          </div>
        </dl>
      </section>
      {PAGES.length > 0 && (
        <section className="help-pages" aria-label="Pages">
          <h3>Pages</h3>
          <dl>
            {PAGES.map(({ name, title, about }) => (
              <div key={name}>
                <dt>
                  <a href={pageAddress(name)} onClick={() => session.set({ dialog: undefined })}>
                    {title}
                  </a>
                </dt>
                <dd>{about}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <div className="help-groups">
        {GROUPS.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl>
              {withKeys
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id}>
                    <dt>{command.title}</dt>
                    <dd>
                      {command.keys?.map((chord) => (
                        <Kbd key={chord} keys={chordName(chord, false)} />
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

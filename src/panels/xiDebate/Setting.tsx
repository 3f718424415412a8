import { useState } from 'react';
import { figure } from '../../base';
import type { Run } from '../../engine';
import type { Controls } from '../../session/controls';
import { setKnob } from '../../session/knobs';
import { setSwitch, switchIsOn } from '../../session/switching';
import { Badge } from '../../ui/Badge';
import { Button } from '../../ui/Button';
import { cutShort, twinOf, type Variation } from '../../views/beside/twin';
import type { DebateSetting } from '../../views/xi/debate';
import { bytesText } from '../../views/xi/space';
import { certainty } from '../../views/xi/tags';
import { tallyOf } from '../../views/xi/tally';
import '../../ui/countTable.css';

/** One setting of the debate: either side can be put on stage, and both can be counted there. */
export function Setting({
  controls,
  setting,
}: {
  readonly controls: Controls;
  readonly setting: DebateSetting;
}) {
  const [counting, setCounting] = useState(false);
  const { text, says, tone } = certainty(setting.tag);
  const entry = controls.sources.library.find(({ id }) => id === setting.seen);
  const here = controls.session.state.library === setting.seen;
  const sides = [
    { word: setting.onWord, variation: setting.on },
    { word: setting.offWord, variation: setting.off },
  ];
  return (
    <fieldset className="debate-setting">
      <legend>
        {setting.label} <Badge text={text} tip={says} tone={tone} />
      </legend>
      <p>{setting.says}</p>
      {entry !== undefined && !here && (
        <Button
          look="outline"
          data-tip={`Opens “${entry.title}”, and counts both there`}
          aria-label={`See it: ${setting.label}`}
          onClick={() => {
            controls.execute(`open:${entry.id}`);
            setCounting(true);
          }}
        >
          See it
        </Button>
      )}
      <div className="debate-sides">
        {sides.map(({ word, variation }) => (
          <Button
            key={word}
            look="outline"
            aria-pressed={holds(controls, variation)}
            onClick={() => apply(controls, variation)}
          >
            {word}
          </Button>
        ))}
        <Button look="plain" aria-expanded={counting} onClick={() => setCounting(!counting)}>
          {counting ? 'Hide the counts' : 'Count both'}
        </Button>
      </div>
      {counting && <Both controls={controls} setting={setting} />}
    </fieldset>
  );
}

/** Whether a side is what is on stage now. */
function holds({ session }: Controls, { switches = {}, knobs = {} }: Variation): boolean {
  const set = session.state.spec?.options.knobs ?? {};
  return (
    Object.entries(switches).every(([name, on]) => switchIsOn(session, name) === on) &&
    Object.entries(knobs).every(([name, value]) => (set[name] ?? null) === value)
  );
}

function apply(controls: Controls, { switches = {}, knobs = {} }: Variation): void {
  for (const [name, value] of Object.entries(knobs)) setKnob(controls, name, value);
  for (const [name, on] of Object.entries(switches))
    if (switchIsOn(controls.session, name) !== on) setSwitch(controls.session, name, on);
}

/** What the run on stage would cost under either side: both are run, nothing is computed. */
function Both({ controls, setting }: { readonly controls: Controls; readonly setting: DebateSetting }) {
  const { run } = controls.session;
  if (run === undefined || run.ending.kind === 'open') return <p>The run is being recorded.</p>;
  const twins = made(() => [twinOf(run, setting.on), twinOf(run, setting.off)]);
  if (typeof twins === 'string') return <p role="alert">This scenario cannot be run so: {twins}.</p>;
  const short = cutShort(twins);
  if (short !== undefined) return <p role="alert">{short}</p>;
  const [left = [], right = []] = twins.map(tallyOf);
  const rows = left
    .map((one, i) => ({ one, other: right[i]?.value ?? 0 }))
    .filter(({ one, other }) => one.value !== 0 || other !== 0);
  const text = (value: number, unit: 'bytes' | undefined): string =>
    unit === 'bytes' ? bytesText(value) : figure(value);
  return (
    <table className="count-table">
      <caption>Counted, whole run on stage</caption>
      <thead>
        <tr>
          <th scope="col">counted</th>
          <th scope="col">{setting.onWord}</th>
          <th scope="col">{setting.offWord}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ one, other }) => (
          <tr key={one.name} data-tip={one.says} className={one.value === other ? undefined : 'is-news'}>
            <th scope="row">{one.name}</th>
            <td>{text(one.value, one.unit)}</td>
            <td>{text(other, one.unit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A world may refuse what it is asked to be: then its reason. */
function made(make: () => readonly Run[]): readonly Run[] | string {
  try {
    return make();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

import { figure } from '../../base';
import type { RaceSettings } from '../../session/racing/page';
import type { RaceState } from '../../session/racing/racing';
import { Button } from '../../ui/Button';
import { Switch } from '../../ui/Switch';

interface SearchProps {
  readonly race: RaceState;
  readonly settings: RaceSettings;
  readonly onSettings: (settings: RaceSettings) => void;
  readonly onStart: () => void;
  readonly onCancel: () => void;
}

const MIB = 2 ** 20;

/** Start and cancel, how far it is, and the bounds within which it looks. */
export function Search({ race, settings, onSettings, onStart, onCancel }: SearchProps) {
  const { running, progress } = race;
  const { bounds } = settings;
  const bounded = (change: Partial<RaceSettings['bounds']>): void =>
    onSettings({ ...settings, bounds: { ...bounds, ...change } });
  return (
    <div className="race-search">
      {running ? (
        <Button look="outline" onClick={onCancel}>
          Cancel
        </Button>
      ) : (
        <Button look="strong" onClick={onStart}>
          {race.job === undefined ? 'Look for a race' : 'Look again'}
        </Button>
      )}
      <dl className="race-progress" aria-live="off">
        {running && progress !== undefined && (
          <>
            <Fact
              name="Exploring"
              value={progress.removed.length === 0 ? 'as it is' : without(race, progress.removed)}
            />
            <Fact name="States" value={figure(progress.states)} />
            <Fact name="States per second" value={figure(Math.round(progress.statesPerSecond))} />
            <Fact name="Depth" value={figure(progress.depth)} />
            <Fact name="Memory" value={`${(progress.bytes / MIB).toFixed(1)} MiB`} />
          </>
        )}
      </dl>
      <details className="race-bounds">
        <summary>Limits and reductions</summary>
        <Bound
          label="States, at most"
          value={bounds.states}
          onChange={(states) => bounded({ states })}
          disabled={running}
        />
        <Bound
          label="Moves deep, at most"
          value={bounds.depth}
          onChange={(depth) => bounded({ depth })}
          disabled={running}
        />
        <Bound
          label="MiB of memory, at most"
          value={bounds.bytes / MIB}
          onChange={(mib) => bounded({ bytes: mib * MIB })}
          disabled={running}
        />
        <Switch
          label="Fuse steps nobody else sees"
          on={settings.fuse}
          onChange={(fuse) => onSettings({ ...settings, fuse })}
          says="Steps that touch only an actor’s own cells, or what its lock protects, are taken together."
          disabled={running}
        />
        <Switch
          label="Leave equal orders out"
          on={settings.reduce}
          onChange={(reduce) => onSettings({ ...settings, reduce })}
          says="Of orders that differ in such steps only, one is tried."
          disabled={running}
        />
        <Switch
          label="vCPUs that are alike are one"
          on={settings.symmetry}
          onChange={(symmetry) => onSettings({ ...settings, symmetry })}
          says="Where a model declares it. None of these changes a verdict or the length of a shortest schedule."
          disabled={running}
        />
        <Switch
          label="Look for livelocks, too"
          on={settings.livelocks}
          onChange={(livelocks) => onSettings({ ...settings, livelocks })}
          says="Where everything holds: whether from every state somebody can still bring it to an end. Takes more memory."
          disabled={running}
        />
      </details>
    </div>
  );
}

function without(race: RaceState, removed: readonly string[]): string {
  const all = race.job?.protections ?? [];
  const labels = removed.map((name) => all.find((p) => p.name === name)?.label ?? name);
  return labels.length === 1
    ? `without “${labels[0]}”`
    : `with ${all.length - labels.length} of ${all.length} protections`;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="race-fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface BoundProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly disabled: boolean;
}

function Bound({ label, value, onChange, disabled }: BoundProps) {
  return (
    <label className="race-bound">
      <span>{label}</span>
      <input
        type="number"
        min={1}
        step={1}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          const given = Math.trunc(event.target.valueAsNumber);
          if (given >= 1) onChange(given);
        }}
      />
    </label>
  );
}

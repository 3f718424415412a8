import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { type Steered, steeringOf } from '../../session/racing/steering';
import { endOf } from '../../session/racing/words';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { Switch } from '../../ui/Switch';
import { raceView } from '../../views/race/race';
import { type TurnView, turnsAt } from '../../views/race/turns';
import { Lanes } from './Lanes';
import { RaceActions } from './RaceActions';

interface SteerProps {
  readonly controls: Controls;
  readonly steered: Steered;
}

/** Steering by hand: who goes next is asked after every step, and what all vCPUs see stands beside. */
export function Steer({ controls, steered }: SteerProps) {
  const steering = steeringOf(controls.session);
  const { run, cursor, explored, left } = steered;
  const [single, setSingle] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  const turns = useMemo(() => turnsAt(run, cursor), [run, cursor]);
  const end = useMemo(() => endOf(run, cursor), [run, cursor]);
  const view = useMemo(
    () =>
      raceView(run, {
        ...{ length: cursor, breaks: end?.tone === 'wrong', everybody: true },
        ...(left.where !== undefined && { where: left.where }),
      }),
    [run, cursor, end, left],
  );
  // What was taken last stays in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every step
  useEffect(() => {
    box.current?.querySelector('tbody tr:last-child')?.scrollIntoView?.({ block: 'nearest' });
  }, [run, cursor]);

  const take = (turn: TurnView | undefined): void => {
    if (turn !== undefined && turn.why === undefined)
      steering.take({ actor: turn.actor }, single ? 'step' : 'beat');
  };
  const back = (): void => steering.seek(single || cursor === 0 ? cursor - 1 : run.beatBefore(cursor));
  const forward = (): void => steering.seek(single ? cursor + 1 : run.beatAfter(cursor));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const number = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    if (number > 0) take(turns[number - 1]);
    else if (event.key === 'Backspace' || event.key === 'ArrowLeft') back();
    else if (event.key === 'ArrowRight') forward();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const schedule = useMemo(
    () => ({ schedule: run.choices(0, cursor), violation: end?.violation, label: 'steered by hand' }),
    [run, cursor, end],
  );
  return (
    <section
      className="race-steering"
      aria-label="Steering by hand"
      ref={box}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <div className="race-banner">
        <div className="race-banner-words">
          <h2>You are the scheduler</h2>
          <p>
            {left.at === 0
              ? 'From the very beginning.'
              : `As ${left.what} up to step ${figure(left.at)}, and from there as you choose.`}{' '}
            {figure(cursor)} {cursor === 1 ? 'step' : 'steps'} taken.
          </p>
        </div>
        <RaceActions controls={controls} explored={explored} found={schedule} what="this run" />
      </div>
      <fieldset className="race-next">
        <legend>Who goes next?</legend>
        {turns.map((turn, i) => (
          <Turn key={turn.actor} turn={turn} number={i + 1} onTake={() => take(turn)} />
        ))}
        <div className="race-next-foot">
          <Button onClick={back} disabled={cursor === 0}>
            Take back
          </Button>
          <Button onClick={forward} disabled={cursor === run.length}>
            Again
          </Button>
          <Switch
            label="Single steps"
            on={single}
            onChange={setSingle}
            says="Off: an actor goes on to the end of a beat. Keys: 1, 2, … choose, Backspace takes back."
          />
          <Button look="outline" onClick={() => steering.end()}>
            {left.at === 0 ? 'Stop steering' : `Return to ${left.what}`}
          </Button>
        </div>
      </fieldset>
      {view.rows.length > 0 && (
        <Lanes
          view={view}
          label="The run as you steer it"
          tone={end?.tone ?? 'plain'}
          {...(end !== undefined && { said: end.says })}
        />
      )}
    </section>
  );
}

interface TurnProps {
  readonly turn: TurnView;
  readonly number: number;
  readonly onTake: () => void;
}

function Turn({ turn, number, onTake }: TurnProps) {
  const { name, doing, line, why, lane } = turn;
  return (
    <button
      type="button"
      className={classNames('race-turn', `is-${lane}`)}
      aria-disabled={why !== undefined}
      onClick={onTake}
    >
      {number <= 9 && (
        <span className="race-turn-key" aria-hidden="true">
          {number}
        </span>
      )}
      <span className="race-turn-name">{name}</span>
      {doing !== '' && <span className="race-turn-doing">{doing}</span>}
      {line !== '' && <code className="race-turn-line">{line}</code>}
      {why !== undefined && <span className="race-turn-why">{why}</span>}
    </button>
  );
}

import { useMemo } from 'react';
import { figure } from '../../base';
import type { Counterexample, ProtectionRow } from '../../checker';
import type { Choice } from '../../kernel';
import type { Controls } from '../../session/controls';
import { type Explored, runOf } from '../../session/racing/opening';
import { steeringOf } from '../../session/racing/steering';
import { verdictText } from '../../session/racing/words';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { raceView } from '../../views/race/race';
import { Asked } from './Asked';
import { Compare } from './Compare';
import { Export } from './Export';
import { Lanes } from './Lanes';
import { RaceActions } from './RaceActions';

interface FoundProps {
  readonly controls: Controls;
  readonly explored: Explored;
  readonly row: ProtectionRow;
}

/** The scenario's own. */
const NO_SCHEDULE: Counterexample['schedule'] = [];

/** One row of the table: its verdict, and its counterexample as lanes. */
export function Found({ controls, explored, row }: FoundProps) {
  const { counterexample } = row.result;
  const { headline, detail } = verdictText(row, explored);
  const broken = counterexample !== undefined;
  const unknown = !broken && row.result.outcome.kind !== 'holds';
  const asked = counterexample?.violation?.invariant === 'sometimes';
  const steer = (schedule: readonly Choice[], at: number, what: string): void =>
    steeringOf(controls.session).begin(explored, schedule, at, what, counterexample?.violation?.where);
  return (
    <>
      <div
        className={classNames(
          'race-banner',
          asked ? 'is-asked' : broken ? 'is-broken' : unknown ? 'is-unknown' : 'is-safe',
        )}
        role="status"
      >
        <div className="race-banner-words">
          <h2>{headline}</h2>
          <p>{detail}</p>
        </div>
        {broken && (
          <RaceActions controls={controls} explored={explored} found={counterexample} what="this race" />
        )}
      </div>
      {broken && counterexample.schedule.length > 0 && (
        <Shown
          explored={explored}
          found={counterexample}
          missed={row.missed}
          round={row.result.outcome.kind === 'livelock'}
          onSteer={steer}
        />
      )}
      {!broken && <Asked explored={explored} />}
      <p className="race-by-hand">
        <Button look="outline" onClick={() => steer([], 0, 'the beginning')}>
          Steer by hand from the beginning
        </Button>
      </p>
      <Export controls={controls} explored={explored} schedule={counterexample?.schedule ?? NO_SCHEDULE} />
    </>
  );
}

interface ShownProps {
  readonly explored: Explored;
  readonly found: Counterexample;
  /** The step that what was removed would not have let pass. */
  readonly missed: number | undefined;
  /** Nobody is stuck, but they can only go round. */
  readonly round: boolean;
  readonly onSteer: (schedule: readonly Choice[], at: number, what: string) => void;
}

function stuckSaid(stuck: readonly string[], round: boolean): string {
  const who = stuck.join(' and ');
  return round
    ? `From here on no order comes to an end: ${who} can go round for ever.`
    : `Nobody can go on: ${who} wait for ever.`;
}

function Shown({ explored, found, missed, round, onSteer }: ShownProps) {
  const { schedule, avoidable, violation } = found;
  const view = useMemo(
    () =>
      raceView(runOf(explored, schedule), {
        length: schedule.length,
        breaks: true,
        ...(avoidable !== undefined && { avoidable: avoidable.at }),
        ...(missed !== undefined && { missed }),
        ...(violation !== undefined && { where: violation.where }),
      }),
    [explored, schedule, avoidable, missed, violation],
  );
  const safe = useMemo(
    () =>
      avoidable === undefined
        ? undefined
        : raceView(runOf(explored, avoidable.safe), {
            length: avoidable.safe.length,
            avoidable: avoidable.at,
            breaks: false,
            ...(violation !== undefined && { where: violation.where }),
          }),
    [explored, avoidable, violation],
  );
  return (
    <>
      <Lanes
        view={view}
        tone={violation?.invariant === 'sometimes' ? 'found' : 'wrong'}
        onSteer={(at) => onSteer(schedule, at.from, 'the race that was found')}
        said={violation?.says ?? stuckSaid(found.stuck, round)}
      />
      {avoidable === undefined || safe === undefined ? (
        <p className="race-none">
          {found.shortest
            ? 'No choice avoids it: whoever goes first, something breaks.'
            : 'Whether another choice would have avoided it was not found out.'}
        </p>
      ) : (
        <Compare
          bad={view}
          good={safe}
          at={avoidable.at}
          onSteer={(from) => onSteer(avoidable.safe, from, 'the safe schedule')}
        />
      )}
      <p className="race-small">
        {figure(schedule.length)} steps, {figure(found.switches)}{' '}
        {found.switches === 1 ? 'change' : 'changes'} of actor.
      </p>
    </>
  );
}

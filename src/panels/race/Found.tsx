import { useMemo, useState } from 'react';
import { figure } from '../../base';
import type { Counterexample, ProtectionRow } from '../../checker';
import type { Controls } from '../../session/controls';
import { type Explored, openRace, runOf, shareRace } from '../../session/racing/opening';
import { verdictText } from '../../session/racing/words';
import { copyLink } from '../../session/sharing';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { raceView } from '../../views/race/race';
import { Asked } from './Asked';
import { Compare } from './Compare';
import { Export } from './Export';
import { Lanes } from './Lanes';

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
  const { headline, detail } = verdictText(row, explored.design.invariants);
  const broken = counterexample !== undefined;
  const unknown = !broken && row.result.outcome.kind !== 'holds';
  return (
    <>
      <div
        className={classNames('race-banner', broken ? 'is-broken' : unknown ? 'is-unknown' : 'is-safe')}
        role="status"
      >
        <div className="race-banner-words">
          <h2>{headline}</h2>
          <p>{detail}</p>
        </div>
        {broken && <Actions controls={controls} explored={explored} found={counterexample} />}
      </div>
      {broken && counterexample.schedule.length > 0 && <Shown explored={explored} found={counterexample} />}
      {!broken && <Asked explored={explored} />}
      <Export controls={controls} explored={explored} schedule={counterexample?.schedule ?? NO_SCHEDULE} />
    </>
  );
}

interface OneProps {
  readonly controls: Controls;
  readonly explored: Explored;
  readonly found: Counterexample;
}

function Actions({ controls, explored, found }: OneProps) {
  const { session, host } = controls;
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    const shared = shareRace(session, explored, found, host.address());
    if (shared.kind !== 'link') {
      setSaid(`${shared.why} Open it on stage and share it from there as a file.`);
      return;
    }
    const copied = await copyLink(session, host, shared.url);
    setSaid(
      copied ? 'Copied.' : 'This browser does not let the page copy. Open it on stage and choose Share.',
    );
  };
  return (
    <div className="race-actions">
      <Button look="strong" onClick={() => openRace(session, explored, found)}>
        Open on stage
      </Button>
      <Button look="outline" onClick={() => void copy()}>
        Copy link to this race
      </Button>
      <span className="race-said" role="status">
        {said}
      </span>
    </div>
  );
}

function Shown({ explored, found }: Omit<OneProps, 'controls'>) {
  const { schedule, avoidable, violation } = found;
  const view = useMemo(
    () =>
      raceView(runOf(explored, schedule), {
        length: schedule.length,
        breaks: true,
        ...(avoidable !== undefined && { avoidable: avoidable.at }),
        ...(violation !== undefined && { where: violation.where }),
      }),
    [explored, schedule, avoidable, violation],
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
        said={violation?.says ?? `Nobody can go on: ${found.stuck.join(' and ')} wait for ever.`}
      />
      {avoidable === undefined || safe === undefined ? (
        <p className="race-none">
          {found.shortest
            ? 'No choice avoids it: whoever goes first, something breaks.'
            : 'Whether another choice would have avoided it was not found out.'}
        </p>
      ) : (
        <Compare bad={view} good={safe} at={avoidable.at} />
      )}
      <p className="race-small">
        {figure(schedule.length)} steps, {figure(found.switches)}{' '}
        {found.switches === 1 ? 'change' : 'changes'} of actor.
      </p>
    </>
  );
}

import { type Counterexample, specWithout } from '../../checker';
import { type Run, recordRun, type ScenarioSpec, segmentsOf } from '../../engine';
import type { Design } from '../../hypervisor';
import type { Choice } from '../../kernel';
import { linkOrFile, type Shared } from '../../permalink';
import { LiveRuns } from '../branching';
import { NO_FOCUS } from '../focusHistory';
import { linkTo } from '../link';
import type { Session } from '../session';

/** What was explored, as something to run: a scenario, its design, and what is removed from it. */
export interface Explored {
  readonly spec: ScenarioSpec;
  readonly design: Design;
  readonly removed: readonly string[];
}

const LABEL = 'the race that was found';

/** The run of a schedule, recorded: what the panel draws. After the schedule the scenario's own goes on. */
export function runOf({ spec, design, removed }: Explored, schedule: readonly Choice[]): Run {
  return recordRun(specWithout(spec, removed), design, { prefix: schedule });
}

/** The schedule as a branch that leaves before the first step, in switch points: so it fits in a link and outlives new steps. */
function branched(explored: Explored, { schedule, label = LABEL }: Schedule): LiveRuns {
  const { spec, design, removed } = explored;
  const segments = segmentsOf(runOf(explored, schedule), 0, schedule.length);
  const recipe = { parent: 0, from: undefined, segments, label };
  return new LiveRuns(removed.length === 0 ? spec : specWithout(spec, removed), design, [recipe]);
}

const switchesOf = (session: Session, removed: readonly string[]): Readonly<Record<string, boolean>> => ({
  ...session.state.switches,
  ...Object.fromEntries(removed.map((name) => [name, false])),
});

/** A schedule worth a look: what breaks after it, if anything does, and what it is called among the branches. */
export interface Schedule extends Pick<Counterexample, 'schedule' | 'violation'> {
  readonly label?: string;
}

/** Puts a race on stage, at the moment it breaks, with what was removed switched off. */
export function openRace(session: Session, explored: Explored, found: Schedule): void {
  const { length } = found.schedule;
  const live = branched(explored, found);
  session.set({ switches: switchesOf(session, explored.removed), focus: NO_FOCUS, page: undefined });
  session.stage(live, 1, length);
  session.say(
    found.violation === undefined
      ? `This is the moment after step ${length}${found.label === undefined ? ', where nobody can go on' : ''}. Step back to see how it came to that.`
      : `The moment after step ${length}. ${found.violation.says} Step back to see how it came to that.`,
  );
}

/** A link to a race at the moment it breaks, or why it must be a file. `address` is the page's own, without a fragment. */
export function shareRace(session: Session, explored: Explored, found: Schedule, address: string): Shared {
  const live = branched(explored, found);
  const switches = switchesOf(session, explored.removed);
  return linkOrFile(linkTo(session, live, switches, 1, found.schedule.length), address);
}

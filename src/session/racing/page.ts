import { type Bounds, PAGE_BOUNDS, type Protection, protectionsOf } from '../../checker';
import { questionInvariant } from '../../engine';
import type { Invariant } from '../../kernel';
import type { Session } from '../session';
import type { Explored } from './opening';
import { Racing } from './racing';

/** What a person can set before a race is looked for. */
export interface RaceSettings {
  readonly bounds: Bounds;
  readonly fuse: boolean;
  readonly reduce: boolean;
  readonly symmetry: boolean;
  /** Whether it is also asked that everybody can come to an end. */
  readonly livelocks: boolean;
}

export const SETTINGS: RaceSettings = {
  // Half of what a page can bear: others want to live, too.
  bounds: { ...PAGE_BOUNDS, states: 5_000_000, bytes: PAGE_BOUNDS.bytes / 2 },
  fuse: true,
  reduce: true,
  symmetry: true,
  livelocks: false,
};

const known = new WeakMap<Session, Racing>();

/** The session's one search for races: what it has found stays when the panel is closed. */
export function racingOf(session: Session): Racing {
  let racing = known.get(session);
  if (racing === undefined) {
    racing = new Racing(session.platform.explorer, () => session.frames.begin('exploring'));
    known.set(session, racing);
  }
  return racing;
}

/** What is on stage, as what would be explored; undefined before anything is. */
export function onStage(session: Session): Omit<Explored, 'removed'> | undefined {
  const { runs } = session;
  return runs === undefined ? undefined : { spec: runs.spec, design: runs.design };
}

/** The protections of what is on stage that can be taken away. */
export function removable(session: Session): Protection[] {
  const { runs } = session;
  return runs === undefined ? [] : protectionsOf(runs.spec, runs.design);
}

/** What is asked of every state, or of the ends: the invariants that the scenario has explored, and its own question. */
export function mustHold({ spec, design }: Omit<Explored, 'removed'>): Pick<Invariant, 'name' | 'says'>[] {
  const { explored, question } = spec;
  const asked = design.invariants.filter(({ name }) => explored === undefined || explored.includes(name));
  return question === undefined ? [...asked] : [questionInvariant(question), ...asked];
}

/** Explores what is on stage, as its switches are now. */
export function lookForRaces(
  session: Session,
  { bounds, fuse, reduce, symmetry, livelocks }: RaceSettings,
): void {
  const { runs } = session;
  if (runs === undefined) return;
  if (runs.spec.replay === true) {
    session.say(
      'A recorded case is replayed access by access, in the order in which it was recorded: there is no other order to look for. Put a scenario of the library on stage to look for races.',
    );
    return;
  }
  racingOf(session).start({
    spec: runs.spec,
    protections: removable(session),
    options: { bounds, fuse, reduce, symmetry, livelocks },
  });
}

import { printAnchor } from '../kernel';
import { LiveRuns } from './branching';
import { attempt } from './opening';
import type { Session } from './session';

/** Whether a switch of the design is on from the start of the run. */
export function switchIsOn(session: Session, name: string): boolean {
  const { spec } = session.state;
  const design = session.runs?.design;
  if (spec === undefined || design === undefined) return false;
  const profile = design.profiles.find((p) => p.name === spec.options.profile);
  const byDefault = design.switches.find((s) => s.name === name)?.default ?? false;
  return spec.options.switches[name] ?? profile?.switches[name] ?? byDefault;
}

/**
 * Runs the scenario again with a switch the other way, and shows the same moment: the same anchor where it still exists,
 * else the nearest, and says which. Branches are followed again too.
 */
export function setSwitch(session: Session, name: string, on: boolean): void {
  const { runs, run, state } = session;
  if (runs === undefined || run === undefined) return;
  const spec = runs.spec;
  const options = { ...spec.options, switches: { ...spec.options.switches, [name]: on } };
  const live = attempt(session, () => new LiveRuns({ ...spec, options }, runs.design, runs.recipes));
  if (live === undefined) return;
  const anchor = run.anchorAt(state.cursor);
  session.stage(live, state.branch, 0);
  const next = live.run(state.branch);
  const found = anchor === undefined ? { cursor: 0, exact: true } : next.find(anchor, state.cursor);
  session.jump(found.cursor);
  session.set({ switches: { ...state.switches, [name]: on } });

  const label = runs.design.switches.find((s) => s.name === name)?.label ?? name;
  const start = `“${label}” is ${on ? 'on' : 'off'}: the run began again`;
  const violations = next.violations.length;
  const broken =
    violations === 0
      ? ''
      : ` ${violations === 1 ? 'One invariant breaks' : `Invariants break ${violations} times`} in it.`;
  if (found.exact) session.say(`${start} and stands at the same moment, step ${found.cursor}.${broken}`);
  else {
    const wanted = anchor === undefined ? '' : ` (${printAnchor(anchor)})`;
    session.say(
      `${start}. The moment you were at${wanted} does not come about any more; this is the nearest, step ${found.cursor}.${broken}`,
    );
  }
}

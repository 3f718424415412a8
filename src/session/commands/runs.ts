import { setSwitch, switchIsOn } from '../switching';
import type { Command, CommandContext } from './types';

/** Who acts next, which branch is on stage, and which protections hold. */
export function runCommands({ session }: CommandContext): Command[] {
  const { state, run, runs } = session;
  if (run === undefined || runs === undefined) return [];
  const upcoming = state.cursor < run.length ? run.actorOf(state.cursor) : -1;
  const choices = run.world.actors.filter(
    (actor) => actor.index !== upcoming && run.world.enabled(actor.index),
  );
  return [
    ...choices.map(
      (actor): Command => ({
        id: `actor:${actor.index}`,
        title: `Let ${actor.name} act here`,
        group: 'Run',
        also: 'choose next branch schedule',
        run: () => session.act(actor.index),
      }),
    ),
    ...state.branches
      .filter((branch) => branch.id !== state.branch)
      .map(
        (branch): Command => ({
          id: `branch:${branch.id}`,
          title: branch.id === 0 ? 'Show the run as written' : `Show the run with ${branch.label}`,
          group: 'Run',
          also: 'branch',
          run: () => session.selectBranch(branch.id, Math.min(state.cursor, branch.at)),
        }),
      ),
    ...runs.design.switches.map((spec): Command => {
      const on = switchIsOn(session, spec.name);
      return {
        id: `switch:${spec.name}`,
        title: `Switch ${on ? 'off' : 'on'}: ${spec.label}`,
        group: 'Switches',
        also: spec.says,
        run: () => setSwitch(session, spec.name, !on),
      };
    }),
  ];
}

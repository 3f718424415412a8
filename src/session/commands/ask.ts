import { questions, why } from '../backwards';
import { goTo } from '../stepping';
import type { Command, CommandContext } from './types';

/** Asking backwards: answered from the journal and the events of the run. */
export function askCommands({ session }: CommandContext): Command[] {
  const { run, state } = session;
  if (run === undefined) return [];
  const entity = state.focus.now?.entity;
  return [
    {
      id: 'why',
      title: entity === undefined ? 'Why is this bit so?' : `Why is ${entity} so?`,
      group: 'Ask',
      keys: ['w'],
      also: 'provenance who wrote',
      run: () => {
        if (entity === undefined)
          return session.say('Choose an entry on the stage first, then ask why it is so.');
        const chain = why(run, entity, state.cursor);
        const origin = chain[0];
        const written = chain.at(-1);
        if (origin === undefined || written === undefined)
          session.say(`No step of this run has written ${entity}: it is as the scenario began.`);
        else {
          goTo(session, origin.cursor);
          const copied =
            written === origin
              ? `${entity} was written here, in step ${origin.cursor}.`
              : `${entity} was written by ${written.actor} in step ${written.cursor}, from what ${origin.actor} wrote here, in step ${origin.cursor}.`;
          session.say(`${copied} ${origin.says}`);
        }
      },
    },
    {
      id: 'find',
      title: 'Ask about the past',
      group: 'Ask',
      keys: ['/', 'Mod+f'],
      also: 'find backwards when who',
      run: () => session.set({ dialog: 'find' }),
    },
    ...questions(run, state.cursor, entity)
      .filter((q) => q.id !== 'why' && q.needs === undefined)
      .map(
        (q): Command => ({
          id: `ask:${q.id}`,
          title: q.title,
          group: 'Ask',
          run: () => {
            const answer = q.ask().at(-1);
            if (answer === undefined)
              session.say(`${q.title} Not in this run up to step ${session.state.cursor}.`);
            else {
              goTo(session, answer.cursor);
              session.say(`Step ${answer.cursor}, ${answer.actor}: ${answer.says}`);
            }
          },
        }),
      ),
  ];
}

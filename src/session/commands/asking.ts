import { askingOf, change, oneChoice, pick, submit } from '../asking/answering';
import { askMe, putAway, skip } from '../asking/asking';
import { currentItem, isOpen } from '../asking/state';
import { nextDecision, showAnswer, toggleSteering } from '../asking/steering';
import { goTo } from '../stepping';
import type { Command, CommandContext } from './types';

/** Questions to the person, and the person's question why something did not happen. */
export function questionCommands({ session }: CommandContext): Command[] {
  const { asking } = session.state;
  const item = currentItem(asking);
  const open = item !== undefined && isOpen(item);
  const options = open ? item.question.parts.flatMap((part) => part.options) : [];
  // What is put together of several choices is given by Enter; with one choice, that is the answer.
  const gathering = open && !oneChoice(item);
  return [
    {
      id: 'ask-me',
      title: 'Ask me something about this moment',
      group: 'Ask',
      keys: ['q'],
      also: 'question quiz test predict next',
      enabled: session.run !== undefined,
      run: () => askMe(session),
    },
    {
      id: 'hypervisor',
      title: asking?.steering === true ? 'No longer be the hypervisor' : 'Be the hypervisor',
      group: 'Ask',
      keys: ['h'],
      also: 'you are the hypervisor play game decide walk set bits',
      enabled: session.run !== undefined,
      run: () => toggleSteering(session),
    },
    {
      id: 'why-not',
      title:
        asking?.whyNot === true
          ? 'Close “Why not?”'
          : 'Why not? What did not happen, and what kept it from happening',
      group: 'Ask',
      keys: ['n'],
      also: 'did not happen no fault no resync no flush condition failed',
      enabled: session.run !== undefined,
      run: () => change(session, { whyNot: askingOf(session).whyNot !== true, missing: undefined }),
    },
    ...(item === undefined
      ? []
      : ([
          {
            id: 'answer',
            title: 'Give the answer',
            group: 'Ask',
            ...(gathering && { keys: ['Enter'] }),
            enabled: open,
            run: () => submit(session),
          },
          {
            id: 'answer-skip',
            title: 'Skip the question',
            group: 'Ask',
            keys: ['x'],
            enabled: open,
            run: () => skip(session),
          },
          {
            id: 'answer-show',
            title: 'Show what the run does',
            group: 'Ask',
            keys: ['a'],
            run: () => showAnswer(session),
          },
          {
            id: 'answer-back',
            title: 'Back to the moment of the question',
            group: 'Ask',
            run: () => goTo(session, item.question.cursor),
          },
          { id: 'answer-close', title: 'Put the question away', group: 'Ask', run: () => putAway(session) },
        ] as const satisfies readonly Command[])),
    ...(asking?.steering === true
      ? [
          {
            id: 'decision-next',
            title: 'The next decision',
            group: 'Ask',
            keys: gathering ? ['g'] : ['Enter', 'g'],
            run: () => nextDecision(session),
          } as const satisfies Command,
        ]
      : []),
    ...options.map(
      ({ id, says }, i): Command => ({
        id: `answer:${i + 1}`,
        title: `Answer: ${says}`,
        group: 'Ask',
        // The tenth is 0, as on the keyboard.
        ...(i < 10 ? { keys: [String((i + 1) % 10)] } : {}),
        run: () => pick(session, id),
      }),
    ),
  ];
}

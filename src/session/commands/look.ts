import { focus, nextFocus, previousFocus } from '../focusing';
import { keepSettings } from '../settings';
import type { DialogName, PageShown, SchemeChoice } from '../state';
import type { Command, CommandContext } from './types';

/** It looks at what is on stage, so it has no address of its own. */
const RACE: PageShown = { name: 'race', title: 'Find a race', rest: '' };

const SCHEMES: readonly { readonly scheme: SchemeChoice; readonly title: string }[] = [
  { scheme: 'system', title: 'Colours as the system has them' },
  { scheme: 'light', title: 'Light colours' },
  { scheme: 'dark', title: 'Dark colours' },
];

/** What is looked at and how: focus, colours, dialogs. */
export function lookCommands({ session }: CommandContext): Command[] {
  const { state } = session;
  const open = (dialog: DialogName) => () => session.set({ dialog });
  return [
    { id: 'palette', title: 'Find a command', group: 'Look', keys: ['Mod+k'], run: open('palette') },
    { id: 'help', title: 'Keys and help', group: 'Look', keys: ['?', 'F1'], run: open('help') },
    {
      id: 'focus-back',
      title: 'Back to what was chosen before',
      group: 'Look',
      keys: ['Alt+ArrowLeft', '['],
      enabled: state.focus.past.length > 0,
      run: () => previousFocus(session),
    },
    {
      id: 'focus-forward',
      title: 'Forward to what was chosen after',
      group: 'Look',
      keys: ['Alt+ArrowRight', ']'],
      enabled: state.focus.future.length > 0,
      run: () => nextFocus(session),
    },
    {
      id: 'focus-none',
      title: 'Choose nothing',
      group: 'Look',
      keys: ['Escape'],
      enabled: state.focus.now !== undefined,
      run: () => focus(session, undefined),
    },
    ...SCHEMES.map(
      ({ scheme, title }): Command => ({
        id: `scheme:${scheme}`,
        title,
        group: 'Look',
        also: 'scheme theme',
        enabled: state.scheme !== scheme,
        run: () => {
          session.set({ scheme });
          keepSettings(session);
        },
      }),
    ),
    {
      id: 'race',
      title: RACE.title,
      group: 'Look',
      also: 'checker interleaving explore protection counterexample verdict',
      enabled: state.version > 0 && state.page?.name !== RACE.name,
      run: () => session.set({ page: RACE, playing: false }),
    },
    {
      id: 'stage',
      title: 'Back to the stage',
      group: 'Look',
      enabled: state.page !== undefined,
      run: () => session.set({ page: undefined }),
    },
    {
      id: 'presenter',
      title: state.presenter ? 'Usual type size' : 'Large type, for a projector',
      group: 'Look',
      also: 'presenter',
      run: () => {
        session.set({ presenter: !session.state.presenter });
        keepSettings(session);
      },
    },
  ];
}

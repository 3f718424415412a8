import { compareRest } from '../comparing';
import { captureLink } from '../link';
import { goToPage, PAGES } from '../pages';
import type { Command, CommandContext } from './types';

/** The pages in place of the stage. */
export function pageCommands({ session, host }: CommandContext): Command[] {
  return [
    compareCommand(session, host),
    ...PAGES.map(
      ({ name, title, also = '' }): Command => ({
        id: `page:${name}`,
        title,
        group: 'Pages',
        also,
        enabled: session.state.page?.name !== name,
        run: () => goToPage(session, host, name),
      }),
    ),
  ];
}

/** What is on stage becomes one side of a comparison; the address holds it, so that going back and forward keeps it. */
const compareCommand = (session: CommandContext['session'], host: CommandContext['host']): Command => ({
  id: 'compare-this',
  title: 'Compare this run with another…',
  group: 'Pages',
  also: 'beside twin difference design switches two',
  enabled: session.run !== undefined && session.state.page?.name !== 'compare',
  run: () => {
    const link = captureLink(session);
    const rest = link === undefined ? undefined : compareRest(link);
    goToPage(session, host, 'compare', rest?.kind === 'ok' ? rest.value : '');
  },
});

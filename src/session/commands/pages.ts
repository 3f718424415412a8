import { goToPage, PAGES } from '../pages';
import type { Command, CommandContext } from './types';

/** The pages in place of the stage. */
export function pageCommands({ session, host }: CommandContext): Command[] {
  return PAGES.map(
    ({ name, title, also = '' }): Command => ({
      id: `page:${name}`,
      title,
      group: 'Pages',
      also,
      enabled: session.state.page?.name !== name,
      run: () => goToPage(session, host, name),
    }),
  );
}

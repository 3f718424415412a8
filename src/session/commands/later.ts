import { askCommands } from './ask';
import { questionCommands } from './asking';
import { keysCommand } from './keysCommand';
import { pageCommands } from './pages';
import { scenarioCommands } from './scenarios';
import type { Command, CommandContext } from './types';

/** What the first picture can do without: asking about the past, other scenarios, links and files. */
export function laterCommands(context: CommandContext): Command[] {
  return [
    ...askCommands(context),
    ...questionCommands(context),
    ...scenarioCommands(context),
    ...pageCommands(context),
    keysCommand(context),
  ];
}

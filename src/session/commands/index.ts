import { lookCommands } from './look';
import { moveCommands } from './move';
import { playCommands } from './playing';
import { runCommands } from './runs';
import type { Command, CommandContext } from './types';

export { speedName } from './playing';
export type { Command, CommandContext, CommandGroup, FileData, Host, PickedFile } from './types';

/** What can be done with what is on stage, in the order of the help dialog. Made anew when asked: what it offers depends on the moment. */
export function momentCommands(context: CommandContext): Command[] {
  return [
    ...moveCommands(context),
    ...playCommands(context),
    ...runCommands(context),
    ...lookCommands(context),
  ];
}

import type { Command } from '../../session/commands';

/**
 * Commands that have all typed letters in order, best first: a title that begins with them beats one where a word does,
 * that beats letters scattered through it. `undefined` score means no match.
 */
export function rank(wanted: string, commands: readonly Command[]): readonly Command[] {
  const text = wanted.trim().toLowerCase();
  if (text === '') return commands;
  return commands
    .map((command, order) => ({ command, order, score: score(text, command) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score || Number(isSwitch(a)) - Number(isSwitch(b)) || a.order - b.order)
    .map((found) => found.command);
}

/** A switch begins the run again: whoever types a word and Enter means it only if nothing else is as near. */
const isSwitch = ({ command }: { readonly command: Command }): boolean => command.group === 'Switches';

function score(text: string, command: Command): number {
  const title = command.title.toLowerCase();
  if (title.startsWith(text)) return 5;
  if (title.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(text))) return 4;
  if (title.includes(text)) return 3;
  if (`${command.group} ${command.also ?? ''}`.toLowerCase().includes(text)) return 2;
  return inOrder(text, title) ? 1 : 0;
}

function inOrder(letters: string, title: string): boolean {
  let from = 0;
  for (const letter of letters.replaceAll(' ', '')) {
    const at = title.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

/** `37` or `step 37` asks for a step. */
export function stepWanted(wanted: string): number | undefined {
  const match = /^(?:step\s*)?(\d{1,7})$/i.exec(wanted.trim());
  return match === null ? undefined : Number(match[1]);
}

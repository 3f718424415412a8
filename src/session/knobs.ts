import type { Controls } from './controls';
import { openText } from './opening';
import { setSwitch } from './switching';

/** A scenario's text with a knob set: its line is changed, or comes behind the line of the design. Null takes the line away. */
export function textWithKnob(text: string, name: string, value: number | null): string {
  if (value === null) return text.replace(new RegExp(`^[ \\t]*knob[ \\t]+${name}[ \\t].*\\n`, 'm'), '');
  const line = `knob ${name} ${value}`;
  const old = new RegExp(`^[ \\t]*knob[ \\t]+${name}[ \\t].*$`, 'm');
  return old.test(text)
    ? text.replace(old, line)
    : text.replace(/^[ \t]*design[ \t].*$/m, (at) => `${at}\n${line}`);
}

/**
 * Sets a knob in the scenario on stage. The text is changed, so that a link tells it; switches that were turned stay turned, and
 * the same moment is shown where it still exists.
 */
export function setKnob({ session, sources }: Controls, name: string, value: number | null): void {
  const { run, state } = session;
  if (run === undefined) return;
  const { cursor, switches } = state;
  const anchor = run.anchorAt(cursor);
  if (!openText(session, sources, textWithKnob(state.text, name, value))) return;
  for (const [one, on] of Object.entries(switches)) setSwitch(session, one, on);
  const found = anchor === undefined ? undefined : session.run?.find(anchor, cursor);
  if (found !== undefined) session.jump(found.cursor);
  session.say(
    `Knob ${name} is ${value ?? 'not set'} now, in the text too: the run began again${
      found === undefined || found.exact ? '' : '; the moment you were at does not come about any more'
    }.`,
  );
}

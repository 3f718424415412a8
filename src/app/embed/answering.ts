import { assertNever, fail, ok, type Result } from '../../base';
import { decodeLink, linkErrorText } from '../../permalink';
import type { Controls } from '../../session/controls';
import type { Asked, EmbedState, Move } from '../../session/embed/protocol';
import { openLink } from '../../session/link';
import { pause, play } from '../../session/player';
import { goTo } from '../../session/stepping';
import { setSwitch } from '../../session/switching';
import { momentWords } from '../../views/moment';

const COMMANDS: Readonly<Record<Exclude<Move, 'play' | 'pause' | 'state'>, string>> = {
  forward: 'beat-forward',
  back: 'beat-back',
  start: 'to-start',
  end: 'to-end',
};

/** Does what the parent asks for. The error says why it cannot be done; then nothing has changed. */
export function answer(controls: Controls, asked: Asked): Result<undefined, string> {
  const { session } = controls;
  const done = ok(undefined);
  switch (asked.do) {
    case 'play':
      play(session);
      return done;
    case 'pause':
      pause(session);
      return done;
    case 'state':
      return done;
    case 'forward':
    case 'back':
    case 'start':
    case 'end':
      // At an end of the run there is no way on: that is no error, only nothing to do.
      controls.execute(COMMANDS[asked.do]);
      return done;
    case 'go':
      goTo(session, asked.step);
      return done;
    case 'scheme':
      session.set({ scheme: asked.scheme });
      return done;
    case 'switch': {
      const known = session.runs?.design.switches.map(({ name }) => name) ?? [];
      if (!known.includes(asked.name))
        return fail(`found the switch ${asked.name}, expected one of ${known.join(', ')}`);
      setSwitch(session, asked.name, asked.on);
      return done;
    }
    case 'open':
      return open(controls, asked.link);
    default:
      return assertNever(asked);
  }
}

function open({ session, sources }: Controls, fragment: string): Result<undefined, string> {
  const link = decodeLink(fragment);
  if (link.kind === 'error') return fail(linkErrorText(link.error));
  return openLink(session, sources, link.value)
    ? ok(undefined)
    : fail('The link’s scenario does not run on this page.');
}

/** What is on stage, in the words that the page itself shows. */
export function stateOf({ session }: Controls): EmbedState | undefined {
  const { run, state } = session;
  if (run === undefined) return undefined;
  const { actor, caption, broken } = momentWords(run, state.cursor);
  return {
    title: state.spec?.title ?? '',
    step: state.cursor,
    steps: state.length,
    playing: state.playing,
    actor,
    caption,
    broken,
  };
}

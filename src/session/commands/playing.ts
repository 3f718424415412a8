import { pause, play } from '../player';
import { keepSettings } from '../settings';
import { SPEEDS } from '../state';
import type { Command, CommandContext } from './types';

export function playCommands({ session }: CommandContext): Command[] {
  const { state } = session;
  const at = SPEEDS.indexOf(state.speed);
  const setSpeed = (speed: number | undefined): void => {
    if (speed === undefined) return;
    session.set({ speed, instant: false });
    keepSettings(session);
  };
  return [
    {
      id: 'play',
      title: state.playing ? 'Pause' : 'Play',
      group: 'Play',
      keys: [' ', 'k'],
      run: () => (session.state.playing ? pause(session) : play(session)),
    },
    {
      id: 'faster',
      title: 'Faster',
      group: 'Play',
      keys: ['+', '='],
      enabled: at < SPEEDS.length - 1,
      run: () => setSpeed(SPEEDS[at + 1]),
    },
    {
      id: 'slower',
      title: 'Slower',
      group: 'Play',
      keys: ['-'],
      enabled: at > 0,
      run: () => setSpeed(SPEEDS[at - 1]),
    },
    ...SPEEDS.map(
      (speed): Command => ({
        id: `speed:${speed}`,
        title: `Speed ${speedName(speed)}`,
        group: 'Play',
        run: () => setSpeed(speed),
      }),
    ),
    {
      id: 'instant',
      title: state.instant ? 'Show motion' : 'No motion: every beat at its end',
      group: 'Play',
      keys: ['i'],
      run: () => {
        session.set({ instant: !session.state.instant });
        keepSettings(session);
      },
    },
  ];
}

/** `¼×`, `1×`, `8×`. */
export function speedName(speed: number): string {
  return `${speed === 0.25 ? '¼' : speed === 0.5 ? '½' : speed}×`;
}

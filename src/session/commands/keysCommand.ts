import { keepSettings } from '../settings';
import type { Command, CommandContext } from './types';

/** Whether letters on their own do something: speech input, and hands that strike keys by accident, need them not to. */
export function keysCommand({ session }: CommandContext): Command {
  const { bareKeys } = session.state;
  return {
    id: 'bare-keys',
    title: bareKeys ? 'Turn keys of a single letter off' : 'Turn keys of a single letter on',
    group: 'Look',
    also: 'shortcuts keyboard accessibility speech',
    run: () => {
      session.set({ bareKeys: !bareKeys });
      keepSettings(session);
    },
  };
}

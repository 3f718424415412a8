import { scenarioFile } from '../fileNames';
import { openFile } from '../link';
import { openLibrary } from '../opening';
import type { Command, CommandContext } from './types';

/** Which scenario is on stage, and where its text goes. */
export function scenarioCommands({ session, sources, host }: CommandContext): Command[] {
  const { state } = session;
  return [
    {
      id: 'library',
      title: 'Library of scenarios',
      group: 'Scenario',
      keys: ['l'],
      run: () => session.set({ dialog: 'library' }),
    },
    {
      id: 'edit',
      title: state.editing ? 'Close the editor' : 'Edit the scenario',
      group: 'Scenario',
      keys: ['Mod+e'],
      run: () => session.set({ editing: !session.state.editing }),
    },
    {
      id: 'share',
      title: 'Share this moment',
      group: 'Scenario',
      keys: ['s'],
      also: 'link copy',
      run: () => session.set({ dialog: 'share' }),
    },
    {
      id: 'download',
      title: 'Download the scenario’s text',
      group: 'Scenario',
      enabled: state.text !== '',
      run: () => host.download(scenarioFile(state.spec?.title ?? ''), state.text),
    },
    {
      id: 'open-file',
      title: 'Open a file…',
      group: 'Scenario',
      also: 'scenario litmus test recorded case recording load',
      run: () => {
        const done = session.frames.begin('file');
        void host
          .pickFile()
          .then((file) => {
            if (file !== undefined) openFile(session, sources, file.text, file.name);
          })
          .catch((error: unknown) => {
            session.say(error instanceof Error ? error.message : String(error), 'wrong');
          })
          .finally(done);
      },
    },
    ...sources.library.map(
      (entry): Command => ({
        id: `open:${entry.id}`,
        title: `Open “${entry.title}”`,
        group: 'Scenario',
        also: `${entry.topic} ${entry.level}`,
        enabled: state.library !== entry.id,
        run: () => {
          if (openLibrary(session, sources, entry.id)) session.set({ dialog: undefined });
        },
      }),
    ),
  ];
}

import { useStore } from 'zustand';
import type { Controls } from '../session/controls';
import { chordName } from '../session/keys';
import { Button } from '../ui/Button';
import { Kbd } from '../ui/Kbd';
import { Menu, type MenuItem } from '../ui/Menu';
import { onMac } from './platform';

const IN_MENU = [
  'library',
  'stage',
  'race',
  'edit',
  'share',
  'open-file',
  'download',
  'find',
  'presenter',
  'scheme:system',
  'scheme:light',
  'scheme:dark',
  'help',
];

/** What is on stage, and the way to everything else. */
export function Header({ controls, narrow }: { readonly controls: Controls; readonly narrow: boolean }) {
  const { session } = controls;
  const title = useStore(session.store, (s) => s.spec?.title ?? '');
  const profile = useStore(session.store, (s) => s.spec?.options.profile ?? '');
  useStore(session.store, (s) => s.version);
  const furnished = useStore(session.store, (s) => s.furnished);
  const page = useStore(session.store, (s) => s.page);
  useStore(session.store, (s) => s.scheme);
  useStore(session.store, (s) => s.editing);
  useStore(session.store, (s) => s.presenter);
  const design = session.runs?.design;
  const pages = controls.list().filter((command) => command.group === 'Pages');
  const inMenu = [...IN_MENU.map((id) => controls.find(id)), ...pages];
  const items = inMenu.flatMap((command): MenuItem[] => {
    if (command === undefined || command.enabled === false) return [];
    const keys = command.keys?.[0];
    return [
      {
        id: command.id,
        label: command.title,
        rule: command === pages[0],
        ...(keys === undefined || narrow ? {} : { keys: chordName(keys, onMac) }),
        run: () => controls.execute(command.id),
      },
    ];
  });
  return (
    <header className="header">
      <a className="header-home" href="#/home" aria-label="Shadowscope: home">
        <Logo />
        {!narrow && <span className="header-name">Shadowscope</span>}
      </a>
      <h1 className="header-title">{page?.title ?? title}</h1>
      {!narrow && page === undefined && design !== undefined && (
        <span className="header-design">
          {design.title}
          {design.profiles.length > 1 && ` · profile ${profile}`}
        </span>
      )}
      <div className="header-actions">
        {!narrow && (
          <>
            <Button disabled={!furnished} onClick={() => controls.execute('library')}>
              Library
            </Button>
            <Button
              disabled={!furnished}
              onClick={() => controls.execute(page === undefined ? 'race' : 'stage')}
            >
              {page === undefined ? 'Find a race' : 'Back to the stage'}
            </Button>
            <Button disabled={!furnished} onClick={() => controls.execute('share')}>
              Share
            </Button>
            <Button onClick={() => controls.execute('palette')}>
              <span className="ui-hidden">Find a command</span>
              <Kbd keys={chordName('Mod+k', onMac)} />
            </Button>
          </>
        )}
        <Menu label="More" icon="more" items={items} />
      </div>
    </header>
  );
}

/** Half in the light, half in the shadow. */
function Logo() {
  return (
    <svg className="header-logo" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="9" fill="#191c26" stroke="#e0a91b" strokeWidth="0.8" />
      <path d="M10 1a9 9 0 0 0 0 18z" fill="#f2c14e" />
    </svg>
  );
}

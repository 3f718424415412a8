import { type KeyboardEvent, useId, useState } from 'react';
import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { chordName } from '../../session/keys';
import { goTo } from '../../session/stepping';
import { Dialog } from '../../ui/Dialog';
import { Kbd } from '../../ui/Kbd';
import { rank, stepWanted } from './match';
import './panel.css';

/** More than fit in sight help nobody; typing narrows the list. */
const SHOWN = 60;

/** Every command by its name. A number goes to that step. */
export function PalettePanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const [wanted, setWanted] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const close = (): void => session.set({ dialog: undefined });
  const able = controls.list().filter((command) => command.enabled !== false && command.id !== 'palette');
  const step = stepWanted(wanted);
  const found: readonly Command[] = [
    ...(step === undefined
      ? []
      : [
          {
            id: 'go-to-step',
            title: `Go to step ${Math.min(step, session.state.length)}`,
            group: 'Move' as const,
            run: () => goTo(session, step),
          },
        ]),
    ...rank(wanted, able),
  ].slice(0, SHOWN);
  const chosen = Math.min(at, found.length - 1);

  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(found.length === 0 ? 0 : (chosen + 1) % found.length);
    else if (event.key === 'ArrowUp')
      setAt(found.length === 0 ? 0 : (chosen + found.length - 1) % found.length);
    else if (event.key === 'Enter') run(found[chosen]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Find a command" open bare onClose={close}>
      <input
        className="palette-input"
        data-first
        type="text"
        role="combobox"
        aria-label="Find a command, or type a step number"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${chosen}`}
        placeholder="Find a command, or type a step number"
        value={wanted}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
      />
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label="Commands">
        {found.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's, which keeps the focus
          <div
            key={command.id}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            ref={i === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => run(command)}
          >
            <span>{command.title}</span>
            <span className="palette-group">{command.group}</span>
            {command.keys?.[0] !== undefined && <Kbd keys={chordName(command.keys[0], false)} />}
          </div>
        ))}
        {found.length === 0 && <p>No command has these letters. Try another word.</p>}
      </div>
    </Dialog>
  );
}

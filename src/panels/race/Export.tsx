import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { exportsOf } from '../../session/racing/exporting';
import type { Explored } from '../../session/racing/opening';
import { Button } from '../../ui/Button';

interface ExportProps {
  readonly controls: Controls;
  readonly explored: Explored;
  /** The schedule whose end is asked about. */
  readonly schedule: Parameters<typeof exportsOf>[1];
}

/** The programs as files for other tools, or why these have no words for them. */
export function Export({ controls, explored, schedule }: ExportProps) {
  const [said, setSaid] = useState('');
  const save = (kind: 'litmus' | 'promela'): void => {
    const made = exportsOf(explored, schedule);
    if (made.kind === 'error') {
      setSaid(`Not exported. ${made.error}`);
      return;
    }
    const { name, litmus, promela } = made.value;
    if (kind === 'litmus') controls.host.download(`${name}.litmus`, litmus);
    else controls.host.download(`${name}.pml`, promela);
    setSaid('Saved. It asks whether memory and registers can end as they do in this schedule.');
  };
  return (
    <div className="race-export">
      <Button onClick={() => save('litmus')}>Export as litmus test</Button>
      <Button onClick={() => save('promela')}>Export as Promela</Button>
      <span className="race-small" role="status">
        {said}
      </span>
    </div>
  );
}

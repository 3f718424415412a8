import type { ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import './splitPane.css';

export interface Pane {
  readonly id: string;
  readonly content: ReactNode;
  /** Sizes as the library takes them: `"290px"` or `"20%"`. */
  readonly size?: string;
  readonly min?: string;
  readonly max?: string;
}

/** Panes side by side with handles between them that drag and answer to the arrow keys. */
export function SplitPane({ label, panes }: { readonly label: string; readonly panes: readonly Pane[] }) {
  return (
    <Group orientation="horizontal" className="ui-split" aria-label={label}>
      {panes.flatMap((pane, i) => [
        ...(i === 0
          ? []
          : [
              <Separator
                key={`before ${pane.id}`}
                className="ui-split-handle"
                aria-label={`Resize ${pane.id}`}
              />,
            ]),
        <Panel key={pane.id} id={pane.id} defaultSize={pane.size} minSize={pane.min} maxSize={pane.max}>
          {pane.content}
        </Panel>,
      ])}
    </Group>
  );
}

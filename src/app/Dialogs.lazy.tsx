import { useStore } from 'zustand';
import { assertNever } from '../base';
import { FindPanel } from '../panels/find/Panel';
import { HelpPanel } from '../panels/help/Panel';
import { LibraryPanel } from '../panels/library/Panel';
import { PalettePanel } from '../panels/palette/Panel';
import { SharePanel } from '../panels/share/Panel';
import type { Controls } from '../session/controls';

/** At most one dialog is open. They are fetched together when the first one is wanted. */
export default function Dialogs({ controls }: { readonly controls: Controls }) {
  const dialog = useStore(controls.session.store, (s) => s.dialog);
  switch (dialog) {
    case undefined:
      return null;
    case 'help':
      return <HelpPanel controls={controls} />;
    case 'palette':
      return <PalettePanel controls={controls} />;
    case 'library':
      return <LibraryPanel controls={controls} />;
    case 'share':
      return <SharePanel controls={controls} />;
    case 'find':
      return <FindPanel controls={controls} />;
    default:
      return assertNever(dialog, 'dialog');
  }
}

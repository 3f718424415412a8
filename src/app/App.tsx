import { useStore } from 'zustand';
import type { Controls } from '../session/controls';
import { Fetched } from '../ui/Fetched';
import { DesktopLayout } from './DesktopLayout';
import { Guarded } from './Guarded';
import { Header } from './Header';
import { Messages } from './Messages';
import { useFits } from './useFits';
import './app.css';

// A large window needs no layout for a small one.
const loadPhone = () => import('./PhoneLayout.lazy');
const loadDialogs = () => import('./Dialogs.lazy');
const loadTips = () => import('../ui/TooltipLayer.lazy');
const loadPages = () => import('./Pages.lazy');

/** The page: header, the layout that fits the window, and what lies above them. */
export function App({ controls }: { readonly controls: Controls }) {
  const version = useStore(controls.session.store, (s) => s.version);
  const dialog = useStore(controls.session.store, (s) => s.dialog);
  const page = useStore(controls.session.store, (s) => s.page);
  const presenter = useStore(controls.session.store, (s) => s.presenter);
  // Large type needs a larger window for the same three columns.
  const wide = useFits(presenter ? '(min-width: 1800px)' : '(min-width: 1200px)');
  const narrow = !useFits('(min-width: 900px)');
  return (
    <div className="app">
      <Header controls={controls} narrow={narrow} />
      {page !== undefined ? (
        <Fetched load={loadPages} props={{ controls, page }} frames={controls.session.frames}>
          <main className="app-empty" />
        </Fetched>
      ) : version === 0 ? (
        <main className="app-empty" />
      ) : narrow ? (
        <Fetched load={loadPhone} props={{ controls }} frames={controls.session.frames}>
          <main className="app-empty" />
        </Fetched>
      ) : (
        <DesktopLayout controls={controls} wide={wide} />
      )}
      <Messages controls={controls} />
      {dialog !== undefined && (
        <Guarded name="dialog">
          <Fetched load={loadDialogs} props={{ controls }} frames={controls.session.frames} />
        </Guarded>
      )}
      <Fetched load={loadTips} props={{}} frames={controls.session.frames} />
    </div>
  );
}

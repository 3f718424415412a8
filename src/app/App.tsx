import { useStore } from 'zustand';
import { StagePanel } from '../panels/stage/StagePanel';
import type { Controls } from '../session/controls';
import { HOME_LEAD } from '../session/homeLead';
import { Fetched } from '../ui/Fetched';
import { useFits } from '../ui/useFits';
import { Guarded } from './Guarded';
import { Header } from './Header';
import { Messages } from './Messages';
import './app.css';
import './homeFirst.css';

// A large window needs no layout for a small one, and a bare visit neither.
const loadDesktop = () => import('./DesktopLayout.lazy');
const loadPhone = () => import('./PhoneLayout.lazy');
const loadDialogs = () => import('./Dialogs.lazy');
const loadTips = () => import('../ui/TooltipLayer.lazy');
const loadPages = () => import('./Pages.lazy');

/** The page: header, the layout that fits the window, and what lies above them. */
export function App({ controls }: { readonly controls: Controls }) {
  const { frames } = controls.session;
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
      {/* The keys tell them apart: what was fetched for one must not be given the properties of another. */}
      {page !== undefined ? (
        <Fetched key="page" load={loadPages} props={{ controls, page }} frames={frames}>
          <main className="app-empty home-hero">
            {/* What a bare visit shows first is what plays there: the stage, in the place where it stays. */}
            {page.name === 'home' && version > 0 && (
              <>
                <p className="home-lead">{HOME_LEAD}</p>
                <div className="home-example">
                  <div className="home-stage">
                    <StagePanel controls={controls} />
                  </div>
                </div>
              </>
            )}
          </main>
        </Fetched>
      ) : version === 0 ? (
        <main className="app-empty" />
      ) : narrow ? (
        <Fetched key="phone" load={loadPhone} props={{ controls }} frames={frames}>
          <main className="app-empty" />
        </Fetched>
      ) : (
        <Fetched key="desktop" load={loadDesktop} props={{ controls, wide }} frames={frames}>
          <main className="app-empty" />
        </Fetched>
      )}
      <Messages controls={controls} />
      {dialog !== undefined && (
        <Guarded name="dialog">
          <Fetched load={loadDialogs} props={{ controls }} frames={frames} />
        </Guarded>
      )}
      <Fetched load={loadTips} props={{}} frames={frames} />
    </div>
  );
}

import { useStore } from 'zustand';
import { CaptionPanel } from '../panels/caption/Panel';
import { CodePanel } from '../panels/code/Panel';
import { CountersPanel } from '../panels/counters/Panel';
import { LanesPanel } from '../panels/lanes/Panel';
import { OosPanel } from '../panels/oos/Panel';
import { ProgramPanel } from '../panels/program/Panel';
import { Switches } from '../panels/setup/Switches';
import { StagePanel } from '../panels/stage/StagePanel';
import { StoryPanel } from '../panels/story/Panel';
import { TransportPanel } from '../panels/transport/Panel';
import type { Controls } from '../session/controls';
import { Fetched } from '../ui/Fetched';
import { Tabs } from '../ui/Tabs';
import { Asking } from './Asking';
import { Chosen, Detail, loadTelling, loadTlbs } from './DesktopLayout.lazy';
import { detailTabs } from './details';
import { Guarded } from './Guarded';

const loadEditor = () => import('../editor/EditorPanel.lazy');

const VIEWS = [
  { id: 'stage', label: 'Stage' },
  { id: 'code', label: 'Code' },
  { id: 'tables', label: 'Tables' },
  { id: 'story', label: 'Story' },
];

/** One thing at a time, the controls always under the thumb. */
export default function PhoneLayout({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const tabs = useStore(session.store, (s) => s.tabs);
  const editing = useStore(session.store, (s) => s.editing);
  const view = VIEWS.some((one) => one.id === tabs.phone) ? tabs.phone : 'stage';
  return (
    <>
      <main className={`phone-main is-${editing ? 'editor' : view}`}>
        {editing ? (
          <Guarded name="editor">
            <Fetched load={loadEditor} props={{ controls }} frames={controls.session.frames}>
              <p className="app-loading">The editor is being loaded.</p>
            </Fetched>
          </Guarded>
        ) : (
          <PhoneView controls={controls} view={view} />
        )}
      </main>
      <footer className="phone-foot">
        <TransportPanel controls={controls} large />
        <nav aria-label="Views">
          {VIEWS.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              aria-current={id === view && !editing ? 'page' : undefined}
              onClick={() => session.set({ tabs: { ...tabs, phone: id }, editing: false })}
            >
              {label}
            </button>
          ))}
        </nav>
      </footer>
    </>
  );
}

function PhoneView({ controls, view }: { readonly controls: Controls; readonly view: string }) {
  const telling = useStore(controls.session.store, (s) => s.telling);
  if (view === 'stage') {
    return (
      <>
        <div className="stage-box">
          <Guarded name="stage">
            <StagePanel controls={controls} />
          </Guarded>
        </div>
        <div className={telling ? 'phone-words is-telling' : 'phone-words'}>
          {telling && <Fetched load={loadTelling} props={{ controls }} frames={controls.session.frames} />}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls when a caption is long, so the keyboard must reach it */}
          <section className="phone-caption" tabIndex={0} aria-label="Caption">
            <Guarded name="caption">
              <CaptionPanel controls={controls} />
            </Guarded>
            <Asking controls={controls} />
          </section>
          <Guarded name="timeline">
            <LanesPanel controls={controls} />
          </Guarded>
        </div>
      </>
    );
  }
  return (
    <div className="phone-scroll stack">
      <Guarded name={view}>
        {view === 'code' && (
          <>
            <CaptionPanel controls={controls} />
            <CodePanel controls={controls} />
          </>
        )}
        {view === 'tables' && <PhoneTables controls={controls} />}
        {view === 'story' && (
          <>
            <StoryPanel controls={controls} />
            <ProgramPanel controls={controls} edit />
            <Switches controls={controls} />
          </>
        )}
      </Guarded>
    </div>
  );
}

/** The hypervisor's own structures, one at a time. */
function PhoneTables({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const open = useStore(session.store, (s) => s.tabs);
  useStore(session.store, (s) => s.version);
  const details = detailTabs(session.runs?.design);
  const selected = details.some((tab) => tab.id === open.right) ? open.right : 'now';
  const now = (
    <div className="stack">
      <Chosen controls={controls} />
      <OosPanel controls={controls} />
      <Fetched load={loadTlbs} props={{ controls }} frames={session.frames} />
      <CountersPanel controls={controls} />
    </div>
  );
  if (details.length === 0) return now;
  return (
    <Tabs
      label="Details"
      tabs={[{ id: 'now', label: 'Now' }, ...details]}
      selected={selected}
      onSelect={(right) => session.set({ tabs: { ...open, right } })}
    >
      {selected === 'now' ? now : <Detail controls={controls} part={selected} />}
    </Tabs>
  );
}

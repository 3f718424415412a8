import { useStore } from 'zustand';
import { CaptionPanel } from '../panels/caption/Panel';
import { CodePanel } from '../panels/code/Panel';
import { OosPanel } from '../panels/oos/Panel';
import { ProgramPanel } from '../panels/program/Panel';
import { StagePanel } from '../panels/stage/StagePanel';
import { StoryPanel } from '../panels/story/Panel';
import { TransportPanel } from '../panels/transport/Panel';
import type { Controls } from '../session/controls';
import { Fetched } from '../ui/Fetched';
import { type Pane, SplitPane } from '../ui/SplitPane';
import { Tabs } from '../ui/Tabs';
import { typeScale } from '../ui/typeScale';
import { useFits } from '../ui/useFits';
import { Asking } from './Asking';
import { detailTabs, loadDetails } from './details';
import { Guarded } from './Guarded';
import { Subtitled, useSubtitled } from './presenting/Subtitled';

const loadEditor = () => import('../editor/EditorPanel.lazy');
const loadSwitches = () => import('./Switches.lazy');
const loadTimeline = () => import('./Timeline.lazy');
export const loadTelling = () => import('./Telling.lazy');
const loadCounters = () => import('./Counters.lazy');
export const loadTlbs = () => import('../panels/stage/Tlbs.lazy');

const SCENARIO_TABS = [
  { id: 'story', label: 'Story' },
  { id: 'program', label: 'Program' },
  { id: 'setup', label: 'Setup' },
];

interface LayoutProps {
  readonly controls: Controls;
  /** Room for three columns; otherwise what is in the left one becomes tabs of the right one. */
  readonly wide: boolean;
}

/** The scenario on the left, the scene in the middle with time below it, what happens now on the right. */
export default function DesktopLayout({ controls, wide }: LayoutProps) {
  const editing = useStore(controls.session.store, (s) => s.editing);
  const presenter = useStore(controls.session.store, (s) => s.presenter);
  // Three columns, two, or the editor beside the stage: sizes that were dragged are kept for as long as the layout is.
  const columns = editing ? (wide ? 'edit wide' : 'edit') : wide ? 'wide' : 'two';
  // Words that are larger need more room; on a large screen there is.
  const grow = useFits('(min-width: 2400px)') ? Math.max(1, typeScale() / (presenter ? 1.5 : 1)) : 1;
  const px = (usual: number): number => Math.round(usual * grow);
  const stage: Pane = { id: 'stage', content: <StageColumn controls={controls} />, min: 380 };
  const editor: Pane = {
    id: 'editor',
    content: <EditorColumn controls={controls} />,
    size: px(wide ? 480 : 400),
    min: 300,
  };
  const scenario: Pane = {
    id: 'scenario',
    content: <ScenarioColumn controls={controls} />,
    size: px(292),
    min: 220,
  };
  const moment: Pane = {
    id: 'moment',
    content: <MomentColumn controls={controls} tabs={!wide} />,
    size: px(presenter ? (wide ? 420 : 340) : wide ? 348 : 300),
    min: 260,
  };
  const panes: Readonly<Record<typeof columns, readonly Pane[]>> = {
    wide: [scenario, stage, moment],
    two: [stage, moment],
    'edit wide': [editor, stage, moment],
    // With the editor open beside a small stage there is no room left for words; they come back with its end.
    edit: [editor, stage],
  };
  if (useSubtitled(controls, wide)) return <Subtitled controls={controls} />;
  return (
    <main className="columns">
      <SplitPane key={`${columns} ${presenter}`} panes={panes[columns]} />
    </main>
  );
}

export function StageColumn({ controls }: { readonly controls: Controls }) {
  return (
    <div className="column stage-column">
      <div className="stage-box">
        <Guarded name="stage">
          <StagePanel controls={controls} />
        </Guarded>
      </div>
      <div className="time-box">
        <Guarded name="controls">
          <TransportPanel controls={controls} />
        </Guarded>
        <Guarded name="timeline">
          <Fetched load={loadTimeline} props={{ controls }} frames={controls.session.frames}>
            <div className="timeline-room" />
          </Fetched>
        </Guarded>
      </div>
    </div>
  );
}

function ScenarioColumn({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const tabs = useStore(session.store, (s) => s.tabs);
  const selected = SCENARIO_TABS.some((tab) => tab.id === tabs.left) ? tabs.left : 'story';
  return (
    <section className="column words-column" aria-label="Scenario">
      <Tabs
        label="Scenario"
        tabs={SCENARIO_TABS}
        selected={selected}
        onSelect={(left) => session.set({ tabs: { ...tabs, left } })}
      >
        <ScenarioTab controls={controls} tab={selected} />
      </Tabs>
    </section>
  );
}

function ScenarioTab({ controls, tab }: { readonly controls: Controls; readonly tab: string }) {
  const telling = useStore(controls.session.store, (s) => s.telling);
  return (
    <Guarded name={tab}>
      <div className="stack">
        {tab === 'story' && (
          <>
            {telling ? (
              <Fetched load={loadTelling} props={{ controls }} frames={controls.session.frames} />
            ) : (
              <StoryPanel controls={controls} />
            )}
            <ProgramPanel controls={controls} />
            <Fetched load={loadSwitches} props={{ controls }} frames={controls.session.frames} />
          </>
        )}
        {tab === 'program' && <ProgramPanel controls={controls} edit />}
        {tab === 'setup' && <Detail controls={controls} part="setup" />}
      </div>
    </Guarded>
  );
}

function MomentColumn({ controls, tabs }: { readonly controls: Controls; readonly tabs: boolean }) {
  const { session } = controls;
  const open = useStore(session.store, (s) => s.tabs);
  useStore(session.store, (s) => s.version);
  const details = detailTabs(session.runs?.design);
  const all = [{ id: 'now', label: 'Now' }, ...(tabs ? SCENARIO_TABS : []), ...details];
  const selected = all.some((tab) => tab.id === open.right) ? open.right : 'now';
  return (
    <section className="column words-column" aria-label="This moment">
      <div className="stack">
        <Guarded name="caption">
          <CaptionPanel controls={controls} />
        </Guarded>
        <Asking controls={controls} />
        {all.length > 1 ? (
          <Tabs
            label="Details"
            tabs={all}
            selected={selected}
            onSelect={(right) => session.set({ tabs: { ...open, right } })}
          >
            {selected === 'now' ? (
              <Now controls={controls} />
            ) : details.some((tab) => tab.id === selected) ? (
              <Detail controls={controls} part={selected} />
            ) : (
              <ScenarioTab controls={controls} tab={selected} />
            )}
          </Tabs>
        ) : (
          <Now controls={controls} />
        )}
      </div>
    </section>
  );
}

/** What runs, what is out of sync, what it has cost; and what is in focus. */
function Now({ controls }: { readonly controls: Controls }) {
  return (
    <div className="stack">
      <Chosen controls={controls} />
      <Guarded name="code">
        <CodePanel controls={controls} />
      </Guarded>
      <Guarded name="out-of-sync table">
        <OosPanel controls={controls} />
      </Guarded>
      <Guarded name="TLBs">
        <Fetched load={loadTlbs} props={{ controls }} frames={controls.session.frames} />
      </Guarded>
      <Guarded name="counters">
        <Fetched load={loadCounters} props={{ controls }} frames={controls.session.frames} />
      </Guarded>
    </div>
  );
}

/** The books of the page in focus, for designs that keep some. */
export function Chosen({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const focused = useStore(session.store, (s) => s.focus.now !== undefined);
  useStore(session.store, (s) => s.version);
  if (!focused || session.runs?.design.panels.includes('chosen') !== true) return null;
  return <Detail controls={controls} part="chosen" />;
}

export function Detail({ controls, part }: { readonly controls: Controls; readonly part: string }) {
  return (
    <Guarded key={part} name={part}>
      <Fetched load={loadDetails} props={{ controls, part }} frames={controls.session.frames} />
    </Guarded>
  );
}

function EditorColumn({ controls }: { readonly controls: Controls }) {
  return (
    <section className="column editor-column" aria-label="Editor">
      <Guarded name="editor">
        <Fetched load={loadEditor} props={{ controls }} frames={controls.session.frames}>
          <p className="app-loading">The editor is being loaded.</p>
        </Fetched>
      </Guarded>
    </section>
  );
}

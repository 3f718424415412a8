import { useStore } from 'zustand';
import { CaptionPanel } from '../../panels/caption/Panel';
import { StagePanel } from '../../panels/stage/StagePanel';
import { TransportPanel } from '../../panels/transport/Panel';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { Fetched } from '../../ui/Fetched';
import { Guarded } from '../Guarded';
import { beside } from './beside';
import './subtitled.css';

const loadTimeline = () => import('../Timeline.lazy');

/**
 * Whether the stage has the whole width, and the caption stands below it: in large type on a window with no room for three columns. What a
 * room must read beside the stage (a story, a question, the editor) takes its place back by itself.
 */
export function useSubtitled({ session }: Controls, wide: boolean): boolean {
  const presenter = useStore(session.store, (s) => s.presenter);
  const busy = useStore(
    session.store,
    (s) => s.editing || s.telling || s.asking?.current !== undefined || s.asking?.whyNot === true,
  );
  const wanted = useStore(beside, (s) => s.wanted);
  return presenter && !wide && !busy && !wanted;
}

/** The stage as large as it can be; below it what happens, in the largest type, and the time. */
export function Subtitled({ controls }: { readonly controls: Controls }) {
  return (
    <main className="subtitled">
      <div className="stage-box">
        <Guarded name="stage">
          <StagePanel controls={controls} />
        </Guarded>
      </div>
      <div className="subtitled-foot">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls when a caption is long, so the keyboard must reach it */}
        <section className="subtitled-caption" tabIndex={0} aria-label="Caption">
          <Guarded name="caption">
            <CaptionPanel controls={controls} />
          </Guarded>
        </section>
        <div className="subtitled-time">
          <div className="subtitled-row">
            <Guarded name="controls">
              <TransportPanel controls={controls} />
            </Guarded>
            <Button data-tip="A question about this moment  (q)" onClick={() => controls.execute('ask-me')}>
              Ask me
            </Button>
            <Button
              data-tip="Code, tables and story beside the stage  (d)"
              onClick={() => controls.execute('beside')}
            >
              Details
            </Button>
          </div>
          <Guarded name="timeline">
            <Fetched load={loadTimeline} props={{ controls }} frames={controls.session.frames}>
              <div className="timeline-room" />
            </Fetched>
          </Guarded>
        </div>
      </div>
    </main>
  );
}

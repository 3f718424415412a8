import { useEffect } from 'react';
import { useStore } from 'zustand';
import { CaptionPanel } from '../../panels/caption/Panel';
import { StagePanel } from '../../panels/stage/StagePanel';
import { stageScale } from '../../panels/stage/stageScale';
import type { Size } from '../../panels/stage/useSize';
import { TransportPanel } from '../../panels/transport/Panel';
import { encodeLink } from '../../permalink';
import type { Controls } from '../../session/controls';
import { captureLink } from '../../session/link';
import { Guarded } from '../Guarded';
import { Messages } from '../Messages';
import { listenToParent } from './listening';
import './embed.css';

/** In a small frame all of it smaller, so that the tables of a walk still stand side by side; never so small that nobody can read it. */
const fitted = ({ w, h }: Size): number =>
  w < 390 || h < 340 ? Math.max(0.75, Math.min(w / 390, h / 340)) : stageScale({ w, h });

/** The page inside a course page: the stage, the caption, the controls; and the way to all the rest. */
export default function EmbedApp({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const version = useStore(session.store, (s) => s.version);
  const title = useStore(session.store, (s) => s.spec?.title ?? '');
  const elsewhere = useStore(
    session.store,
    (s) => s.page !== undefined || s.dialog !== undefined || s.editing,
  );
  useEffect(() => listenToParent(controls), [controls]);
  useEffect(() => {
    // Pages of their own, dialogs, the editor: none has a place here. There is only the stage.
    if (elsewhere) session.set({ page: undefined, dialog: undefined, editing: false });
  }, [elsewhere, session]);
  return (
    <main className="embed">
      <h1 className="ui-hidden">{title}</h1>
      <div className="embed-stage">
        {version > 0 && (
          <Guarded name="stage">
            <StagePanel controls={controls} scaleFor={fitted} />
          </Guarded>
        )}
      </div>
      {version > 0 && (
        <div className="embed-foot">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls when a caption is long, so the keyboard must reach it */}
          <section className="embed-caption" tabIndex={0} aria-label="Caption">
            <CaptionPanel controls={controls} />
          </section>
          <div className="embed-controls">
            <TransportPanel controls={controls} large />
            <a
              className="embed-full"
              href={location.pathname}
              target="_blank"
              rel="noopener"
              // What is on stage now, not when the page was embedded.
              onClick={(event) => {
                event.currentTarget.href = fullAddress(controls);
              }}
            >
              Open full
            </a>
          </div>
        </div>
      )}
      <Messages controls={controls} />
    </main>
  );
}

function fullAddress({ session, host }: Controls): string {
  const page = host.address().replace(/\?.*$/s, '');
  const link = captureLink(session);
  const encoded = link === undefined ? undefined : encodeLink(link);
  return encoded?.kind === 'ok' ? `${page}${encoded.value}` : page;
}

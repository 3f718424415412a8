import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { EMBED_HEIGHT, embedSnippet } from '../../session/embed/protocol';
import { offerOf } from '../../session/sharing';
import { CopyText } from '../../ui/CopyText';
import { PageHead } from '../../ui/PageHead';
import './embedding.css';
import { Live } from './Live';
import { Protocol } from './Protocol';
import { coursePage, RULES } from './words';

const HEIGHTS = [360, EMBED_HEIGHT, 800];

/** How the stage comes into a course page: the frame, the messages, and both to try. */
export default function Embedding({ controls }: { readonly controls: Controls }) {
  const { session, host } = controls;
  // Of the moment at which the page was opened: the frame must not begin anew while it is being tried.
  const [offer] = useState(() => offerOf(session, host.address()));
  const [height, setHeight] = useState(EMBED_HEIGHT);
  const linked = offer?.shared.kind === 'link' ? offer.shared.url : undefined;
  const url = linked ?? host.address();
  const title = linked === undefined ? 'shadow paging, step by step' : (session.state.spec?.title ?? '');
  const frame = embedSnippet(url, title, height);
  return (
    <main className="embedding">
      <PageHead title="In a course page">
        A frame puts the moment on stage into a page of your own: the tables, the caption, the controls and a
        link to all the rest. It needs no server of yours, and your page can move it by messages.
      </PageHead>
      {linked === undefined && offer !== undefined && (
        <p role="status" className="embedding-note">
          What is on stage is too long for any address, so the frame shows the first scenario instead. Shorten
          it in the editor, or put the built page and the scenario’s text on your own host.
        </p>
      )}
      <section aria-labelledby="embedding-frame">
        <h3 id="embedding-frame">1. The frame</h3>
        <label className="embedding-height">
          Height{' '}
          <select value={height} onChange={(event) => setHeight(Number(event.target.value))}>
            {HEIGHTS.map((one) => (
              <option key={one} value={one}>
                {one} pixels
              </option>
            ))}
          </select>
        </label>
        <CopyText name="Frame for a course page" text={frame} rows={4} button="Copy frame" copy={host.copy} />
      </section>
      <section aria-labelledby="embedding-live">
        <h3 id="embedding-live">2. Try it</h3>
        <Live url={url} title={title} height={height} />
      </section>
      <section aria-labelledby="embedding-messages">
        <h3 id="embedding-messages">3. The messages</h3>
        <Protocol />
      </section>
      <section aria-labelledby="embedding-page">
        <h3 id="embedding-page">4. A whole page to begin with</h3>
        <CopyText
          name="A course page"
          text={coursePage(frame)}
          rows={14}
          button="Copy page"
          copy={host.copy}
        />
      </section>
      <section aria-labelledby="embedding-rules">
        <h3 id="embedding-rules">5. What to rely on</h3>
        <dl className="embedding-rules">
          {RULES.map(({ what, says }) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      </section>
    </main>
  );
}

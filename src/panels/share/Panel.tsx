import { useRef, useState } from 'react';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { embedSnippet } from '../../session/embed/protocol';
import { PAGES, pageAddress } from '../../session/pages';
import { copyLink, type Offer, offerOf } from '../../session/sharing';
import { Button } from '../../ui/Button';
import { CopyText } from '../../ui/CopyText';
import { Dialog } from '../../ui/Dialog';
import './panel.css';

/** The moment on stage as a link or a file. It is made here, in the page; nothing is sent or stored. */
export function SharePanel({ controls }: { readonly controls: Controls }) {
  const { session, host } = controls;
  // Of the moment at which the dialog was opened: what is copied is what was read.
  const [offer] = useState(() => offerOf(session, host.address()));
  const close = (): void => session.set({ dialog: undefined });
  const { page } = session.state;
  // A page has an address of its own; what waits on the stage behind it is not what the person sees.
  if (page !== undefined && PAGES.some(({ name }) => name === page.name))
    return (
      <Dialog title={`Share this page: ${page.title}`} open onClose={close}>
        <Link
          controls={controls}
          name="Link to this page"
          url={`${host.address()}${pageAddress(page.name, page.rest)}`}
        />
        <p className="share-carries">
          It opens this page as its address says. A run has a link of its own: go back to the stage, and share
          it there.
        </p>
      </Dialog>
    );
  return (
    <Dialog title="Share this moment" open onClose={close}>
      {offer === undefined ? (
        <p>Nothing is on stage yet. Open a scenario first.</p>
      ) : (
        <Ready controls={controls} offer={offer} />
      )}
    </Dialog>
  );
}

function Ready({ controls, offer }: { readonly controls: Controls; readonly offer: Offer }) {
  const { session, host } = controls;
  const { shared, file, carries } = offer;
  const openAnother = (): void => {
    session.set({ dialog: undefined });
    controls.execute('open-file');
  };
  return (
    <>
      {shared.kind === 'link' ? (
        <Link controls={controls} name="Link to this moment" url={shared.url} />
      ) : (
        <p className="share-why">{shared.why}</p>
      )}
      <p className="share-carries">
        It carries {listed(carries)}. It is made on this page: nothing is sent or stored anywhere.
      </p>
      {shared.kind === 'link' && (
        <Snippet controls={controls} html={embedSnippet(shared.url, session.state.spec?.title ?? '')} />
      )}
      <Saves controls={controls} />
      <div className="share-actions">
        <Button
          look={shared.kind === 'file' ? 'strong' : 'outline'}
          onClick={() => host.download(file.name, file.text)}
        >
          Download as a file
        </Button>
        <Button look="outline" onClick={openAnother}>
          Open a file
        </Button>
      </div>
    </>
  );
}

type Copied = 'not yet' | 'copied' | 'refused';

const SAID: Readonly<Record<Copied, string>> = {
  'not yet': '',
  copied: 'Copied.',
  refused: 'This browser does not let the page copy. The link is selected: copy it with your keyboard.',
};

interface LinkProps {
  readonly controls: Controls;
  /** What the field is called. */
  readonly name: string;
  readonly url: string;
}

function Link({ controls, name, url }: LinkProps) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<Copied>('not yet');
  const copy = async (): Promise<void> => {
    const done = await copyLink(controls.session, controls.host, url);
    if (!done) {
      field.current?.focus();
      field.current?.select();
    }
    setCopied(done ? 'copied' : 'refused');
  };
  return (
    <>
      <input
        type="text"
        ref={field}
        className="share-link"
        aria-label={name}
        readOnly
        value={url}
        onFocus={(event) => event.target.select()}
      />
      <div className="share-copy">
        <Button look="strong" data-first onClick={() => void copy()}>
          Copy link
        </Button>
        <span className="share-length">{figure(url.length)} characters</span>
        <span role="status">{SAID[copied]}</span>
      </div>
    </>
  );
}

const SAVES = [
  'export-svg',
  'export-png',
  'export-card',
  'animation-from',
  'animation-to',
  'export-trace',
  'print',
];

/** The moment, or the way to it, as something to be looked at elsewhere. */
function Saves({ controls }: { readonly controls: Controls }) {
  const commands = SAVES.flatMap((id) => controls.find(id) ?? []).filter(({ enabled }) => enabled !== false);
  if (commands.length === 0) return null;
  return (
    <details className="share-embed">
      <summary>Save a picture, an animation or a trace, or print it</summary>
      <ul className="share-saves">
        {commands.map(({ id, title }) => (
          <li key={id}>
            <Button
              onClick={() => {
                controls.session.set({ dialog: undefined });
                controls.execute(id);
              }}
            >
              {title}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** For a course page: the stage at this moment, in a frame. */
function Snippet({ controls, html }: { readonly controls: Controls; readonly html: string }) {
  return (
    <details className="share-embed">
      <summary>Embed it in a course page</summary>
      <CopyText
        name="Frame for a course page"
        text={html}
        rows={4}
        button="Copy frame"
        copy={controls.host.copy}
      />
      <p className="share-carries">
        <a href={pageAddress('embedding')} onClick={() => controls.session.set({ dialog: undefined })}>
          Try it, and move it from the course page
        </a>
      </p>
    </details>
  );
}

/** `a, b and c`. */
function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

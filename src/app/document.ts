import type { Session } from '../session/session';
import type { SessionState } from '../session/state';

/** What the document itself shows of the session: colours and type size, which are CSS's, and the title of the tab. */
export function followDocument(session: Session): () => void {
  const apply = ({ scheme, presenter, spec }: SessionState): void => {
    const root = document.documentElement;
    if (scheme === 'system') delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
    if (presenter) root.dataset.presenter = 'on';
    else delete root.dataset.presenter;
    document.title = spec === undefined ? 'Shadowscope' : `${spec.title} · Shadowscope`;
  };
  apply(session.state);
  return session.store.subscribe((now, before) => {
    if (now.scheme !== before.scheme || now.presenter !== before.presenter || now.spec !== before.spec)
      apply(now);
  });
}

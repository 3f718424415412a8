import type { Session } from '../session/session';
import type { SessionState } from '../session/state';

const SHOWN = ['scheme', 'presenter', 'spec', 'page'] as const;

/** What the document itself shows of the session: colours and type size, which are CSS's, and the title of the tab. */
export function followDocument(session: Session): () => void {
  const apply = ({ scheme, presenter, spec, page }: SessionState): void => {
    const root = document.documentElement;
    if (scheme === 'system') delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
    if (presenter) root.dataset.presenter = 'on';
    else delete root.dataset.presenter;
    const title = page?.title ?? spec?.title;
    document.title = title === undefined ? 'Shadowscope' : `${title} · Shadowscope`;
  };
  apply(session.state);
  return session.store.subscribe((now, before) => {
    if (SHOWN.some((key) => now[key] !== before[key])) apply(now);
  });
}

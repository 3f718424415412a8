import type { Session } from '../session/session';

/** Colours and type size are the document's: CSS does the rest. */
export function followScheme(session: Session): () => void {
  const apply = (): void => {
    const { scheme, presenter } = session.state;
    const root = document.documentElement;
    if (scheme === 'system') delete root.dataset.scheme;
    else root.dataset.scheme = scheme;
    if (presenter) root.dataset.presenter = 'on';
    else delete root.dataset.presenter;
  };
  apply();
  return session.store.subscribe((now, before) => {
    if (now.scheme !== before.scheme || now.presenter !== before.presenter) apply();
  });
}

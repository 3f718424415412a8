import { createStore, type StoreApi } from 'zustand/vanilla';
import { figure } from '../../base';
import { type RecordedLine, readLines } from '../../oracle/recordedText';
import { openText, type Sources } from '../opening';
import { PAGES, showPage } from '../pages';
import type { Session } from '../session';

/** A file of recorded cases that somebody opened: one of them is to be chosen. */
export interface OpenedCases {
  readonly name: string;
  readonly lines: readonly RecordedLine[];
}

interface State {
  readonly opened: OpenedCases | undefined;
}

const known = new WeakMap<Session, StoreApi<State>>();

/** The session's last file of several cases. */
export function openedCases(session: Session): StoreApi<State> {
  const store = known.get(session) ?? createStore<State>()(() => ({ opened: undefined }));
  known.set(session, store);
  return store;
}

/** Puts a file's only case on stage; of several, offers the list. What cannot be read is said with its line. */
export function openRecorded(session: Session, sources: Sources, text: string, name: string): void {
  const lines = readLines(text);
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) {
    if (only.read.kind === 'error')
      session.say(`${name}, line ${only.line}: ${only.read.error}. What was on stage stays.`, 'wrong');
    else openCase(session, sources, only.text, name);
    return;
  }
  const [first] = lines;
  if (first === undefined) {
    session.say(`${name} is empty. Expected recorded cases, one per line. What was on stage stays.`, 'wrong');
    return;
  }
  if (first.read.kind === 'error' && lines.every(({ read }) => read.kind === 'error')) {
    session.say(
      `${name}: none of its ${figure(lines.length)} lines is a recorded case. Line ${first.line}: ${first.read.error}. What was on stage stays.`,
      'wrong',
    );
    return;
  }
  openedCases(session).setState({ opened: { name, lines } });
  const row = PAGES.find((page) => page.name === 'recorded');
  if (row !== undefined) showPage(session, row);
}

/** Puts one case on stage, with the recording beside it. */
export function openCase(session: Session, sources: Sources, text: string, name: string): void {
  if (openText(session, sources, text)) {
    session.set({ page: undefined, tabs: { ...session.state.tabs, right: 'recording' } });
    return;
  }
  const [first] = session.state.diagnostics;
  session.set({ draft: undefined, diagnostics: [] });
  session.say(`${name}: ${first?.says ?? 'it cannot be built.'} What was on stage stays.`, 'wrong');
}

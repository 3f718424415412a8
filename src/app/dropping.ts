import { isRecorded } from '../oracle/recordedText';
import type { Controls } from '../session/controls';
import { openFile } from '../session/link';
import { goToPage } from '../session/pages';
import { isLitmus } from '../session/reading';
import { readPicked } from './platform';

/** A text somebody pastes beside every field is one to open only if it looks like one. */
const looksLikeText = (text: string): boolean =>
  isLitmus(text) ||
  /^\s*(#[^\n]*\n\s*)*scenario\s+"/.test(text) ||
  /^\s*\{\s*"shadowscope"/.test(text) ||
  isRecorded(text);

const NOTHING_OF_OURS =
  'found nothing that can be opened here. Expected a scenario (it begins with `scenario "…"`), a litmus test (`X86 NAME`), a file that this page saved (.shadowscope), a recorded case (a line of JSON with its operations) or a trace of KVM. What was on stage stays.';

/** Whether a place takes text itself: what is pasted or dropped there is not ours. */
const takesText = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;

/** Enough of a file to tell what it is. */
const HEAD = 16 * 1024;

/**
 * Whether a file is one for the page of traces: by its first lines, never by reading it whole. There, whatever is no scenario is taken for a
 * trace: that page says what a file that is none is.
 */
async function looksLikeTrace(file: File, onItsPage: boolean): Promise<boolean> {
  const head = await file.slice(0, HEAD).text();
  if (looksLikeText(head)) return false;
  return onItsPage || /^# tracer:|: kvm_\w+: |kvm(mmu)?:\w+: |Dtracing|^PERFILE/m.test(head);
}

/** A scenario or a litmus test that is dropped on the page as a file or as text, or pasted into it, is opened; a trace of KVM's goes to its page. */
export function listenForDrops({ session, sources, host }: Controls): void {
  const openGiven = (file: File): void => {
    const done = session.frames.begin('file');
    looksLikeTrace(file, session.state.page?.name === 'trace')
      .then(async (trace) => {
        if (trace) {
          const { deskOf } = await import('../pages/trace/deskOf');
          deskOf(session).open(file, file.name);
          if (session.state.page?.name !== 'trace') goToPage(session, host, 'trace');
          return;
        }
        const { name, text } = await readPicked(file);
        if (!looksLikeText(text) && !/\.(scenario|shadowscope|litmus|jsonl|gz)$/i.test(name)) {
          session.say(`${name}: ${NOTHING_OF_OURS}`, 'wrong');
          return;
        }
        openFile(session, sources, text, name);
      })
      .catch((error: unknown) => session.say(error instanceof Error ? error.message : String(error), 'wrong'))
      .finally(done);
  };
  document.addEventListener('dragover', (event) => {
    // Without this the browser would leave the page for the file.
    if (event.dataTransfer?.types.includes('Files') || !takesText(event.target)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const { dataTransfer } = event;
    const file = dataTransfer?.files[0];
    if (file !== undefined) {
      event.preventDefault();
      openGiven(file);
      return;
    }
    if (takesText(event.target)) return;
    event.preventDefault();
    const text = dataTransfer?.getData('text/plain') ?? '';
    if (looksLikeText(text)) openFile(session, sources, text, 'The text');
    else if (text !== '') session.say(`What was dropped: ${NOTHING_OF_OURS}`, 'wrong');
  });
  document.addEventListener('paste', (event) => {
    if (takesText(event.target)) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!looksLikeText(text)) return;
    event.preventDefault();
    openFile(session, sources, text, 'The text');
  });
}

import {
  checkAll,
  checkLibrary,
  isSection,
  type Recordings,
  type TruthProgress,
  type TruthSection,
} from '../../oracle/truth';

/** What the thread is told: the recordings. It is ended to cancel it. */
export type ToChecker = Recordings;

/** What it says: how far it has come, a section that is through, the end, or why it cannot go on. */
export type FromChecker =
  | { readonly kind: 'progress'; readonly progress: TruthProgress }
  | { readonly kind: 'section'; readonly section: TruthSection }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** The recordings, then the scenarios of the library. */
function* everything(given: Recordings): Generator<TruthProgress | TruthSection> {
  yield* checkAll(given);
  yield yield* checkLibrary();
}

const tell = (message: FromChecker): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<ToChecker>) => {
  try {
    for (const found of everything(data))
      tell(isSection(found) ? { kind: 'section', section: found } : { kind: 'progress', progress: found });
    tell({ kind: 'done' });
  } catch (error) {
    tell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
});

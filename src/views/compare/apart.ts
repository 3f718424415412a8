import type { Run } from '../../engine';
import { buildScene } from '../scene/build';
import type { MarkedEntry } from './marked';
import { type ShadowApart, shadowsApart } from './shadows';
import { type Apart, memoryApart } from './states';
import { type Translations, translationsApart } from './translations';

interface Listed<T> {
  readonly found: readonly T[];
  readonly all: number;
}

/** What two runs have at a pair of moments and do not have alike. */
export interface ApartAt {
  readonly memory: Listed<Apart>;
  /** Where the processors would be led, page by page. */
  readonly translations: Translations;
  /** Entry by entry, where both are of one design; undefined where their shadows are not of one kind. */
  readonly shadows: Listed<ShadowApart> | undefined;
  /** The entries to mark on each stage. */
  readonly marks: { readonly a: readonly MarkedEntry[]; readonly b: readonly MarkedEntry[] };
}

/** Entries of a kind that are marked on the stages; of more than that nobody could keep track. */
const MARKED = 64;

const sceneAt = (run: Run, cursor: number) => {
  const { from, to } = run.beatAround(cursor);
  return buildScene(run, from, to);
};

export function apartAt(a: Run, b: Run, at: { readonly a: number; readonly b: number }): ApartAt {
  const memory = memoryApart(a, b, at, MARKED);
  const translations = translationsApart(a, b, at, MARKED);
  const shadows =
    a.built.design.name === b.built.design.name
      ? shadowsApart(sceneAt(a, at.a), sceneAt(b, at.b), MARKED)
      : undefined;
  return {
    ...{ memory, translations, shadows },
    marks: { a: marksOf('a', a, at.a), b: marksOf('b', b, at.b) },
  };

  function marksOf(side: 'a' | 'b', run: Run, cursor: number): MarkedEntry[] {
    const { machine } = run.built;
    return run.peek(cursor, () => [
      ...memory.found.map(({ gfn, index }): MarkedEntry => ({ frame: machine.gfnToMfn(gfn), index })),
      ...(shadows?.found ?? []).flatMap((one): MarkedEntry[] => {
        const place = side === 'a' ? one.atA : one.atB;
        return place === undefined ? [] : [place];
      }),
      // Where the designs differ, what can be set beside each other is what their tables come to.
      ...(shadows === undefined ? translations.found : []).flatMap((one): MarkedEntry[] => {
        const { table, index } = side === 'a' ? one.atA : one.atB;
        return [{ frame: table, index }];
      }),
    ]);
  }
}

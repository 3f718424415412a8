import { frameName, hex, word } from '../../base';
import { entryText, type Run } from '../../engine';

/** A word of the guest's memory that is not the same in two runs at a pair of moments: an entry of a table, or data. */
export interface Apart {
  /** Guest frame, and the index in it: of an entry, or of a word. */
  readonly gfn: number;
  readonly index: number;
  /** `0x013[002]`. */
  readonly name: string;
  /** `L1`, or `data`. */
  readonly kind: string;
  readonly a: string;
  readonly b: string;
}

/** Guest frames whose words are looked at: those that hold anything in either run. */
function touched(run: Run): number[] {
  const { machine } = run.built;
  const out: number[] = [];
  for (let gfn = 0; gfn < machine.config.guestFrames; gfn++) {
    const mfn = machine.gfnToMfn(gfn);
    if (mfn >= 0 && machine.memory.find(mfn) !== 0) out.push(gfn);
  }
  return out;
}

function readWord(run: Run, gfn: number, cell: number, wide: boolean): { hi: number; lo: number } {
  const { machine } = run.built;
  const mfn = machine.gfnToMfn(gfn);
  if (mfn < 0 || machine.memory.find(mfn) === 0) return word(0, 0);
  const lo = machine.memory.read32(mfn, cell);
  return { hi: wide ? machine.memory.read32(mfn, cell + 1) : 0, lo };
}

/**
 * What the guest has in its memory in one run and not in the other: entries of tables first. `most` of them, and how many there
 * are in all.
 */
export function memoryApart(
  a: Run,
  b: Run,
  at: { readonly a: number; readonly b: number },
  most: number,
): { readonly found: readonly Apart[]; readonly all: number } {
  return a.peek(at.a, () =>
    b.peek(at.b, () => {
      const mode = a.built.machine.guestMode(0);
      const wide = mode.entryCells === 2;
      const levels = new Map(a.built.spec.tables.map(({ frame, level }) => [frame, level]));
      const frames = [...new Set([...touched(a), ...touched(b)])].sort(
        (one, other) => (levels.has(other) ? 1 : 0) - (levels.has(one) ? 1 : 0) || one - other,
      );
      const found: Apart[] = [];
      let all = 0;
      for (const gfn of frames) {
        const level = levels.get(gfn);
        for (let cell = 0; cell < 1024; cell += wide ? 2 : 1) {
          const [left, right] = [readWord(a, gfn, cell, wide), readWord(b, gfn, cell, wide)];
          if (left.hi === right.hi && left.lo === right.lo) continue;
          all++;
          if (found.length === most) continue;
          const say = ({ hi, lo }: { hi: number; lo: number }): string =>
            level === undefined
              ? `0x${hi === 0 ? '' : `${hex(hi)}_`}${hex(lo)}`
              : entryText(mode, level, word(hi, lo));
          found.push({
            gfn,
            index: wide ? cell / 2 : cell,
            name: `${frameName(gfn)}[${hex(wide ? cell / 2 : cell, 3)}]`,
            kind: level === undefined ? 'data' : `L${level}`,
            a: say(left),
            b: say(right),
          });
        }
      }
      return { found, all };
    }),
  );
}

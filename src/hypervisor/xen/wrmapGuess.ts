import { HOW_DIRECT_MAP, HOW_UNSYNC_VA, HOW_WINDOWS_32, HOW_WINDOWS_64, HOW_WINDOWS_PAE } from './events';
import type { GeometryName } from './geometry';
import type { Xen } from './state';

/** One place where a known kernel is likely to map a page table page writable, and the counter a hit raises. */
export interface Guess {
  readonly vaHi: number;
  readonly vaLo: number;
  /** HOW_*: 1 to 6 are shadow_writeable_h_1 to h_6. */
  readonly how: number;
  /** Whose habit it is, for captions: "Linux maps all memory here". */
  readonly whose: string;
}

/** What a guess may go by. */
interface Wanted {
  readonly gfn: number;
  /** 1 to 4: as which level of a walk the page was found; 0: called from a resync. */
  readonly level: number;
  /** The VA whose walk led here, or the unsync VA at level 0; 0 if there is none. */
  readonly vaHi: number;
  readonly vaLo: number;
}

type Rule = (w: Wanted) => Guess | undefined;

/** base + (va & 48 bits) >> shift, aligned to an entry. */
function selfMap(baseHi: number, baseLo: number, shift: number): Rule {
  return ({ vaHi, vaLo }) => {
    const va = (vaHi & 0xffff) * 2 ** 32 + (vaLo >>> 0);
    const offset = Math.floor(va / 2 ** shift);
    return sum(baseHi, baseLo, offset - (offset % 8), HOW_WINDOWS_64, 'Windows maps its own tables there');
  };
}

/** base + gfn << 12. */
function directMap(baseHi: number, baseLo: number, whose: string): Rule {
  return ({ gfn }) => (gfn < 0 ? undefined : sum(baseHi, baseLo, gfn * 4096, HOW_DIRECT_MAP, whose));
}

function sum(baseHi: number, baseLo: number, offset: number, how: number, whose: string): Guess {
  const lo = (baseLo >>> 0) + offset;
  return { vaHi: (baseHi + Math.floor(lo / 2 ** 32)) | 0, vaLo: lo | 0, how, whose };
}

const atLevel =
  (level: number, rule: Rule): Rule =>
  (w) =>
    w.level === level ? rule(w) : undefined;

/** The unsync VA itself, in a resync: B to U, where the slots keep it. */
const unsyncVa: Rule = ({ level, vaHi, vaLo }) =>
  level === 0 && (vaHi !== 0 || vaLo !== 0)
    ? { vaHi, vaLo, how: HOW_UNSYNC_VA, whose: 'the table was let go for a store there' }
    : undefined;

/** Linux maps the first 896 MiB at 3 GiB. */
const LOW_MEMORY = 0x38000;
const linux32 = directMap(0, 0xc000_0000 | 0, 'Linux maps its low memory there');
const lowMemory: Rule = (w) => (w.gfn < LOW_MEMORY ? linux32(w) : undefined);

/** base + va >> shift, for 32-bit Windows, whose tables lie in a row from 3 GiB on. */
function windows32(base: number, shift: number, bytes: 4 | 8, how: number): Rule {
  return ({ vaLo }) => {
    const offset = Math.floor((vaLo >>> 0) / 2 ** shift);
    return sum(0, base | 0, offset - (offset % bytes), how, 'Windows maps its own tables there');
  };
}

/** Per guest mode, in the order of sh_remove_write_access (sheet 4.1). */
const RULES: Readonly<Record<GeometryName, readonly Rule[]>> = {
  '32': [unsyncVa, atLevel(1, windows32(0xc000_0000, 10, 4, HOW_WINDOWS_32)), lowMemory],
  pae: [
    unsyncVa,
    atLevel(1, windows32(0xc000_0000, 9, 8, HOW_WINDOWS_PAE)),
    atLevel(2, windows32(0xc060_0000, 18, 8, HOW_WINDOWS_PAE)),
    lowMemory,
  ],
  '64': [
    unsyncVa,
    atLevel(1, selfMap(0xfffff680 | 0, 0, 9)),
    atLevel(2, selfMap(0xfffff6fb | 0, 0x4000_0000, 18)),
    atLevel(3, selfMap(0xfffff6fb | 0, 0x7da0_0000, 27)),
    directMap(0xffff8100 | 0, 0, 'Linux maps all memory there'),
    directMap(0x0000_0100, 0, 'an older Linux maps all memory there'),
    directMap(0xfffffe00 | 0, 0, 'Solaris maps all memory there'),
  ],
};

/** The guesses for a page, in the paging mode of vCPU v, in order. Empty where the heuristic is off. */
export function guesses(
  x: Xen,
  v: number,
  gmfn: number,
  level: number,
  vaHi: number,
  vaLo: number,
): readonly Guess[] {
  if (!x.on('wrmap-guess')) return [];
  const wanted = { gfn: x.p2m.gfn(gmfn), level, vaHi, vaLo };
  return RULES[x.geometry(v).name].map((rule) => rule(wanted)).filter((guess) => guess !== undefined);
}

import { defined, type Word } from '../../base';
import type { Xen } from '../../hypervisor/xen/state';
import { isFl1, SH_NONE, typeName } from '../../hypervisor/xen/types';
import { frameOf, makeEntry, NX_HI, P } from '../../machine';

/** Shadows and their entries in the recording's words, both ways. */

/** What a key says: the shadow's type and the guest frame that it stands for; of Xen's own table there is none. */
export interface Key {
  readonly gfn: number | 'unpaged';
  readonly type: number;
}

const TYPES = new Map(Array.from({ length: 14 }, (_, type) => [typeName(type), type] as const));

export function parseKey(key: string): Key {
  const [frame, name] = key.split('/');
  const type = TYPES.get(name ?? '');
  if (type === undefined) throw new Error(`${key} names no shadow. Expected GFN/TYPE as in the format`);
  return { gfn: frame === 'unpaged' ? 'unpaged' : Number.parseInt(frame as string, 16), type };
}

/**
 * The names of a world's shadows. A shadow that has gone keeps its name for a while: what is not present may still hold its number,
 * and the recorder knew it too.
 */
export class ShadowNames {
  private readonly gone = new Map<number, string>();
  /** Texts of leaves by their low half: the same few hundred come again and again. */
  private readonly leaves = new Map<number, string>();

  constructor(private readonly x: Xen) {}

  /** Key of a shadow by its type and what it stands for: a gfn for a splintered page, else a machine frame. */
  made(type: number, n: number, smfn?: number): string {
    const { domain, p2m } = this.x;
    const name = typeName(type);
    const unpaged = domain.get('unpagedTable') !== 0 && n === domain.get('unpagedTable');
    const gfn = isFl1(type) ? n : p2m.gfn(n);
    const key = `${unpaged ? 'unpaged' : gfn.toString(16)}/${name}`;
    if (smfn !== undefined) this.gone.set(smfn, key);
    return key;
  }

  /** Key of the shadow whose first page this is. */
  key(smfn: number): string {
    const type = this.x.pages.type(smfn);
    if (type === SH_NONE) return this.gone.get(smfn) ?? `free page ${smfn.toString(16)}`;
    return this.made(type, this.x.pages.backpointer(smfn), smfn);
  }

  /** An entry of a shadow as the recording writes it; `0` for an empty one. */
  entry(hi: number, lo: number): string {
    const { x } = this;
    if (hi === 0 && lo === 0) return '0';
    const known = hi === 0 ? this.leaves.get(lo) : undefined;
    if (known !== undefined) return known;
    const mark = (lo & P) === 0 ? '!' : '';
    const flags = `${(lo & 0xfff).toString(16)}${(hi & NX_HI) === 0 ? '' : 'nx'}`;
    const frame = frameOf(hi, lo);
    if (!x.pages.owns(frame)) {
      const gfn = x.p2m.gfn(frame);
      const text = `${mark}${(gfn < 0 ? frame : gfn).toString(16)}:${flags}`;
      if (hi === 0) this.leaves.set(lo, text);
      return text;
    }
    const part = x.pages.part(frame);
    return `${mark}>${this.key(frame - part)}${part === 0 ? '' : `.${part}`}:${flags}`;
  }
}

/** A leaf's text as most are written: present, flags of two digits. Read without a pattern: a case has thousands. */
function plainLeaf(text: string): { frame: number; flags: number } | undefined {
  const colon = text.length - 3;
  if (colon < 1 || colon > 6 || text.charCodeAt(colon) !== 0x3a) return undefined;
  const frame = hexDigits(text, 0, colon);
  const flags = hexDigits(text, colon + 1, text.length);
  return frame < 0 || flags < 0 ? undefined : { frame, flags };
}

/** A number written in small hex digits; -1 for anything else. */
function hexDigits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** What an entry's text says, as a shadow entry; `smfnOf` knows the shadows by key. */
export function entryWord(x: Xen, text: string, smfnOf: ReadonlyMap<string, number>): Word {
  const leaf = plainLeaf(text);
  if (leaf !== undefined) return makeEntry(x.p2m.mfn(leaf.frame), leaf.flags, false);
  const read = /^!?(?:>([^.:]+)(?:\.(\d))?|([0-9a-f]+)):([0-9a-f]+?)(nx)?$/.exec(text);
  if (read === null) throw new Error(`${text} is no entry of a shadow. Expected one as in the format`);
  const [, key, part, frame, flags, nx] = read;
  const mfn =
    key === undefined
      ? x.p2m.mfn(Number.parseInt(frame as string, 16))
      : defined(smfnOf.get(key), `the shadow ${key}`) + Number(part ?? 0);
  return makeEntry(mfn, Number.parseInt(flags as string, 16), nx !== undefined);
}

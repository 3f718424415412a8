import type { Xen } from '../../hypervisor/xen/state';
import { SH_NONE } from '../../hypervisor/xen/types';
import type { ShadowNames } from './entryText';
import { entriesOf, type ShadowFields, type XenCase } from './format';

/**
 * One shadow: what its entries say (empty ones are left out), and whether it is pinned. It is written in place and notes which entries
 * were, so that a comparison need look at those only: an operation touches a few of some thousand.
 */
export class Shadow {
  readonly entries = new Map<number, string>();
  /** Indices of entries that were written, in order, some more than once. */
  readonly written: number[] = [];

  constructor(readonly pinned: boolean) {}

  put(index: number, text: string): void {
    if (text === '0') this.entries.delete(index);
    else this.entries.set(index, text);
    this.written.push(index);
  }
}

/** What the design's shadows say, by key. A shadow is another object when it is made anew, or pinned otherwise. */
export class ShadowWatch {
  private readonly known = new Map<number, { key: string; shadow: Shadow }>();

  constructor(
    private readonly x: Xen,
    private readonly names: ShadowNames,
  ) {}

  /** `written`: cells of the machine's memory written since the last call, by frame. */
  read(written: ReadonlyMap<number, readonly number[]>): Map<string, Shadow> {
    const { x } = this;
    const out = new Map<string, Shadow>();
    for (const smfn of x.shadows()) {
      const key = this.names.key(smfn);
      const pages = Math.ceil(x.entriesOf(x.pages.type(smfn)) / 512);
      const kept = this.known.get(smfn);
      const pinned = x.pages.pinned(smfn);
      let shadow = kept?.shadow;
      if (shadow === undefined || kept?.key !== key || shadow.pinned !== pinned) {
        shadow = new Shadow(pinned);
        for (let i = 0; i < 512 * pages; i++) this.entry(shadow, smfn, i, false);
        this.known.set(smfn, { key, shadow });
      } else
        for (let page = 0; page < pages; page++)
          for (const cell of written.get(smfn + page) ?? [])
            this.entry(shadow, smfn, 512 * page + (cell >> 1), true);
      out.set(key, shadow);
    }
    // What is not listed now may come back on the same page with other contents.
    for (const smfn of this.known.keys()) if (x.pages.type(smfn) === SH_NONE) this.known.delete(smfn);
    return out;
  }

  private entry(shadow: Shadow, smfn: number, index: number, cleared: boolean): void {
    const [hi, lo] = [this.x.hi(smfn, index), this.x.lo(smfn, index)];
    if (hi !== 0 || lo !== 0 || cleared) shadow.put(index, this.names.entry(hi, lo));
  }
}

/** What the recorded shadows say, by key: the start, and every change since. */
export class RecordedShadows {
  readonly shadows = new Map<string, Shadow>();

  constructor(c: XenCase) {
    for (const [key, fields] of Object.entries(c.start.shadows)) this.put(key, undefined, fields);
  }

  /** The changes of one operation. */
  apply(changes: Readonly<Record<string, null | ShadowFields>> | undefined): void {
    for (const [key, fields] of Object.entries(changes ?? {})) {
      if (fields === null) this.shadows.delete(key);
      else this.put(key, fields.new === true ? undefined : this.shadows.get(key), fields);
    }
  }

  private put(key: string, before: Shadow | undefined, fields: ShadowFields): void {
    const pinned = fields.pinned ?? before?.pinned ?? false;
    let shadow = before;
    if (shadow === undefined || shadow.pinned !== pinned) {
      shadow = new Shadow(pinned);
      for (const [index, text] of before?.entries ?? []) shadow.put(index, text);
      this.shadows.set(key, shadow);
    }
    for (const { index, text } of entriesOf(fields.e)) shadow.put(index, text);
  }
}

import type { Xen } from '../../hypervisor/xen/state';
import { SH_NONE } from '../../hypervisor/xen/types';
import type { ShadowNames } from './entryText';
import { entriesOf, type ShadowFields, type XenCase } from './format';

/** One shadow: what its entries say (empty ones are left out), and whether it is pinned. */
export interface Shadow {
  readonly pinned: boolean;
  readonly entries: ReadonlyMap<number, string>;
}

/** What the design's shadows say, by key. A shadow is read again, and is another object, only when one of its pages was written. */
export class ShadowWatch {
  private readonly known = new Map<number, { key: string; shadow: Shadow }>();

  constructor(
    private readonly x: Xen,
    private readonly names: ShadowNames,
  ) {}

  /** `written`: frames written since the last call. */
  read(written: ReadonlySet<number>): Map<string, Shadow> {
    const { x } = this;
    const out = new Map<string, Shadow>();
    for (const smfn of x.shadows()) {
      const key = this.names.key(smfn);
      const pages = Math.ceil(x.entriesOf(x.pages.type(smfn)) / 512);
      const kept = this.known.get(smfn);
      const pinned = x.pages.pinned(smfn);
      const same = kept?.key === key && kept.shadow.pinned === pinned && !touched(written, smfn, pages);
      const shadow = same ? kept.shadow : { pinned, entries: this.entries(smfn, pages) };
      this.known.set(smfn, { key, shadow });
      out.set(key, shadow);
    }
    // What is not listed now may come back on the same page with other contents.
    for (const smfn of this.known.keys()) if (x.pages.type(smfn) === SH_NONE) this.known.delete(smfn);
    return out;
  }

  private entries(smfn: number, pages: number): Map<number, string> {
    const map = new Map<number, string>();
    for (let i = 0; i < 512 * pages; i++) {
      const [hi, lo] = [this.x.hi(smfn, i), this.x.lo(smfn, i)];
      if (hi !== 0 || lo !== 0) map.set(i, this.names.entry(hi, lo));
    }
    return map;
  }
}

function touched(written: ReadonlySet<number>, first: number, pages: number): boolean {
  for (let i = 0; i < pages; i++) if (written.has(first + i)) return true;
  return false;
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
    const entries = new Map(before?.entries ?? []);
    for (const { index, text } of entriesOf(fields.e)) {
      if (text === '0') entries.delete(index);
      else entries.set(index, text);
    }
    this.shadows.set(key, { pinned: fields.pinned ?? before?.pinned ?? false, entries });
  }
}

import type { Xen } from '../../hypervisor/xen/state';
import type { ShadowNames } from './entryText';
import { entriesOf, type ShadowFields, type XenCase } from './format';

/** One shadow: what its entries say (empty ones are left out), and whether it is pinned. */
export interface Shadow {
  readonly pinned: boolean;
  readonly entries: ReadonlyMap<number, string>;
}

/** What the design's shadows say, by key. Pages are read again only when they were written. */
export class ShadowWatch {
  private readonly known = new Map<number, { key: string; map: Map<number, string> }>();

  constructor(
    private readonly x: Xen,
    private readonly names: ShadowNames,
  ) {}

  /** `written`: frames written since the last call. */
  read(written: ReadonlySet<number>): Map<string, Shadow> {
    const { x } = this;
    for (const frame of written) this.known.delete(frame);
    const out = new Map<string, Shadow>();
    for (const smfn of x.shadows()) {
      const key = this.names.key(smfn);
      const pages = Math.ceil(x.entriesOf(x.pages.type(smfn)) / 512);
      const entries = new Map<number, string>();
      for (let part = 0; part < pages; part++)
        for (const [i, text] of this.page(smfn + part, key)) entries.set(part * 512 + i, text);
      out.set(key, { pinned: x.pages.pinned(smfn), entries });
    }
    return out;
  }

  private page(frame: number, key: string): Map<number, string> {
    const kept = this.known.get(frame);
    if (kept?.key === key) return kept.map;
    const map = new Map<number, string>();
    for (let i = 0; i < 512; i++) {
      const text = this.names.entry(this.x.memory.hi(frame, i), this.x.memory.lo(frame, i));
      if (text !== '0') map.set(i, text);
    }
    this.known.set(frame, { key, map });
    return map;
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
    const entries = new Map(before?.entries ?? []);
    for (const { index, text } of entriesOf(fields.e)) {
      if (text === '0') entries.delete(index);
      else entries.set(index, text);
    }
    this.shadows.set(key, { pinned: fields.pinned ?? before?.pinned ?? false, entries });
  }
}

import * as c from '../../hypervisor/kvm/constants';
import { childOf, gfnOfEntry, isLast, isMmio } from '../../hypervisor/kvm/link';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { ShadowChange } from './format';

interface Page {
  readonly key: string;
  readonly root: number;
  readonly unsync: number;
  readonly unsyncChildren: number;
  readonly entries: ReadonlyMap<number, string>;
}

/** The shadow pages as the recorder lists them: those on the active list, by key. */
type Shadow = ReadonlyMap<string, Page>;

/** Keeps what the shadow held at the end of an operation, and says what has changed since: in the recording's own form. */
export class ShadowWatch {
  private last: Shadow = new Map();
  /** Entries as read last; a page is read again only when its frame was written. */
  private readonly entries = new Map<number, { key: string; map: Map<number, string> }>();

  constructor(private readonly k: Kvm) {}

  /** `written`: frames that were written since the last call. */
  change(written: ReadonlySet<number>): ShadowChange {
    const now = this.read(written);
    const out: Record<string, NonNullable<ShadowChange[string]> | null> = {};
    for (const [key, page] of now) {
      const before = this.last.get(key);
      // A page that went and came again within one operation is the same to the recorder: it compares by key.
      const diff = before === undefined ? { new: true, ...changed(page, undefined) } : changed(page, before);
      if (Object.keys(diff).length > 0) out[key] = diff;
    }
    for (const key of this.last.keys()) if (!now.has(key)) out[key] = null;
    this.last = now;
    return out;
  }

  private read(written: ReadonlySet<number>): Shadow {
    const { k } = this;
    const { pages } = k;
    const keys = this.keys();
    // Also of pages that are not listed now: their frames may come back as other pages.
    for (const frame of written) this.entries.delete(frame);
    const out = new Map<string, Page>();
    for (const [sfn, key] of keys) {
      const kept = this.entries.get(sfn);
      let map = kept?.map;
      if (map === undefined || kept?.key !== key) {
        map = this.readEntries(sfn, keys);
        this.entries.set(sfn, { key, map });
      }
      out.set(key, {
        key,
        root: pages.get(sfn, 'rootCount'),
        unsync: pages.get(sfn, 'unsync'),
        unsyncChildren: pages.get(sfn, 'unsyncChildren'),
        entries: map,
      });
    }
    return out;
  }

  /** Keys of the listed pages; a second page of the same key is told apart. */
  private keys(): Map<number, string> {
    const seen = new Map<string, number>();
    const out = new Map<number, string>();
    for (const sfn of this.k.pages.activePages()) {
      const key = this.k.key(sfn);
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      out.set(sfn, nth === 1 ? key : `${key}#${nth}`);
    }
    return out;
  }

  private readEntries(sfn: number, keys: ReadonlyMap<number, string>): Map<number, string> {
    const { k } = this;
    const out = new Map<number, string>();
    const level = k.pages.level(sfn);
    for (let i = 0; i < c.ENTRIES; i++) {
      const lo = k.lo(sfn, i);
      if (lo === 0) continue;
      const hi = k.hi(sfn, i);
      if (isMmio(hi, lo)) out.set(i, 'mmio');
      else if (!isLast(lo, level)) {
        const child = childOf(k, sfn, i);
        out.set(i, `>${keys.get(child) ?? k.key(child)}`);
      } else {
        const nx = hi < 0 ? 'nx' : '';
        out.set(i, `${gfnOfEntry(k, sfn, i).toString(16)}:${(lo & 0xfff).toString(16)}${nx}`);
      }
    }
    return out;
  }
}

/** Fields of a page that differ from before; of a new page those that are not zero. */
function changed(now: Page, before: Page | undefined): NonNullable<ShadowChange[string]> {
  const e: Record<string, string> = {};
  for (const [index, entry] of now.entries) if (before?.entries.get(index) !== entry) e[index] = entry;
  for (const index of before?.entries.keys() ?? []) if (!now.entries.has(index)) e[index] = '0';
  return {
    ...(now.root === (before?.root ?? 0) ? {} : { root: now.root }),
    ...(now.unsync === (before?.unsync ?? 0) ? {} : { unsync: now.unsync }),
    ...(now.unsyncChildren === (before?.unsyncChildren ?? 0) ? {} : { unsyncChildren: now.unsyncChildren }),
    ...(Object.keys(e).length === 0 ? {} : { e }),
  };
}

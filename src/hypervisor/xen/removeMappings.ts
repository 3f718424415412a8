import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, sayIndex } from '../../machine';
import { WHY_UNMAP } from './events';
import { isUsable } from './magic';
import { setL1e } from './setL1e';
import type { Xen } from './state';
import { mapsPages, SH_MAX_SHADOW } from './types';

const L = slots('v', 'gmfn', 'smfn', 'index', 'hit', 'at', 'hits', 'reads', 'total', 'next');

/** Shadow types whose entries map pages, as bits. */
const SEARCHED = Array.from({ length: SH_MAX_SHADOW + 1 }, (_, type) =>
  mapsPages(type) ? 1 << type : 0,
).reduce((all, bit) => all | bit);

/** The next L1 shadow in the hash; `total` entries are read when there is none, or nothing maps the page any more. */
function nextShadow(t: Thread, x: Xen): void {
  const next = mappings(t, x) === 0 ? 0 : x.hash.nextAfter(t.get(L.smfn), SEARCHED);
  t.set(L.next, next);
  t.set(L.index, 0);
  t.goto(next === 0 ? 'end' : 'entry');
}

/** References that shadow entries hold on the page. One more is taken by its own shadows, which are gone by now. */
const mappings = (t: Thread, x: Xen): number => x.guest.refs(t.get(L.gmfn));

/**
 * sh_remove_all_mappings: no shadow entry maps the page any more, writable or not. There are no guesses for this: all L1 shadows
 * are searched. Arguments: v, gmfn. Returns 1: the caller must flush. A mapping that is not found is another domain's: Xen
 * complains and goes on. Source: sheet 2.10, 8.
 */
export const shRemoveAllMappings = procedure<Xen>({
  name: 'sh_remove_all_mappings',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Removes every mapping of a page from all L1 shadows.',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'sh_remove_all_mappings(gmfn): perfc_incr(shadow_mappings, shadow_mappings_bf)',
      touch: 'locked',
      run: (t, x) => {
        x.world.count('shadow_mappings');
        x.world.count('shadow_mappings_bf');
        x.domain.set('hashWalking', 1);
        t.set(L.smfn, 0);
        nextShadow(t, x);
      },
      say: (t, x) => {
        const count = mappings(t, x);
        const page = x.name(t.get(L.gmfn));
        if (count === 0) return `No shadow entry maps frame ${page}: its reference count says so.`;
        return `${count === 1 ? 'One shadow entry maps' : `${count} shadow entries map`} frame ${page}. Nothing says where: all L1 shadows are searched.`;
      },
    },
    {
      label: 'entry',
      line: '  for each sl1e of each L1 shadow: if it maps gmfn: shadow_set_l1e(empty)',
      touch: 'locked',
      run: (t, x) => {
        const smfn = t.get(L.next);
        const index = t.get(L.index);
        const hi = x.hi(smfn, index);
        const lo = x.lo(smfn, index);
        const hit = isUsable(hi, lo) && frameOf(hi, lo) === t.get(L.gmfn);
        t.set(L.smfn, smfn);
        t.set(L.at, index);
        t.set(L.hit, hit ? 1 : 0);
        t.set(L.reads, t.get(L.reads) + 1);
        if (hit) {
          setL1e(x, t.get(L.v), smfn, index, 0, 0, WHY_UNMAP);
          t.set(L.hits, t.get(L.hits) + 1);
        }
        t.set(L.index, index + 1);
        if (index + 1 === x.entriesOf(x.pages.type(smfn)) || (hit && mappings(t, x) === 0)) nextShadow(t, x);
        else t.goto('entry');
      },
      say: (t, x) =>
        t.get(L.hit) === 1
          ? `Entry ${sayIndex(t.get(L.at))} of ${x.name(t.get(L.smfn))} maps frame ${x.name(t.get(L.gmfn))}. It is emptied.`
          : `Entry ${sayIndex(t.get(L.at))} of ${x.name(t.get(L.smfn))} does not map frame ${x.name(t.get(L.gmfn))}: ${t.get(L.reads)} read so far.`,
    },
    {
      label: 'end',
      line: '  return 1',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.domain.set('hashWalking', 0);
        t.ret(1);
      },
      say: (t, x) => {
        const page = x.name(t.get(L.gmfn));
        const hits = t.get(L.hits);
        const found = `${t.get(L.reads)} entries were read; ${hits === 0 ? 'none' : hits === 1 ? 'one' : hits} mapped frame ${page}.`;
        return x.guest.foreignWriters(t.get(L.gmfn)) === 0
          ? `${found} No shadow maps it any more.`
          : `${found} Another domain still maps it, which no shadow shows: Xen complains in its log, and goes on.`;
      },
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { sayIndex } from '../../machine';
import { HOW_LAST_WRITABLE, WriteAccessSearched } from './events';
import { clearWrite, mapsWritable } from './refs';
import type { Xen } from './state';

const L = slots('smfn', 'gmfn', 'how', 'owner', 'index', 'hits', 'hit');

/**
 * sh_rm_write_access_from_l1: reads one L1 shadow entry by entry, and takes W from each that maps the page, until nothing maps
 * it writable any more. Arguments: smfn, gmfn, how, owner (the vCPU that remembers where a writer was found).
 * Returns entries read, and hits.
 */
export const rmWriteAccessFromL1 = procedure<Xen>({
  name: 'sh_rm_write_access_from_l1',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Searches one L1 shadow for writable mappings of a page (sheet 4.1).',
  slots: L,
  steps: [
    {
      label: 'entry',
      line: 'for each sl1e: if it maps gmfn writable, clear RW',
      touch: 'racy',
      run: (t, x) => {
        const smfn = t.get(L.smfn);
        const gmfn = t.get(L.gmfn);
        const index = t.get(L.index);
        const hit = mapsWritable(x, smfn, index, gmfn);
        t.set(L.hit, hit ? 1 : 0);
        x.world.emit(WriteAccessSearched, gmfn, t.get(L.how), smfn, index, hit ? 1 : 0);
        if (hit) {
          clearWrite(x, smfn, index, t.get(L.how));
          x.vcpu(t.get(L.owner)).set('lastWriteablePteSmfn', smfn + 1);
          t.set(L.hits, t.get(L.hits) + 1);
        }
        t.set(L.index, index + 1);
        if (index + 1 < x.entriesOf(x.pages.type(smfn)) && !(hit && x.guest.writers(gmfn) === 0))
          t.goto('entry');
      },
      say: (t, x) => {
        const at = `Entry ${sayIndex(t.get(L.index) - 1)} of ${x.name(t.get(L.smfn))}`;
        return t.get(L.hit) === 0
          ? `${at} does not map ${x.name(t.get(L.gmfn))} writable.`
          : `${at} maps ${x.name(t.get(L.gmfn))} writable. It loses W.`;
      },
    },
    {
      label: 'done',
      line: 'return how many there were',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(t.get(L.index), t.get(L.hits)),
      say: (t, x) => {
        const read = t.get(L.index);
        const hits = t.get(L.hits);
        const found =
          hits === 0
            ? `None maps ${x.name(t.get(L.gmfn))} writable.`
            : `${hits === 1 ? 'One' : hits} mapped ${x.name(t.get(L.gmfn))} writable, and ${hits === 1 ? 'is' : 'are'} read-only now.`;
        const why = t.get(L.how) === HOW_LAST_WRITABLE ? ', where the last search found something' : '';
        return `${read} ${read === 1 ? 'entry' : 'entries'} of ${x.name(t.get(L.smfn))} read${why}. ${found}`;
      },
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { DIVIDE, xiEachLarge } from './eachLarge';
import { TAKE_WRITE, xiEachMapping } from './eachMapping';
import { xiFlush } from './flush';
import type { Xi } from './state';

const L = slots('gfn', 'large', 'changed');

/** Write-protects a page newly found to be a page table (sheet 5.5). Argument: guest frame. */
export const xiProtect = procedure<Xi>({
  name: 'xi_write_protect',
  part: 'xi',
  lane: 'hypervisor',
  about:
    'Takes W from every mapping of a page that turned out to be a page table (the common use of backlinks).',
  slots: L,
  steps: [
    {
      label: 'large',
      line: 'write_protect(page): divide every large mapping that contains it',
      touch: 'locked',
      run: (t, x) => {
        if (x.on('search-large')) t.call(xiEachLarge, [t.get(L.gfn), DIVIDE], L.large);
      },
      say: (t, x) =>
        x.on('search-large')
          ? `Page ${x.name(t.get(L.gfn))} is a page table. A large page may contain it.`
          : 'Searching large pages is switched off.',
    },
    {
      label: 'walk',
      line: '  take W from every mapping of the page',
      touch: 'locked',
      run: (t) => t.call(xiEachMapping, [t.get(L.gfn), TAKE_WRITE], L.changed),
      say: (t, x) => `Whatever maps ${x.name(t.get(L.gfn))} must become read-only.`,
    },
    {
      label: 'flush',
      line: '  if anything changed: flush the TLBs',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        if ((t.get(L.changed) > 0 || t.get(L.large) > 0) && x.on('flush-protected')) t.call(xiFlush, []);
      },
      say: (t, x) =>
        t.get(L.changed) === 0 && t.get(L.large) === 0
          ? 'Nothing changed: no TLB can know the page as writable.'
          : x.on('flush-protected')
            ? 'TLBs may still know the page as writable: they are flushed.'
            : 'Flushing after protecting is switched off.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      run: (t) => t.ret(),
      say: (t, x) => `From now on a store to ${x.name(t.get(L.gfn))} faults.`,
    },
  ],
});

import { termsOf } from './term';

const term = termsOf('Xen');

/** Words of Xen’s shadow code. */
export const XEN = [
  term(
    'snapshot',
    'snapshot',
    'A copy of a page table as it was when its shadow was last made from it. A resync skips entries that still equal it.',
    'snapshots',
  ),
  term(
    'oos-slot',
    'out-of-sync slot',
    'A place for a page that is out of sync. Each vCPU has three; the frame number modulo three says which is a page’s home.',
    'slot 0',
    'slot 1',
    'slot 2',
    'three slots',
  ),
  term(
    'punt',
    'punt',
    'A page that stands in the way is moved to the next slot, with its snapshot.',
    'punted',
  ),
  term(
    'crush',
    'crush',
    'No slot is left, so the page that stands there is resynced at once to make room.',
    'crushed',
  ),
  term(
    'fixup',
    'fixup',
    'A note of which shadow entry maps a page writable. It makes protecting the page again a single write instead of a search.',
    'fixups',
  ),
  term(
    'magic-entry',
    'magic entry',
    'A shadow entry with reserved bits set on purpose that says: the guest has nothing here, or this is a device. The fault then needs no walk of the guest’s tables.',
    'magic word',
    'magic entries',
    'magic',
  ),
  term(
    'version',
    'version',
    'A counter that rises when a guest table may have changed: write access was taken away, or a store emulated. A walk made at an older version is checked again.',
  ),
  term(
    'shadow-lock',
    'shadow lock',
    'The one lock of a guest’s shadows. Whoever changes a shadow holds it.',
    'lock of the shadow',
  ),
  term(
    'prefetch',
    'prefetch',
    'After a fault the neighbours of the entry are derived too, in the hope that they are wanted soon.',
    'ahead of time',
  ),
  term(
    'type-count',
    'type count',
    'How many shadow entries map a page writable. When it is zero, the page is protected.',
  ),
];

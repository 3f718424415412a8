import { xi, xiRfc } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const BACKLINKS: Story = {
  id: 'backlinks',
  title: 'Backlinks: who maps this page?',
  about: 'How XI found every mapping of a page without a search, what it paid for that, and who doubted it.',
  level: 'advanced',
  minutes: 9,
  passages: [
    ...scene(
      'xi-data-becomes-a-table-searched',
      {
        at: BEGINNING,
        text: 'A page becomes a page table when an entry of another table begins to name it. No instruction announces it, and it may happen to any page at any time. From then on nobody may write it unheard, so every shadow entry that maps it writable must lose that right. Which entries are those? Page tables lead from addresses to pages; nothing in them leads back.',
        look: 'Page 0x014 is data, mapped in three places. The guest here is a toy: two levels, eight entries each.',
        sources: [xi('write-protecting a page that becomes a page table')],
      },
      {
        at: '0:2:xi_sync_path.compare',
        text: 'The guest has let the table above name page 0x014, and uses an address below it. The fault compares the path with its snapshot, finds the entry that has changed, and knows now what 0x014 is. The shadow for it can be made. But first the three writable mappings must be found and closed.',
        look: 'Entry 005 of the upper table names 0x014.',
        sources: [xi('how page tables are found'), xiRfc('synopsis')],
      },
      {
        at: '0:2:xi_each_mapping.searched',
        text: 'Without any help there is only the linear search: read every entry of every leaf shadow and compare. Here 24 entries are read for three that are found. A real guest has hundreds of shadows with 512 entries each, and the search runs under the lock, in the middle of a page fault. And it must go on to the end: whoever does not know how many there are cannot stop.',
        look: 'The search has gone through all the leaf shadows, S1 to S3; one entry in each has lost W.',
        sources: [xi('the cost of linear search')],
      },
    ),
    ...scene(
      'xi-first-touch',
      {
        at: '0:0:done',
        text: 'XI’s answer begins when a shadow is made. It is taken from a pool as a kit: the shadow’s page, a page for the snapshot, and two pages of backlinks. There are as many backlinks as entries, one to one, so the place of an entry’s backlink follows from the place of the entry. Nothing has to be allocated later, in the middle of a fault.',
        look: 'The pool loses one kit; it carries four pages.',
        sources: [xi('the SPTI pool; two pages of backlinks'), xiRfc('synopsis')],
      },
      {
        at: '0:1:xi_install_spte.head#1',
        text: 'Whenever an entry is set, its backlink is put at the front of the chain of the page that the entry maps. Every page has such a chain, even pages that are only data. That is the price: a backlink to write for each mapping that comes or goes, and two pages for each shadow, used or not.',
        look: 'The new entry’s backlink hangs at the head of its page’s chain.',
        sources: [xi('every entry has a backlink')],
      },
    ),
    ...scene(
      'xi-data-becomes-a-table',
      {
        at: '0:2:xi_each_mapping.walked',
        text: 'The same guest as in the beginning, with backlinks. The chain of page 0x014 names the three places, newest first, and nothing else is looked at. Three entries read instead of 24. A search grows with all the shadows there are; a chain grows only with the mappings of this one page, however many processes the guest runs.',
        look: 'Three arcs, one for each mapping, and no flashes anywhere else.',
        sources: [xi('the common use of backlinks')],
      },
      {
        at: '0:2:xi_flush_tlbs.done',
        text: 'Closing the entries is half of it. Processors may still remember that they may write, so the TLBs are flushed before the new shadow counts. Finding the mappings is what differs between the designs; protecting, flushing and deriving are the same everywhere, and each of them is a place where an order can be wrong.',
        look: 'All three entries have lost W, and the TLBs are empty.',
        sources: [xi('write-protecting page tables')],
      },
      {
        at: '0:2:done',
        text: 'Why give backlinks to ordinary pages too? Because one cannot know beforehand which page becomes a page table. If only tables had them, the first time would need the search after all, and that first time is the common case. So argued the author, against a reviewer who found two pages per shadow too much.',
        look: 'The page’s chain now belongs to a page table; its entries stay linked.',
        sources: [xi('answer to the question about memory')],
      },
    ),
    ...scene(
      'xi-out-of-the-middle',
      {
        at: '0:1:xi_remove_spte.clear',
        text: 'An entry that goes must leave its chain. Each backlink knows its two neighbours, so they are linked to each other and the one in between is out: the same few writes for a chain of three and for a chain of three hundred. If the links led only one way, the chain would have to be walked from its head.',
        look: 'The middle one of three is taken out; nobody walks.',
        sources: [xi('backlinks are linked in both directions')],
      },
      {
        at: '0:1:done',
        text: 'Chains are useful beyond page tables. Moving a guest frame, cutting a large page into small ones, making all pages read-only for a migration: each asks the same question, who maps this? KVM keeps such reverse maps to this day. Xen decided otherwise in 2008: it remembers at most two writable mappings, and only of pages that are out of sync.',
        look: 'Two mappings are left in the chain of page 0x00a.',
        sources: [xi('further uses: dirty logging, invalidation, dividing large pages')],
      },
    ),
    ...scene('xi-dirty-log', {
      at: '1:0:done',
      text: 'Here is one of those other uses. For a live migration every page is made read-only, and each chain leads straight to the mappings of its page. The only figure that was ever published about XI is in the subject of a mail: page faults four times faster. On which machine, with which program, in which unit is not known, so take it as a claim, and count for yourself.',
      look: 'Each page’s chain is followed once; no shadow is searched.',
      sources: [xi('subject; dirty logging')],
    }),
  ],
};

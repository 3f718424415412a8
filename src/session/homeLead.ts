/** What this is, in two sentences: said while the rest of the home page is still on its way. */
export const HOME_LEAD =
  'A hypervisor keeps page tables of its own, the shadow, and the processor walks those instead of the guest’s. Shadowscope runs real page tables, four historical designs and nested paging in this page, so that you can watch every step, take it back, change the order of the processors, and see what breaks.';

/** A whole scenario, small enough to be read at a glance: for whoever begins with an empty text. It runs as it is. */
export const TEMPLATE = `scenario "My scenario"
about "What it shows, in a sentence or two."

design xen
paging x86-64, 128 frames
map 0x40_0000 -> 0x040 rw user
map 0x40_1000 -> 0x041 r user
direct 0xffff_8100_0000_0000

vcpu 0
  load 0x40_0000
  note "The first access finds nothing in the shadow."
  store 0x40_1000 = 7
  note "The guest may not write here: the fault is its own."
  pte 0x40_1000 = 0x041 rw user
  invlpg 0x40_1000
  store 0x40_1000 = 7

expect outcome vcpu 0 op 1 page-fault
violates none
`;

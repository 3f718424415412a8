/**
 * What links of version 1 are deflated against: phrases that most of them contain, so that a link is about a third shorter.
 * Part of the format. Not one character of it may ever change (a test holds its checksum); a better one needs a new version.
 * Later phrases cost less to refer to, so the most usual ones come last.
 */
const TEXT = `scenario "The "
topic "Out of sync"
topic "Snapshots"
level beginner
level intermediate
level expert
level advanced
source "Linux, "
source "Xen, common.c "
about "A processor "
about "The hypervisor "
about "The guest "

design native
design kvm with without
design xen
paging 32-bit, paging pae, 
profile A
profile U
paging x86-64, 2048 frames
paging x86-64, 128 frames
vcpus 2
root 0x010
table l3 0x011 at 0x40_0000
table l2 0x012 at 0x40_0000
table l1 0x02e at 0x7f80_8820_0000
table l1 0x030 at 0x40_0000
map 0x40_0000 -> 0x040 rw user a d count 
map 0x7f80_8800_3000 -> 0x040 rw user a
direct 0xffff_8100_0000_0000 frames 128 tables 0x061
entry 0x030[7] = 0x101 rwx user a d

host
  poke 0x0
prologue vcpu 0
  load 0x40_
  load 0xffff_8100_000

vcpu 1
  fetch 0x
  invlpg 0x40_
  switch snapshots off
  store 0x40_
  store 0x030[7] = 0x101 rw user a d
  note "The store 
  pte 0x7f80_8820_7000 = 0x045 rw user a d
  note at sh_page_fault.fault "The table is 
  note at sh_resync_l1.done "Entry 
  note at vcpu 0 op 1 done "
  cr3 0x010

vcpu 0
  load 0x40_
  ask next-event
schedule 0 until op 1 start, 1 until done, 0 then round-robin

expect no guest-page-fault
expect outcome vcpu 0 op 1 page-fault
expect result vcpu 0 op 1 = 
expect events operation-ended 
expect exactly memory-read vcpu=0 frame=0x040 value=, memory-written vcpu=0 frame=0x040 value=,
  walked-level vcpu=0 level=4 frame=0x010 index=0x000, shadow-created gmfn=0x, prefetch-done count=,
  shadow-entry-set level=1 smfn=0x index=0x00 why=, fault-outcome vcpu=0 outcome=0,
  page-fault vcpu=0 va=0xffff_8100_0003_0038 error=3, crushed vcpu=0 gmfn=0x0,
  snapshot-taken vcpu=0 gmfn=0x030 slot=0 smfn=0x907, unsynced vcpu=0 gmfn=0x030 slot=0,
  fixup-added vcpu=0 gmfn=0x030 index=0x030, punted vcpu=0 gmfn=0x030 from=0 to=1,
  snapshots-exchanged vcpu=0 a=0 b=1, snapshot-updated gmfn=0x030 smfn=0x907 index=0x007,
  fixup-hit gmfn=0x030 index=0x030, write-access-removed gmfn=0x030 index=0x030 how=7,
  refreshed gmfn=0x030 owner=0 compared=512 rederived=, resynced gmfn=0x030 owner=0 compared=32 rederived=1,
  tlb-flushed vcpu=1, tlb-flushed vcpu=0
expect counters shadow_writeable_h_4 1, shadow_unsync_evict 0, shadow_writeable_h_7 1,
  shadow_fault_emulate_write 0, shadow_resync 1, shadow_fault 1, shadow_unsync 1
expect at vcpu 0 op 1 done guest 0x030[7] -> 0x101 rw user a d
expect at vcpu 0 op 1 done snapshot 0x030[7] -> empty
expect at vcpu 0 op 1 done state page 0x030 = 1 1 1 1
expect at vcpu 0 op 1 done state oos 0 = 0x030 - -
expect end word 0x0
expect end guest 0x030[7] -> empty
expect end shadow 0x030[7] -> gnp
expect end shadow 0x030[7] -> 0x101 r user a d
expect end state oos 0 = - - -
expect end state page 0x030 = 1 0 0 0
violates I1, I9
violates none
`;

/** As it stands in a link: JSON, with the keys in the order in which links have them. */
export const DICTIONARY_1 = JSON.stringify({
  kind: 'scenario',
  text: TEXT,
  library: 'the-',
  switches: { 'snapshot-exchange': false },
  branches: [
    {
      parent: 1,
      from: { anchor: '0:0:hardware_walk.read', step: 1 },
      label: 'vCPU 1 first, from step ',
      segments: [{ actor: 1, until: '1:0:done', steps: 1 }],
    },
  ],
  run: 1,
  at: { anchor: '0:0:sh_page_fault.fault', step: 1 },
  focus: { entity: 'guest 0x030[007]', field: 'w' },
  view: { left: 'program', phone: 'code', code: '1' },
  tables: '',
});

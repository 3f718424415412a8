/** Written by `npm run stepgraph`: which step was seen to follow which, in the runs of the library. See graph.ts. */
export const GRAPH = `:_sh_resync
protect (oos_remove_write_access:may-write
may-write >contents ^
contents (sh_resync_l1:in-sync
in-sync ^ !Resynced
:clean_page
find >lock
lock >change !PageTableLocked
change (pte_change_exchange:flush
flush (flush_tlb_range:page
page >free !PageSaved
free >leave
leave >unlock
unlock ^ !PageTableUnlocked
:divide_large_page
take (xi_take_kit:mark
mark >fill !LpDivide !SptiAlloc
fill (xi_install_spte:more
more >fill >remove
remove (xi_remove_spte:table
table (xi_install_spte:done
done ^
:do_page_fault
enter >sem !GuestHandler
sem >vma
vma >snapshot
snapshot >lock ^
lock >recheck !PageTableLocked
recheck >page-in ^ !PageTableUnlocked !SpuriousFault !TlbFlushed
page-in >disk !PageTableUnlocked
disk >relock !PageBroughtIn
relock >same !PageTableLocked
same (set_pte_at:granted
granted ^ !PageTableUnlocked
:domain_pause
wait ^
:domain_unpause
go ^
:enter_lazy_mmu_mode
lock >enter ^ !PageTableLocked
enter ^ !LazyEntered
:fast_page_fault
begin >top
top >read
read >read >judge
judge >log-early >exchange >trace
log-early >exchange
exchange >log >trace
log >trace
trace >end !KvmFastPageFault
end ^
:fast_page_fault_2012
begin >walk
walk >walk >read
read >early_gfn >identify >gfn >end !KvmFastPageFault
early_gfn >identify
identify >barrier
barrier >gfn >flag
gfn >flag
flag >exchange >abort
early_log
exchange >log >end !KvmFastPageFault
log >end
abort >end !KvmFastPageFault
end ^
:flush_tlb_mask
cpu >cpu >done !TlbFlushed
done ^
:flush_tlb_range
deliver >others (pv_do_mmu_update:others (vmi_flush_queue:others !FlushAsked
others >others >late !ShootdownSent !TlbFlushed
late >ask
ask >local (lguest_flush_tlb:local (pv_resync:local
local ^ !TlbFlushed
:gnttab_map_grant_ref
find >lock
lock >unshadow !LockTaken
unshadow >count
count ^ !GrantMapped !LockReleased
:guest
start >string >find >leave >fence >poke >switch >done (guest_access:done !OperationStarted
string >done (guest_access:string
find (guest_access:done
leave (clean_page:done (enter_lazy_mmu_mode:done (gnttab_map_grant_ref:done (hvm_invlpg:done (hvm_set_cr0:done (hvm_set_cr3:done (hvm_set_cr4:done (hvmop_flush_tlb_all:done (kvm_host_dontneed:done (kvm_host_get-dirty-log:done (kvm_host_memslot:done (kvm_host_swap-pages:done (kvm_invlpg:done (kvm_set_cr0:done (kvm_set_cr3:done (leave_lazy_mmu_mode:done (mmu_update:done (mmuext_pin_table:done (native_invlpg:done (native_load_cr3:done (nested_log_dirty_on:done (nested_protect:done (nested_remap:done (ptep_modify_prot_commit:done (read_pte:done (reclaim_page:done (set_pte:done (shadow_enable_log_dirty:done (sys_mprotect:done (unmap_page:done (write_protect_page:done (xi_invld_mfn:done (xi_invlpg:done (xi_load_cr3:done (xi_logdirty_off:done (xi_logdirty_on:done (xi_logdirty_read:done !InvlpgExecuted
move
fence >done
poke >done !Poked
switch >done !SwitchChanged
done ^ !OperationEnded
:guest_access
lookup >walk >memory >locked !TlbHit
walk (hardware_walk:fill (nested_walk:fill
fill >memory >locked >fault !TlbFilled
memory ^ !MemoryRead !MemoryWritten !StoreBuffered
locked ^ !MemoryRead !MemoryWritten
fault (kvm_page_fault:resume (native_page_fault:resume (nested_violation:resume (pv_page_fault:resume (sh_page_fault:resume (xi_page_fault:resume !PageFault
resume >lookup ^ !GuestPageFault
:guest_walk_tables
version >read !WalkStarted
read >read >check >fail !WalkedLevel
check >mark >done >fail
mark >mark >done !AccessedDirtySet
done ^ !WalkEnded
fail ^ !WalkEnded
:hardware_walk
start >pdpte >read >done !WalkStarted
pdpte >read >fault !WalkedLevel
read >read >check >fault !WalkedLevel
check >mark >done >fault
mark >done !AccessedDirtySet
done ^ !WalkEnded
fault ^ !WalkEnded
:hvm_invlpg
shadow (sh_invlpg:hardware
hardware ^ !TlbFlushed
:hvm_set_cr0
set >lock !ControlRegisterLoaded
lock >modes !LockTaken
modes (sh_update_paging_modes:unlock
unlock >done !LockReleased
done ^
:hvm_set_cr3
check >guest
guest (sh_update_cr3:done !ControlRegisterLoaded
done ^
:hvm_set_cr4
set >lock !ControlRegisterLoaded
lock >modes !LockTaken
modes (sh_update_paging_modes:unlock
unlock >done !LockReleased
done ^
:hvmop_flush_tlb_all
try (domain_pause:vcpu
vcpu >flush (sh_update_cr3:vcpu
flush (flush_tlb_mask:unpause
unpause (domain_unpause:done
done ^
:kvm_emulate
fetch >decode
decode >retry
reexecute
unreadable
retry >operand (kvm_walk_addr:unshadow
unshadow ^ !KvmPrepareZapPage !KvmSpteCleared !TlbFlushed
operand >from >to
from >read (kvm_walk_addr:read
read >locked ^ !KvmMmio !MemoryRead
locked (kvm_walk_addr:exchange
exchange >tell !MemoryWritten
to (kvm_walk_addr:write
write >tell !MemoryWritten
tell ^ !KvmPrepareZapPage !KvmSpteCleared !TlbFlushed
:kvm_enter_guest
obsolete >sync !KvmPrepareZapPage !TlbFlushed
sync >flush (kvm_mmu_sync_roots:flush
flush >guest_flush !TlbFlushed
guest_flush >inject
prev
inject >reload !KvmInjException
reload >enter (kvm_mmu_load:enter
enter ^ !TlbFlushed
:kvm_fetch
top >level >adjust
level >again >adjust (kvm_mmu_get_page:children
children >again
again >link ^
link >level !Derived
adjust >direct !KvmSpteRequested
direct >direct >leaf (kvm_mmu_get_page:descend !KvmSpteCleared !TlbFlushed
descend >direct !Derived
leaf >prefetch ^ !Derived !KvmMarkMmioSpte !KvmSetSpte !KvmUnsyncPage !TlbFlushed
prefetch >done ^ !KvmSetSpte
done ^
:kvm_flush_remote_tlbs
cpu >cpu >free !TlbFlushed
free ^
:kvm_host_dontneed
lock >start !LockTaken
start >look
look >unlock
drop
unlock >act !LockReleased
act >relock
relock >end !LockTaken
end >unlock-end
unlock-end ^ !LockReleased
:kvm_host_get-dirty-log
lock >word !LockTaken
word >protect >flush !KvmDirty
protect >word >protect
flush >unlock
unlock >late !LockReleased
late >done (kvm_flush_remote_tlbs:done
done ^
:kvm_host_memslot
lock >do !LockTaken
do >unlock (kvm_flush_remote_tlbs:unlock !KvmPrepareZapPage !KvmSpteCleared !KvmZapAllFast
unlock ^ !LockReleased
:kvm_host_swap-pages
lock >start !LockTaken
start >look
look >drop (kvm_flush_remote_tlbs:unlock
drop >look !KvmSpteCleared
unlock >act !LockReleased
act >relock
relock >end !LockTaken
end >unlock-end
unlock-end ^ !LockReleased
:kvm_invlpg
fetch >act
act >enter !Derived !KvmSetSpte !KvmSpteCleared !TlbFlushed
enter (kvm_enter_guest:done
done ^
:kvm_mmu_get_page
find >found >make
found ^ !KvmGetPage
make >made (kvm_write_protect:flush
flush >made (kvm_flush_remote_tlbs:made !TlbFlushed
others
made ^ !KvmGetPage
:kvm_mmu_load
lock >get !LockTaken
get (kvm_mmu_get_page:keep
keep >get >unlock
unlock (kvm_mmu_sync_roots:done !LockReleased
done ^ !TlbFlushed
:kvm_mmu_sync_roots
look >lock ^
lock >root !LockTaken
root >unlock (mmu_sync_children:root
unlock ^ !LockReleased
:kvm_page_fault
exit >reserved !KvmPageFault
deliver
reserved >lockless >walk >mmio !KvmCheckMmioSpte !KvmHandleMmioPageFault
lockless (fast_page_fault_2012:fast_end
fast_end >walk >judge
walk (kvm_walk_addr:guest
guest >track >enter !TlbFlushed
track >fast >judge
fast >pfn (fast_page_fault:settled
settled >pfn >judge
pfn >lock
lock >fetch >unlock !LockTaken
fetch (kvm_fetch:unlock
unlock >judge !LockReleased
judge >enter (kvm_emulate:enter
mmio (kvm_emulate:enter
enter (kvm_enter_guest:done
done ^
:kvm_pv_mmu_op
call >write !Hypercall !LockTaken
write >shadow !EntryUpdated
shadow >write >done !ShadowSet
done ^ !LockReleased
:kvm_set_cr0
fetch >act
act >enter !ControlRegisterLoaded
enter (kvm_enter_guest:done
done ^
:kvm_set_cr3
fetch >act
act >enter !ControlRegisterLoaded
enter (kvm_enter_guest:done
done ^
:kvm_sync_page
role >entry
entry >entry ^ !Derived !KvmEntryCompared !KvmSpteCleared
:kvm_walk_addr
start >top >done !KvmPagetableWalk !WalkStarted
top >read
read >read >check >fail !KvmPagingElement !WalkedLevel
check >mark >done >fail
mark >top >mark >done !KvmSetAccessedBit !KvmSetDirtyBit
done ^ !WalkEnded
fail ^ !KvmWalkerError !WalkEnded
:kvm_write_protect
begin >flag >look
flag >barrier
barrier >look
look >look >clear >done
clear >look
done ^
:leave_lazy_mmu_mode
leave (pv_do_mmu_update:unlock (vmi_flush_queue:unlock !LazyLeft
unlock ^ !PageTableUnlocked
:lguest_flush_tlb
drop ^ !ShadowDropped
:lguest_hypercall
call >ring !Hypercall !LockTaken
ring >ring >own >done !ShadowCleared !ShadowSet
own >done !ShadowCleared
done ^ !LockReleased
:mmu_sync_children
walk >protect >next ^ !TlbFlushed
protect >flush (kvm_write_protect:protect
flush >next (kvm_flush_remote_tlbs:walk !TlbFlushed
next >walk >protect (kvm_sync_page:settle !KvmSyncPage
settle >next
done
:mmu_update
ask (pv_do_mmu_update:done
done ^
:mmuext_pin_table
pin ^ !TableValidated !UpdateRefused
:native_invlpg
flush ^ !TlbFlushed
:native_load_cr3
check >load
load >flush !ControlRegisterLoaded
flush ^ !TlbFlushed
:native_page_fault
deliver ^
:nested_invept
vcpu ^ !TlbFlushed
:nested_log_dirty_on
lock >page !LockTaken
page >page >flush !NestedMapped
flush (nested_invept:unlock
unlock ^ !LockReleased
:nested_protect
lock >entry !LockTaken
entry >flush !NestedMapped
flush (nested_invept:unlock
unlock ^ !LockReleased
:nested_remap
lock >entry !LockTaken
entry >flush !GuestFrameMoved !NestedMapped
flush (nested_invept:unlock
unlock ^ !LockReleased
:nested_translate
begin >read
read >read >check >violation !NestedEntryRead
check >mark >done >violation
mark >mark >done !NestedMarked
done ^
violation ^
:nested_violation
deliver >exit ^
exit >look !LockTaken
look >descend !PageLogged
descend >descend >leaf !NestedTableMade
leaf >unlock !NestedMapped
unlock ^ !LockReleased
device
:nested_walk
start >table !WalkStarted
table (nested_translate:read
pdpte
read >table >check >fault ^ !NestedViolation !WalkEnded !WalkedLevel
check >data >fault
data (nested_translate:data-found
data-found >done ^ !NestedViolation !WalkEnded
table-dirty
mark
done ^ !WalkCounted !WalkEnded
fault ^ !WalkEnded
:oos_fixup_flush
first >entry >done ^
entry >entry >done !FixupHit !ShadowEntrySet !WriteAccessRemoved !WriteAccessSearched
done ^
:oos_fixup_flush_gmfn
first >entry ^
entry >entry >done !FixupHit !FixupMiss !ShadowEntrySet !WriteAccessRemoved !WriteAccessSearched
done ^
:oos_hash_add
home >crush >place
crush >crushed (_sh_resync:crushed
crushed >place !Crushed
place >snapshot !Punted !SnapshotsExchanged
snapshot ^ !Derived !SnapshotTaken
:oos_remove_write_access
fixups (oos_fixup_flush_gmfn:search
search (sh_remove_write_access:unfindable
unfindable >flush (sh_remove_shadows:gone
flush (flush_tlb_mask:done ^
done ^
gone ^
:pte_change_cmpxchg
read >cmpxchg !PteRead
cmpxchg (guest_access:compare
compare >cmpxchg ^ !PteCompared
:pte_change_exchange
read >xchg !PteRead
xchg (guest_access:cleared
cleared >notify-clear (guest_access:notify-clear !PteCleared
notify-clear >set (pv_queue_update:set
set >done (guest_access:written (pv_queue_update:written
set-low
written >done (pv_queue_update:done !PteWritten
done ^
:pte_change_naive
read >write !PteRead
write (guest_access:done
done ^ !PteWritten
:pte_change_preserve
read >commit !PteRead
commit (pv_queue_update:done
done ^
:pte_change_xor
read >xor !PteRead
xor (guest_access:done
done ^ !PteXored
:ptep_modify_prot_commit
find >set
set (pv_queue_update:done
notify
done ^
:ptwr_emulate
find >read ^ !TrapEmulated
read >validate
validate >write >refuse
write >unlock !EmulationRetried
unlock ^
refuse ^ !UpdateRefused
:pv_do_mmu_update
call >request !Hypercall
request >validate >leave
validate >read >unlock !UpdateRefused
read >cmpxchg
cmpxchg >unlock !EntryUpdated !UpdateCompared
unlock >request
leave ^
:pv_page_fault
first (do_page_fault:end (ptwr_emulate:second (pv_shadow_fault:second
second >end (do_page_fault:end
end ^
:pv_queue_update
room >add (pv_do_mmu_update:add
add >now >direct !UpdateQueued
now (pv_do_mmu_update:done (vmi_flush_queue:done ^
direct (lguest_hypercall:done
done ^
:pv_resync
table >flush >unlock !LockTaken
flush >flush >compare !TlbFlushed
compare >table >compare !ShadowSet !TableSynced
unlock ^ !LockReleased
:pv_shadow_fault
exit >walk !LockTaken
walk >walk >judge >convert
judge >propagate >guarded >link
propagate >link !MarksPropagated
guarded >link ^ !LockReleased !ShadowCleared !TableUnsynced !TrapEmulated
link >link >flush >recheck !ShadowMade
flush >flush >recheck !TlbFlushed
recheck >leaf
leaf >unlock !HiddenFault !ShadowSet
unlock ^ !LockReleased
mark-upper
again
convert ^ !LockReleased
:read_pte
read ^ !PteRead
:reclaim_page
find >lock
lock >change !PageTableLocked
change (pte_change_exchange:flush
flush (flush_tlb_range:page
page >free !DataLost !PageSaved
free >leave !FrameFreed
leave >unlock
unlock ^ !PageTableUnlocked
:resync_spte
copy >spte !Derived !ResyncEntry
spte >spte >done (xi_fill_spte:spte
done ^
:set_pte
find >set
set (guest_access:notify (pv_queue_update:done
notify (pv_queue_update:done !PteWritten
done ^
:set_pte_at
set (guest_access:notify
notify >done (pv_queue_update:done !PteWritten
done ^
:sh_invlpg
forget >l4
l4 >l3 ^
l3 >l2
l2 >splintered
splintered >synced
synced >lock ^
lock >blank !LockTaken
blank >unlock !ShadowEntrySet
unlock ^ !LockReleased
:sh_make_shadow
alloc >promote >insert
promote >mark (sh_resync:mark
mark >insert !Promoted
insert ^ !ShadowCreated
:sh_page_fault
fault >reserved >event !FastPath
reserved >magic >table >lock-first
magic >table
table >deliver >lock-first !FastPath
deliver ^ !FastPath !FaultOutcome
lock-first >walk
walk (guest_walk_tables:judge
judge >lock ^ !FaultOutcome
lock >prealloc-first !LockTaken
prealloc-first >protect-l3 (shadow_prealloc:protect-l3
protect-l3 >protect-l2 (sh_remove_write_access:protect-l2
protect-l2 >protect-l1 (sh_remove_write_access:protect-l1 (sh_resync:protect-l1
protect-l1 >flush (sh_remove_write_access:flush
flush >bump (flush_tlb_mask:bump !VersionBumped
bump >rewalk
rewalk >lock-first >recheck !LockReleased
recheck (shadow_check_gwalk:checked
checked >lock-first >prealloc ^ !FaultOutcome !LockReleased
prealloc >path (shadow_prealloc:path
path (shadow_get_and_create_l1e:unsync
unsync >late-recheck (sh_unsync:late-recheck ^ !FaultOutcome !LockReleased
late-recheck >lock-first >derive !LockReleased
derive >install !MarkedDirty
install >prefetch !Derived !FixupAdded !FixupRemoved !ShadowEntrySet !SnapshotUpdated !WriteAccessRemoved
prefetch >decide (sh_prefetch:decide
decide >emulate-locked ^ !FaultOutcome !LockReleased
emulate-locked >event (sh_remove_shadows:unshadowed !LockReleased
unshadowed ^ !FaultOutcome !LockReleased
event >emulate
emulate (sh_x86_emulate_write:emulated
emulated >extra ^ !FaultOutcome
extra (sh_x86_emulate_write:extra-wrote
extra-read
extra-wrote >extra-end
extra-end ^ !FaultOutcome
:sh_prefetch
entry >entry >done !Derived !ShadowEntrySet !SnapshotUpdated
done ^ !PrefetchDone
:sh_remove_shadows
lock >type !Unshadowed
type >type >check !Demoted !ShadowDestroyed !ShadowEntrySet
search
read
check >unlock (flush_tlb_mask:unlock
unlock ^
:sh_remove_write_access
needed >count ^
count >guess >hint
guess >guess >hint ^ !ShadowEntrySet !WriteAccessRemoved !WriteAccessSearched
hint >brute (sh_rm_write_access_from_l1:hint-done
hint-done ^
brute >shadow
shadow >end (sh_rm_write_access_from_l1:sum
sum >shadow
end ^ !DomainCrashed
:sh_resync
find (_sh_resync:empty
empty ^
:sh_resync_all
which >lock >others
lock >fixups !LockTaken
fixups >flush (oos_fixup_flush:flush
flush >page (flush_tlb_mask:page
page >unlock (_sh_resync:empty
empty >page
unlock >others !LockReleased
others >lock-other ^
lock-other >other-page !LockTaken
other-page >other-page >other-work >unlock-other !ResyncSkipped
other-work (_sh_resync:other-done (sh_resync_l1:other-done
other-done >other-page !Refreshed
unlock-other >lock-other ^ !LockReleased
:sh_resync_l1
start >entry
entry >entry >done !Derived !FixupAdded !ResyncCompared !ShadowEntrySet !SnapshotUpdated
done ^
:sh_rm_write_access_from_l1
entry >entry >done !ShadowEntrySet !WriteAccessRemoved !WriteAccessSearched
done ^
:sh_set_toplevel_shadow
find >hold >empty (shadow_prealloc:make
make (sh_make_shadow:hold
hold ^ !Pinned
empty ^
:sh_unsync
allowed >flags ^
flags >add
add (oos_hash_add:count
count ^ !Unsynced
:sh_update_cr3
own >lock (sh_resync_all:lock
lock >gl3e >protect !LockTaken
gl3e >gl3e >protect
protect >protected (sh_remove_write_access:protected (sh_remove_write_access:flush
protected >protect >flush
flush >toplevel (flush_tlb_mask:toplevel
toplevel (sh_set_toplevel_shadow:hardware (sh_set_toplevel_shadow:slot (sh_set_toplevel_shadow:l3table
hardware >forget !TlbFlushed
slot >toplevel >l3table
l3table >forget !TlbFlushed
forget >unlock
unlock >others !LockReleased
others >done (sh_resync_all:done
done ^
:sh_update_paging_modes
detach >resync !Demoted !ShadowDestroyed
resync (sh_resync_all:active
active >room
room >mode (shadow_prealloc:mode
mode >cr3
cr3 (sh_update_cr3:done
done ^
:sh_validate_guest_entry
begin >entry
entry >set (shadow_set_upper:upper
set >entry >return !Derived !ShadowEntrySet !SnapshotUpdated
upper >return
return ^
resync
:sh_x86_emulate_write
map >mapped
walk
walked
mapped >crossing
crossing >lock
lock >store !LockTaken
store >early !EntryEmulated !MemoryRead !MemoryWritten
early >validate (sh_remove_shadows:validate
validate >second (sh_validate_guest_entry:second
second >flush
flush >bump (flush_tlb_mask:bump
bump >unlock !VersionBumped
unlock ^ !LockReleased
:shadow_blow_tables
unpin >unpin >unhook !Demoted !ShadowDestroyed !Unpinned
unhook >flush !Demoted !ShadowDestroyed !ShadowEntrySet
flush (flush_tlb_mask:done
done ^
:shadow_check_gwalk
version >compare ^
compare >compare >verdict
verdict ^ !GwalkRechecked
:shadow_enable_log_dirty
check (domain_pause:lock
lock >blow !LockTaken
blow (shadow_blow_tables:mode
mode >vcpu !LogDirtyChanged
vcpu >unlock (sh_update_paging_modes:vcpu
unlock (domain_unpause:done !LockReleased
done ^
:shadow_get_and_create_l1e
top >read
read >read >lookup >resync
lookup >link (sh_make_shadow:link
link (shadow_set_upper:descend
descend >read >resync
resync >return (sh_resync_all:return
return ^
:shadow_prealloc
enough >unpin ^
unpin >unpin >unhook !Unpinned
unhook (flush_tlb_mask:done !Demoted !FixupRemoved !ShadowDestroyed !ShadowEntrySet
done ^
:shadow_set_upper
ref >resync >write ^ !Pinned
resync >write (sh_resync:write (sh_resync_all:write
write ^ !Demoted !Derived !ShadowDestroyed !ShadowEntrySet
:spti_make_shadow
lookup (xi_take_kit:bind ^
bind >append !SptiAlloc
append >done (xi_write_protect:done !GptMark
done ^
:sys_mprotect
sem >section !MprotectStarted
section >lock
lock >lazy !PageTableLocked
lazy >page !LazyEntered
page >leave (pte_change_cmpxchg:changed (pte_change_exchange:changed (pte_change_naive:changed (pte_change_preserve:changed (pte_change_xor:changed
changed >page
leave >unlock (kvm_pv_mmu_op:unlock (lguest_hypercall:unlock (pv_do_mmu_update:unlock (vmi_flush_queue:unlock !LazyLeft
unlock >tlb !PageTableUnlocked
tlb (flush_tlb_range:sem-up
sem-up ^
:unmap_page
find >lock
lock >change !PageTableLocked
change (pte_change_exchange:flush !LazyEntered
flush (flush_tlb_range:page
page >free
free >leave !FrameFreed
leave >unlock (vmi_flush_queue:unlock !LazyLeft
unlock ^ !PageTableUnlocked
:vmi_flush_queue
call >apply !LockTaken !QueueFlushed
apply >apply >done !ShadowCleared !ShadowSet !StaleMapping
done ^ !LockReleased
:write_protect_page
find >lock
lock >change
change (pte_change_xor:flush
flush (flush_tlb_range:page
page >free
free >leave
leave >unlock
unlock ^
:xi_each_large
start >visit >read >end
visit >act >end
read >read >end
act (divide_large_page:unfit
unfit >start
end ^
:xi_each_mapping
start >visit >walked >hint
visit >visit >walked (xi_remove_spte:visit (xi_remove_spte:walked !BlVisit !SpteWrprot
walked ^ !ChainWalk
hint >read
read >read >searched !BlInsert !LinearRead !SpteWrprot
searched ^ !LinearScan
:xi_emulate
walk (xi_walk_guest:page
page >mark
mark >perform
perform >follow !MemoryWritten !XiEmulated
follow >entry >done
entry >follow (resync_spte:entry
done ^
:xi_fill_spte
judge >table (xi_install_spte:done (xi_remove_spte:done
table (spti_make_shadow:link
link (xi_install_spte:done
piece
divided
done ^
:xi_flush_tlbs
cpu >cpu >done !TlbFlushed
done ^ !XiTlbFlush
:xi_idle_loop
look >free !LockTaken
free (xi_recycle:zero
zero (xi_unlock:look !IdleZero
:xi_install_spte
occupied >write (xi_remove_spte:write
write >chain !SpteSet
chain >neighbour ^
neighbour >head
head ^ !BlInsert
:xi_invld_mfn
lock >mappings !LockTaken
mappings (xi_each_mapping:large
large (xi_each_large:table
table >change
change >flush !Invld
flush (xi_flush_tlbs:copy
copy >unlock
unlock (xi_unlock:done
done ^
:xi_invlpg
lock >path !LockTaken
path (xi_sync_path:flush
flush >unlock !InvlpgExecuted !TlbFlushed
unlock (xi_unlock:done
done ^
:xi_load_cr3
lock >check !LockTaken
check >resync
resync (xi_resync_all:drop
drop >roots !ControlRegisterLoaded
roots (xi_load_roots:flush
flush >unlock !TlbFlushed
unlock (xi_unlock:done
done ^
:xi_load_roots
reserve >make !XiReserved
make (spti_make_shadow:load
load >make ^
:xi_logdirty_off
off ^ !LogdirtyOff
:xi_logdirty_on
lock >large !LockTaken
large >each
each >flush (xi_each_mapping:each
sweep
flush (xi_flush_tlbs:unlock !LogdirtyOn
unlock (xi_unlock:done
done ^
:xi_logdirty_read
lock >each !LockTaken
each >flush (xi_each_mapping:each !DirtyRead
flush >unlock (xi_flush_tlbs:unlock !DirtyRound
unlock (xi_unlock:done
done ^
:xi_open_gpt
mark ^ !OosOpen !XiSnapshotTaken
:xi_page_fault
lock >roots !LockTaken
roots >walk (xi_load_roots:walk
walk (xi_walk_guest:row1
row1 >row2 (xi_sync_path:unlock !DecisionRow
row2 >row3
row3 >row3 >row4 !AccessedDirtySet !DecisionRow
row4 (xi_sync_path:row5
row5 >row6 !DecisionRow !DirtySet
row6 >row7 >emulate (xi_open_gpt:row7 !DecisionRow
row7 >row8 !DecisionRow !SpteGrantW
row8 >emulate >unlock !DecisionRow
emulate (xi_emulate:emulated
emulated >unlock
unlock (xi_unlock:done
done ^
:xi_recycle
choose >entry >parents !SptiRecycle
entry (xi_remove_spte:more
more >parents
parents >flush (xi_remove_spte:parents
flush (xi_flush_tlbs:unbind
unbind >free !GptUnmark
free ^
:xi_remove_spte
before >behind
behind >unlink
unlink >clear !BlRemove
clear ^ !SpteClear
:xi_resync
protect >close (xi_each_mapping:close
close >flush
flush >begin (xi_flush_tlbs:begin
begin >compare !ResyncBegin
compare >compare >next (resync_spte:compare
next >compare >end
end ^ !ResyncEnd
:xi_resync_all
mark >each
each (xi_resync:each ^
:xi_sync_path
start >compare
compare >fill (resync_spte:fill
fill >down (xi_fill_spte:down
down >compare ^
:xi_take_kit
room >take (xi_recycle:take
take >zero
zero ^ !PageZero
:xi_unlock
flush >release (xi_flush_tlbs:release
release ^ !LockReleased
:xi_walk_guest
start >read !WalkStarted
read >read >rights >end !WalkedLevel
rights >end
end ^ !WalkEnded
:xi_write_protect
large >walk (xi_each_large:walk
walk (xi_each_mapping:flush
flush >done (xi_flush_tlbs:done
done ^`;

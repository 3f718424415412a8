import { procedure, slots, type Thread } from '../../../kernel';
import { Refreshed, ResyncSkipped } from '../events';
import { flushTlbMask } from '../flushTlb';
import type { Xen } from '../state';
import { oosFixupFlush } from './fixupFlush';
import { shResyncPage } from './resync';
import { shResyncL1 } from './resyncL1';
import { safeNotToSync } from './safeNotToSync';

const L = slots(
  ...(['v', 'skip', 'this', 'others', 'locking'] as const),
  ...(['other', 'slot', 'page', 'safe', 'removed', 'compared', 'rederived'] as const),
);

/** The first slot from the cursor on that holds a page goes into `slot`, the page into `page`. False if there is none. */
function nextPage(t: Thread, x: Xen, owner: number): boolean {
  const { oos } = x.vcpu(owner);
  for (let slot = t.get(L.slot); slot < oos.size; slot++) {
    if (oos.page(slot) < 0) continue;
    t.set(L.slot, slot);
    t.set(L.page, oos.page(slot));
    return true;
  }
  return false;
}

/** The next vCPU after `other` that is not v, or none. */
function nextOther(t: Thread, x: Xen, from: number): number {
  const w = from === t.get(L.v) ? from + 1 : from;
  return w < x.vcpus.length ? w : -1;
}

const held = (x: Xen, owner: number): number => {
  const { oos } = x.vcpu(owner);
  let count = 0;
  for (let slot = 0; slot < oos.size; slot++) if (oos.page(slot) >= 0) count++;
  return count;
};

function sayTable(x: Xen, owner: number): string {
  const count = held(x, owner);
  if (count === 0) return `No table of vCPU ${owner} is out of sync.`;
  return `vCPU ${owner} has ${count === 1 ? 'one table' : `${count} tables`} out of sync.`;
}

const mayLock = (t: Thread, x: Xen): boolean => t.get(L.locking) === 0 || x.lock.free;

/**
 * sh_resync_all(v, skip, this, others, do_locking). this: every page that v let go is resynced in full. others: the pages of the
 * other vCPUs are resynced too or, with skip, only refreshed, and not even that where v cannot reach them. Source: sheet 5.10.
 */
export const resyncAll = procedure<Xen>({
  name: 'sh_resync_all',
  part: 'xen',
  lane: 'resync',
  about:
    'Brings out-of-sync pages back in sync, or up to date: one vCPU’s own, and all others’ (sheet 5.10).',
  slots: L,
  steps: [
    {
      label: 'which',
      line: 'if !this: go on with the others',
      touch: 'private',
      run: (t, x) => {
        if (!x.era.outOfSync) t.ret();
        else if (t.get(L.this) === 0) t.goto('others');
      },
      say: (t, x) => {
        if (!x.era.outOfSync) return 'Tables never go out of sync in this era.';
        return t.get(L.this) === 0
          ? `What the other vCPUs let go must not mislead vCPU ${t.get(L.v)} any more.`
          : `What vCPU ${t.get(L.v)} let go must be in sync now.`;
      },
    },
    {
      label: 'lock',
      line: 'shadow_lock()',
      touch: 'racy',
      when: mayLock,
      run: (t, x) => {
        if (t.get(L.locking) !== 0) x.lock.take(t);
      },
      say: (t, x) => sayTable(x, t.get(L.v)),
    },
    {
      label: 'fixups',
      line: 'if oos_fixup_flush(v): flush_tlb_mask(all CPUs)',
      touch: 'locked',
      run: (t, x) => {
        if (x.era.fixups === 'table') t.call(oosFixupFlush, [t.get(L.v)], L.removed);
      },
      say: (t, x) =>
        x.era.fixups === 'table'
          ? `vCPU ${t.get(L.v)} looks into its fixup table.`
          : 'Fixups belong to the slots: each page has its own.',
    },
    {
      label: 'flush',
      line: '  (the flush)',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.removed) !== 0 && x.on('resync-flush')) t.call(flushTlbMask, []);
      },
      say: (t, x) => {
        if (t.get(L.removed) === 0) return 'No mapping was removed, so nothing needs to be flushed.';
        return x.on('resync-flush')
          ? 'TLBs may still say "writable". They are flushed before any table is read again.'
          : 'The flush is switched off: TLBs may still say "writable".';
      },
    },
    {
      label: 'page',
      line: 'for each oos[slot] of v: _sh_resync(oos[slot])',
      touch: 'locked',
      run: (t, x) => {
        if (nextPage(t, x, t.get(L.v)))
          t.call(shResyncPage, [t.get(L.v), t.get(L.page), t.get(L.slot)], L.compared);
        else t.goto('unlock');
      },
      say: (t, x) =>
        held(x, t.get(L.v)) === 0
          ? `The out-of-sync table of vCPU ${t.get(L.v)} is empty.`
          : `Slot ${t.get(L.slot)} of vCPU ${t.get(L.v)} holds ${x.name(t.get(L.page))}.`,
    },
    {
      label: 'empty',
      line: '  oos[slot] = INVALID_MFN',
      touch: 'locked',
      run: (t, x) => {
        x.vcpu(t.get(L.v)).oos.setPage(t.get(L.slot), -1);
        t.goto('page');
      },
      say: (t) => `Slot ${t.get(L.slot)} of vCPU ${t.get(L.v)} is free.`,
    },
    {
      label: 'unlock',
      line: 'shadow_unlock()',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.locking) !== 0) x.lock.release(t);
      },
      say: (t) => `Everything that vCPU ${t.get(L.v)} had let go is in sync.`,
    },
    {
      label: 'others',
      line: 'if !others: return',
      touch: 'private',
      run: (t, x) => {
        const first = nextOther(t, x, 0);
        if (t.get(L.others) === 0 || first < 0) t.ret();
        else t.set(L.other, first);
      },
      say: (t) =>
        t.get(L.others) === 0
          ? 'The tables of other vCPUs are left for later.'
          : 'Now the tables of the other vCPUs.',
    },
    {
      label: 'lock-other',
      line: 'for each other vCPU w: shadow_lock()',
      touch: 'racy',
      when: mayLock,
      run: (t, x) => {
        if (t.get(L.locking) !== 0) x.lock.take(t);
        t.set(L.slot, 0);
      },
      say: (t, x) => sayTable(x, t.get(L.other)),
    },
    {
      label: 'other-page',
      line: '  for each oos[slot] of w: if skip and sh_safe_not_to_sync(v, oos[slot]): next',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.safe, 0);
        if (!nextPage(t, x, t.get(L.other))) {
          t.goto('unlock-other');
          return;
        }
        const page = t.get(L.page);
        if (t.get(L.skip) === 0 || !safeNotToSync(x, t.get(L.v), page)) return;
        t.set(L.safe, 1);
        x.world.emit(ResyncSkipped, t.get(L.v), page, t.get(L.other));
        t.set(L.slot, t.get(L.slot) + 1);
        t.goto('other-page');
      },
      say: (t, x) => {
        const page = x.name(t.get(L.page));
        if (t.get(L.safe) === 1)
          return `Frame ${page} stays as it is: nothing that vCPU ${t.get(L.v)} uses leads to it.`;
        return t.get(L.slot) < x.vcpu(t.get(L.other)).oos.size && held(x, t.get(L.other)) > 0
          ? `vCPU ${t.get(L.v)} might reach ${page}, which vCPU ${t.get(L.other)} let go.`
          : `The out-of-sync table of vCPU ${t.get(L.other)} holds nothing more.`;
      },
    },
    {
      label: 'other-work',
      line: '    skip: sh_resync_l1(oos[slot]), it stays out of sync; else _sh_resync(oos[slot])',
      touch: 'locked',
      run: (t) => {
        const args = [t.get(L.other), t.get(L.page), t.get(L.slot)];
        t.call(t.get(L.skip) === 0 ? shResyncPage : shResyncL1, args, L.compared);
      },
      say: (t, x) =>
        t.get(L.skip) === 0
          ? `Frame ${x.name(t.get(L.page))} is brought in sync.`
          : `Only the contents of ${x.name(t.get(L.page))} are refreshed. vCPU ${t.get(L.other)} may go on writing it.`,
    },
    {
      label: 'other-done',
      line: '    not skip: oos[slot] = INVALID_MFN',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const other = t.get(L.other);
        if (t.get(L.skip) === 0) x.vcpu(other).oos.setPage(t.get(L.slot), -1);
        else x.world.emit(Refreshed, t.get(L.page), other, t.get(L.compared), t.get(L.rederived));
        t.set(L.slot, t.get(L.slot) + 1);
        t.goto('other-page');
      },
      say: (t, x) =>
        t.get(L.skip) === 0
          ? `Frame ${x.name(t.get(L.page))} is in sync, and its slot is free.`
          : `The shadow of ${x.name(t.get(L.page))} is at least as new as this flush. The page stays out of sync.`,
    },
    {
      label: 'unlock-other',
      line: '  shadow_unlock()',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.locking) !== 0) x.lock.release(t);
        const next = nextOther(t, x, t.get(L.other) + 1);
        if (next < 0) {
          t.ret();
          return;
        }
        t.set(L.other, next);
        t.goto('lock-other');
      },
      say: 'That vCPU is done with.',
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { KvmGetPage } from './events';
import { settle } from './flush';
import { accountShadowed, flushRemote } from './link';
import { kvmWriteProtect, needsProtection } from './rmapProtect';
import { roleDirect, roleLevel } from './role';
import type { Kvm } from './state';
import { kvmSyncPage } from './syncPage';
import { commitZap, type InvalidList, prepareZap, tablePages, unlinkUnsync, validPages } from './zap';

const L = slots('gfn', 'role', 'sfn', 'result', 'created', 'changed', 'other');

/** What there is of a shadow page just looked up. */
function trace(k: Kvm, sfn: number, created: boolean): void {
  const p = k.pages;
  k.world.emit(
    KvmGetPage,
    p.get(sfn, 'gfn'),
    p.get(sfn, 'role'),
    p.get(sfn, 'validGen'),
    p.get(sfn, 'rootCount'),
    p.get(sfn, 'unsync'),
    created ? 1 : 0,
    sfn,
  );
}

/** kvm_mmu_find_shadow_page, but for the transient sync. In 6.1 unsync pages of a gfn that becomes an upper-level table are zapped. */
function find(k: Kvm, gfn: number, role: number): number {
  const invalid: InvalidList = [];
  let found = 0;
  for (const sfn of validPages(k, gfn)) {
    if (k.pages.get(sfn, 'role') !== role) {
      if (k.profile.slow.zapsUnsync && roleLevel(role) > 1 && k.pages.get(sfn, 'unsync') !== 0)
        prepareZap(k, sfn, invalid);
      continue;
    }
    found = sfn;
    break;
  }
  commitZap(k, invalid);
  return found;
}

/** kvm_sync_pages of 3.6: an unsync page of a gfn that is an upper-level table from now on; 0 if there is none (left). */
function unsyncOf(k: Kvm, gfn: number, role: number): number {
  if (k.profile.slow.zapsUnsync || roleLevel(role) === 1 || roleDirect(role)) return 0;
  return tablePages(k, gfn).find((sfn) => k.pages.get(sfn, 'unsync') !== 0) ?? 0;
}

/**
 * kvm_mmu_get_shadow_page: the page of a gfn and role, found or made. Arguments: gfn, role. Returns its frame. mmu_lock is held.
 * Source: sheet 3.3; kvm_mmu_find_shadow_page, kvm_mmu_alloc_shadow_page.
 */
export const kvmGetPage = procedure<Kvm>({
  name: 'kvm_mmu_get_page',
  part: 'kvm',
  lane: 'hypervisor',
  about:
    'Finds the shadow page of a guest table in a role, or makes it and write-protects the table (sheet 3.3).',
  slots: L,
  steps: [
    {
      label: 'find',
      line: 'get_page(gfn, role): look it up; found and unsync: bring its entries in line, leave it unsync',
      touch: 'locked',
      run: (t, k) => {
        const sfn = find(k, t.get(L.gfn), t.get(L.role));
        t.set(L.sfn, sfn);
        if (sfn === 0) {
          k.world.count('mmu_cache_miss');
          settle(t, k, 'make');
        } else if (k.pages.get(sfn, 'unsync') !== 0) t.call(kvmSyncPage, [sfn], L.result);
        else settle(t, k);
      },
      say: (t, k) => {
        const sfn = t.get(L.sfn);
        if (sfn === 0) return `Frame ${k.name(t.get(L.gfn))} has no shadow page in this role.`;
        return `Frame ${k.name(t.get(L.gfn))} is shadowed already, by ${k.describe(sfn)}.`;
      },
    },
    {
      label: 'found',
      line: '  sync failed: zap it and make another; else it is in real use: write_flooding_count = 0',
      touch: 'locked',
      beat: true,
      run: (t, k) => {
        const sfn = t.get(L.sfn);
        if (t.get(L.result) < 0) {
          const invalid: InvalidList = [];
          prepareZap(k, sfn, invalid);
          commitZap(k, invalid);
          k.world.count('mmu_cache_miss');
          settle(t, k);
          return;
        }
        if (t.get(L.result) > 0) {
          t.set(L.result, 0);
          flushRemote(k);
          if (settle(t, k, 'found')) return;
        }
        if (!roleDirect(t.get(L.role))) k.pages.set(sfn, 'writeFlooding', 0);
        trace(k, sfn, false);
        t.ret(sfn);
      },
      say: (t, k) =>
        t.get(L.result) < 0
          ? 'It could not be brought in line: it is zapped, and another is made.'
          : `${k.subject(t.get(L.sfn))} is used.`,
    },
    {
      label: 'make',
      line: '  else allocate it, empty; a table: write_protect(gfn)',
      touch: 'locked',
      run: (t, k) => {
        const gfn = t.get(L.gfn);
        const sfn = k.pages.allocate(gfn, t.get(L.role), k.vm.get('validGen'));
        t.set(L.created, sfn);
        t.goto(unsyncOf(k, gfn, t.get(L.role)) === 0 ? 'made' : 'others');
        if (roleDirect(t.get(L.role))) return;
        accountShadowed(k, sfn);
        if (needsProtection(k, gfn)) t.callThen('flush', kvmWriteProtect, [gfn], L.changed);
      },
      say: (t, k) =>
        roleDirect(t.get(L.role))
          ? `${k.subject(t.get(L.created))} is made to map ${k.name(t.get(L.gfn))} and what follows linearly.`
          : `${k.subject(t.get(L.created))} is made, empty. The guest's table ${k.name(t.get(L.gfn))} may not be written unseen from now on.`,
    },
    {
      label: 'flush',
      line: '    some spte could be written: flush all TLBs',
      touch: 'locked',
      run: (t, k) => {
        if (t.get(L.changed) !== 0 && k.on('protect-flush')) flushRemote(k);
        settle(t, k, unsyncOf(k, t.get(L.gfn), t.get(L.role)) === 0 ? 'made' : 'others');
      },
      say: (t, k) =>
        t.get(L.changed) === 0
          ? 'No mapping of the table could be written: there is nothing to flush.'
          : k.on('protect-flush')
            ? 'A mapping could be written, so every vCPU must forget its translations.'
            : 'A mapping could be written, but no TLB is flushed: a translation from before still lets stores through.',
    },
    {
      label: 'others',
      line: '    3.6: pages of the frame that are unsync at level 1: sync_page, or zap',
      touch: 'locked',
      run: (t, k) => {
        if (t.get(L.other) !== 0 && t.get(L.result) !== 0) {
          if (t.get(L.result) < 0) {
            const invalid: InvalidList = [];
            prepareZap(k, t.get(L.other), invalid);
            commitZap(k, invalid);
          } else flushRemote(k);
          t.set(L.result, 0);
          if (settle(t, k, 'others')) return;
        }
        const sfn = unsyncOf(k, t.get(L.gfn), t.get(L.role));
        t.set(L.other, sfn);
        if (sfn === 0) {
          t.goto('made');
          return;
        }
        unlinkUnsync(k, sfn);
        t.callThen('others', kvmSyncPage, [sfn], L.result);
      },
      say: (t, k) =>
        t.get(L.other) === 0
          ? 'No other shadow page of the frame is unsync.'
          : `${k.describe(t.get(L.other))} is unsync, and must not be any more: the frame is a table of an upper level now.`,
    },
    {
      label: 'made',
      line: '  return it',
      touch: 'locked',
      beat: true,
      run: (t, k) => {
        const sfn = t.get(L.created);
        trace(k, sfn, true);
        t.ret(sfn);
      },
      say: (t, k) =>
        roleDirect(t.get(L.role))
          ? `${k.subject(t.get(L.created))} is ready.`
          : `${k.subject(t.get(L.created))} is ready. Every mapping of the guest's table ${k.name(t.get(L.gfn))} is read-only.`,
    },
  ],
});

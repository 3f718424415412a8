import { procedure, slots } from '../../kernel';
import { settle } from './flush';
import { flushRemote } from './link';
import { kvmWriteProtect, needsProtection } from './rmapProtect';
import type { Kvm } from './state';
import { kvmSyncPage } from './syncPage';
import { clearParents, commitZap, type InvalidList, prepareZap, unlinkUnsync, unsyncWalk } from './zap';

const L = slots(
  ...(['sfn', 'count', 'at', 'page', 'result', 'flush', 'changed', 'anyChanged'] as const),
  // The batch: page and index of up to 16, and the path as it stands: parents and indices of levels 1 to 4.
  ...([
    'p0',
    'p1',
    'p2',
    'p3',
    'p4',
    'p5',
    'p6',
    'p7',
    'p8',
    'p9',
    'p10',
    'p11',
    'p12',
    'p13',
    'p14',
    'p15',
  ] as const),
  ...([
    'i0',
    'i1',
    'i2',
    'i3',
    'i4',
    'i5',
    'i6',
    'i7',
    'i8',
    'i9',
    'i10',
    'i11',
    'i12',
    'i13',
    'i14',
    'i15',
  ] as const),
  ...(['up1', 'up2', 'up3', 'up4', 'in1', 'in2', 'in3', 'in4'] as const),
);

/**
 * mmu_sync_children: every unsync page below one is write-protected, then brought in line. Argument: the page. In batches of 16, for
 * pages are found again through bits that may be stale. mmu_lock is held. Source: sheet 4.5.
 */
export const kvmSyncChildren = procedure<Kvm>({
  name: 'mmu_sync_children',
  part: 'kvm',
  lane: 'resync',
  about: 'Synchronises every unsync page that is reachable from one (sheet 4.5).',
  slots: L,
  steps: [
    {
      label: 'walk',
      line: 'mmu_sync_children(sp): collect up to 16 unsync pages below; none: done',
      touch: 'locked',
      run: (t, k) => {
        const found = unsyncWalk(k, t.get(L.sfn));
        t.set(L.count, found?.pages.length ?? 0);
        if (found === undefined) {
          if (t.get(L.flush) !== 0) flushRemote(k);
          if (!settle(t, k, 'done')) t.ret();
          return;
        }
        found.pages.forEach(({ sfn, index }, i) => {
          t.set(L.p0 + i, sfn);
          t.set(L.i0 + i, index);
        });
        t.set(L.at, 0);
        for (const slot of [L.up1, L.up2, L.up3, L.up4]) t.set(slot, 0);
        if (!k.on('protect-before-compare')) t.goto('next');
      },
      say: (t, k) =>
        t.get(L.count) === 0
          ? `Nothing below ${k.describe(t.get(L.sfn))} is unsync any more.`
          : `Pages on the way to unsync ones below ${k.describe(t.get(L.sfn))}: ${t.get(L.count) - 1}.`,
    },
    {
      label: 'protect',
      line: '  for each: write_protect(gfn)',
      touch: 'locked',
      beat: true,
      run: (t, k) => {
        t.set(L.anyChanged, t.get(L.anyChanged) | t.get(L.changed));
        t.set(L.changed, 0);
        for (let at = t.get(L.at); at < t.get(L.count); at++) {
          const sfn = t.get(L.p0 + at);
          if (k.pages.level(sfn) !== 1 || !needsProtection(k, k.pages.get(sfn, 'gfn'))) continue;
          t.set(L.at, at + 1);
          t.callThen('protect', kvmWriteProtect, [k.pages.get(sfn, 'gfn')], L.changed);
          return;
        }
        t.set(L.at, 0);
      },
      say: (t) =>
        t.get(L.at) === 0
          ? 'No spte lets the tables be written any more.'
          : 'The tables must not be written while they are compared.',
    },
    {
      label: 'flush',
      line: '  one could be written: flush all TLBs',
      touch: 'locked',
      run: (t, k) => {
        const next = k.on('protect-before-compare') ? 'next' : 'walk';
        if (t.get(L.anyChanged) === 0) {
          t.goto(next);
          return;
        }
        if (k.on('protect-flush')) flushRemote(k);
        t.set(L.anyChanged, 0);
        t.set(L.flush, 0);
        settle(t, k, next);
      },
      say: (_, k) =>
        k.on('protect-before-compare')
          ? 'The tables can no longer be written unseen, by no mapping and no TLB. Only now is it safe to compare.'
          : 'The tables can no longer be written unseen. But they were compared before that: what was stored in between is lost.',
    },
    {
      label: 'next',
      line: '  for each: unsync = 0; sync_page(page)',
      touch: 'locked',
      run: (t, k) => {
        for (;;) {
          const at = t.get(L.at);
          if (at === t.get(L.count)) {
            t.set(L.at, 0);
            t.goto(k.on('protect-before-compare') ? 'walk' : 'protect');
            return;
          }
          t.set(L.at, at + 1);
          const sfn = t.get(L.p0 + at);
          const level = k.pages.level(sfn);
          if (at > 0) t.set(L.in1 + level - 1, t.get(L.i0 + at));
          if (level > 1) t.set(L.up1 + level - 2, sfn);
          else {
            t.set(L.page, sfn);
            unlinkUnsync(k, sfn);
            t.call(kvmSyncPage, [sfn], L.result);
            return;
          }
        }
      },
      say: (t, k) =>
        t.get(L.page) === 0
          ? 'The batch is done.'
          : `${k.subject(t.get(L.page))} is next: it counts as synchronised.`,
    },
    {
      label: 'settle',
      line: '    failed: zap it; clear the bits that led to it',
      touch: 'locked',
      beat: true,
      run: (t, k) => {
        if (t.get(L.result) < 0) {
          const invalid: InvalidList = [];
          prepareZap(k, t.get(L.page), invalid);
          commitZap(k, invalid);
        } else if (t.get(L.result) > 0) t.set(L.flush, 1);
        const upOf = (i: number): number | undefined => t.get(L.up1 + i) || undefined;
        const up: number[] = [];
        for (let i = 0; i < 4; i++) {
          const parent = upOf(i);
          if (parent === undefined) break;
          up.push(parent);
        }
        clearParents(k, up, [t.get(L.in1), t.get(L.in2), t.get(L.in3), t.get(L.in4)]);
        settle(t, k, 'next');
      },
      say: (t, k) =>
        t.get(L.result) < 0
          ? 'The page could not be brought in line: it is zapped.'
          : `${k.subject(t.get(L.page))} is in line with its table again${t.get(L.result) > 0 ? '; stale sptes were dropped' : ''}. The pages above no longer lead here.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'Everything below is in line with the guest’s tables.',
    },
  ],
});

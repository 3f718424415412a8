import { PAGE_CELLS, procedure, slots } from '../../../kernel';
import { OUTCOME_REFUSED } from '../../../machine';
import { REMOVE_LARGE, xiEachLarge } from '../eachLarge';
import { REMOVE, xiEachMapping } from '../eachMapping';
import { Invld } from '../events';
import { xiFlush } from '../flush';
import { xiRecycle } from '../recycle';
import type { Xi } from '../state';
import { xiUnlock } from '../unlock';
import { who } from '../who';

const L = slots('gfn', 'mfn', 'old', 'changed', 'large');

/** Copies a machine frame: the guest must find in the new one what it left in the old one. */
function copyFrame(x: Xi, from: number, to: number): void {
  for (let i = 0; i < PAGE_CELLS; i++) x.memory.write32(to, i, x.memory.read32(from, i));
}

/** Why a frame cannot be given to a guest page, or undefined. */
function refusal(x: Xi, gfn: number, mfn: number): string | undefined {
  if (mfn >= x.machine.config.guestFrames) return 'there is no such frame for the guest';
  if (!x.p2m.isRam(gfn) && mfn < 0) return 'there is no memory to take away';
  const taken = mfn >= 0 ? x.p2m.gfn(mfn) : -1;
  if (taken >= 0 && taken !== gfn)
    return 'the frame belongs to another page of the guest: balloon that out first';
  const root = x.vcpus.some((v) => v.roots.some((kit) => x.kits.get(kit, 'gfn') === gfn));
  return mfn < 0 && root ? 'it is the root table that a vCPU has loaded' : undefined;
}

/**
 * xi_invld_mfn (sheet 5.10): a guest page lies in another machine frame from now on, or in none. Every mapping of it goes first.
 * Arguments: guest frame, machine frame (-1: none).
 */
export const xiInvldMfn = procedure<Xi>({
  name: 'xi_invld_mfn',
  part: 'xi',
  lane: 'hypervisor',
  about: 'pfn to mfn changes: every mapping of the page goes, and comes back by faults (the name is known).',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'xi_invld_mfn(page, frame): lock',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        t.set(L.old, x.p2m.mfn(t.get(L.gfn)));
        if (refusal(x, t.get(L.gfn), t.get(L.mfn)) === undefined) return;
        x.machine.registersOf(t.actor).set('outcome', OUTCOME_REFUSED);
        t.goto('unlock');
      },
      say: (t, x) => {
        const why = refusal(x, t.get(L.gfn), t.get(L.mfn));
        return why === undefined
          ? `${who(x, t.actor)} changes what lies behind page ${x.name(t.get(L.gfn))}, so far frame ${t.get(L.old) < 0 ? 'none' : x.name(t.get(L.old))}.`
          : `That is refused: ${why}.`;
      },
    },
    {
      label: 'mappings',
      line: '  walk its chain: remove each mapping',
      touch: 'locked',
      run: (t) => t.call(xiEachMapping, [t.get(L.gfn), REMOVE], L.changed),
      say: 'No shadow entry may name the old frame.',
    },
    {
      label: 'large',
      line: '  remove large mappings that cover it',
      touch: 'locked',
      run: (t) => t.call(xiEachLarge, [t.get(L.gfn), REMOVE_LARGE], L.large),
      say: 'A large mapping would name the old frame as well.',
    },
    {
      label: 'table',
      line: '  taken away: its shadows, if it was a page table',
      touch: 'locked',
      run: (t, x) => {
        const kit = t.get(L.mfn) < 0 ? (x.pages.sptis(t.get(L.gfn))[0] ?? -1) : -1;
        if (kit >= 0) t.callThen('table', xiRecycle, [kit]);
      },
      say: (t, x) =>
        t.get(L.mfn) < 0 && x.pages.isGpt(t.get(L.gfn))
          ? 'It was a page table: its shadow goes with it.'
          : 'Nothing else depends on the frame.',
    },
    {
      label: 'change',
      line: '  pfn -> mfn',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.p2m.set(t.get(L.gfn), t.get(L.mfn));
        x.world.emit(Invld, t.get(L.gfn), t.get(L.old), t.get(L.mfn));
      },
      say: (t, x) =>
        t.get(L.mfn) < 0
          ? `Page ${x.name(t.get(L.gfn))} has no memory any more.`
          : `Page ${x.name(t.get(L.gfn))} is frame ${x.name(t.get(L.mfn))} from now on.`,
    },
    {
      label: 'flush',
      line: '  flush',
      touch: 'locked',
      run: (t) => t.call(xiFlush, []),
      say: 'TLBs may still know the old frame.',
    },
    {
      label: 'copy',
      line: '  the contents move with it',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.old) >= 0 && t.get(L.mfn) >= 0) copyFrame(x, t.get(L.old), t.get(L.mfn));
      },
      say: (t) =>
        t.get(L.old) >= 0 && t.get(L.mfn) >= 0
          ? 'The contents are copied, after the last store to the old frame.'
          : 'There is nothing to copy.',
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'The next touch faults, and finds the new frame.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'Done.',
    },
  ],
});

const B = slots('gfn');

/** A guest page gives its frame back to the machine. Argument: guest frame. */
export const xiBalloonOut = procedure<Xi>({
  name: 'xi_balloon_out',
  part: 'xi',
  lane: 'hypervisor',
  about: 'The guest gives a page back: nothing may map it any more.',
  slots: B,
  steps: [
    {
      label: 'take',
      line: 'balloon_out(page): xi_invld_mfn(page, none)',
      touch: 'private',
      run: (t) => t.call(xiInvldMfn, [t.get(B.gfn), -1]),
      say: (t, x) => `Page ${x.name(t.get(B.gfn))} is given back.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'The frame belongs to the machine again.',
    },
  ],
});

import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { interruptible, OUTCOME_REFUSED } from '../../machine';
import type { OperationSpec } from '../design';
import { GuestFrameMoved } from './events';
import { GUARDED, LOGGED, type Nested, RAM } from './state';
import { setLeaf } from './violation';

const F = slots('vcpu', 'flushed');

/** INVEPT on every processor, or a flush of the guest's ASID: combined translations are forgotten. */
export const invept = procedure<Nested>({
  name: 'nested_invept',
  part: 'nested',
  lane: 'hypervisor',
  about: 'Every processor forgets what it has composed from the nested tables (INVEPT; flush by ASID).',
  slots: F,
  steps: [
    {
      label: 'vcpu',
      line: 'for each vCPU: INVEPT',
      touch: 'racy',
      when: (t, n) => !n.on('invept') || interruptible(n.machine, t.get(F.vcpu)),
      run: (t, n) => {
        if (!n.on('invept')) {
          t.ret();
          return;
        }
        const v = t.get(F.vcpu);
        n.invalidate(v);
        t.set(F.flushed, v);
        t.set(F.vcpu, v + 1);
        if (v + 1 < n.machine.config.vcpus) t.goto('vcpu');
        else t.ret();
      },
      say: (t, n) =>
        n.on('invept')
          ? `vCPU ${t.get(F.flushed)} forgets every translation that it has composed.`
          : 'INVEPT is switched off: the TLBs keep what was composed from the old entry.',
    },
  ],
});

const M = slots('gfn', 'mfn');

export const remap = procedure<Nested>({
  name: 'nested_remap',
  part: 'nested',
  lane: 'hypervisor',
  about:
    'Another machine frame behind a guest frame: one nested entry changes, whatever the guest maps it to.',
  slots: M,
  steps: [
    {
      label: 'lock',
      line: 'remap(gfn, mfn): lock',
      touch: 'racy',
      when: (_, n) => n.lock.free,
      run: (t, n) => {
        if (!n.reaches(t.get(M.gfn)) || t.get(M.mfn) < 0 || t.get(M.mfn) >= n.machine.config.machineFrames) {
          n.machine.registersOf(t.actor).set('outcome', OUTCOME_REFUSED);
          t.ret();
          return;
        }
        n.lock.take(t);
      },
      say: (t, n) =>
        n.machine.registersOf(t.actor).get('outcome') === OUTCOME_REFUSED
          ? `Refused: the machine has ${n.machine.config.machineFrames} frames, and ${frameName(t.get(M.mfn))} or guest frame ${frameName(t.get(M.gfn))} is beyond them. Name a frame that exists.`
          : 'The hypervisor takes the lock of the nested tables.',
    },
    {
      label: 'entry',
      line: '  p2m[gfn] = mfn; the one nested entry = mfn',
      touch: 'racy',
      beat: true,
      run: (t, n) => {
        const gfn = t.get(M.gfn);
        n.setP2m(gfn, t.get(M.mfn), RAM);
        n.world.emit(GuestFrameMoved, gfn, t.get(M.mfn));
        const found = n.lookup(gfn);
        if (found === undefined) return;
        if (found.level === 1) setLeaf(n, gfn, found.frame, 1);
        // A large page cannot hold a frame that has moved: it goes, and its parts come back as they are touched.
        else n.write(found.frame, found.index, 0, 0);
      },
      say: (t) =>
        `Guest frame ${frameName(t.get(M.gfn))} is machine frame ${frameName(t.get(M.mfn))} from now on. One entry had to change; no mapping of the guest had to be looked for.`,
    },
    {
      label: 'flush',
      line: '  INVEPT everywhere',
      touch: 'private',
      run: (t) => t.callThen('unlock', invept, []),
      say: 'But processors may still know the old translation.',
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'racy',
      run: (t, n) => n.lock.release(t),
      say: 'The lock is free again.',
    },
  ],
});

const G = slots('gfn', 'clear', 'at');

/** Begins to log, or takes the log and begins anew: every mapped frame is protected, or its D bit cleared. */
const log = (name: string, harvest: boolean) =>
  procedure<Nested>({
    name,
    part: 'nested',
    lane: 'hypervisor',
    about: harvest
      ? 'Takes the log of dirty pages and clears it: one nested entry per page.'
      : 'Begins to log which pages the guest writes: one nested entry per page.',
    slots: G,
    steps: [
      {
        label: 'lock',
        line: `${harvest ? 'harvest' : 'log on'}: lock`,
        touch: 'racy',
        when: (_, n) => n.lock.free,
        run: (t, n) => {
          n.lock.take(t);
          n.logging = true;
        },
        say: 'The hypervisor takes the lock of the nested tables.',
      },
      {
        label: 'page',
        line: '  for each mapped gfn: read and clear D, or take W away',
        touch: 'racy',
        run: (t, n) => {
          let gfn = t.get(G.gfn);
          const { guestFrames } = n.machine.config;
          while (gfn < guestFrames && n.lookup(gfn) === undefined) gfn++;
          t.set(G.at, gfn);
          if (gfn >= guestFrames) {
            t.goto('flush');
            return;
          }
          const found = n.lookup(gfn);
          if (found === undefined) return;
          const { frame, index, level } = found;
          const [hi, lo] = [n.hi(frame, index), n.lo(frame, index)];
          if (n.on('log-by-dirty-bits')) {
            if (harvest && (lo & n.format.dirty) !== 0)
              for (let i = 0; i < 2 ** (n.indexBits * (level - 1)); i++) n.dirty.set(gfn + i, 0, 1);
            if ((lo & n.format.dirty) !== 0) n.write(frame, index, hi, lo & ~n.format.dirty);
          } else {
            n.watch(gfn, LOGGED);
            if (level > 1) n.write(frame, index, 0, 0);
            else if ((lo & n.format.write) !== 0) setLeaf(n, gfn, frame, 1);
          }
          n.world.count('log_entries');
          t.set(G.gfn, gfn + (n.on('log-by-dirty-bits') ? 2 ** (n.indexBits * (level - 1)) : 1));
          t.goto('page');
        },
        say: (t, n) => {
          if (t.get(G.at) >= n.machine.config.guestFrames)
            return 'Every mapped guest frame has been seen to.';
          const frame = frameName(t.get(G.at));
          return n.on('log-by-dirty-bits')
            ? `The dirty bit of the one nested entry for guest frame ${frame} is read and cleared.`
            : `The one nested entry for guest frame ${frame} becomes read-only: the first store to it will be heard.`;
        },
      },
      {
        label: 'flush',
        line: '  INVEPT everywhere',
        touch: 'private',
        beat: true,
        run: (t) => t.callThen('unlock', invept, []),
        say: 'Processors may still know the frames as writable, or as dirty.',
      },
      {
        label: 'unlock',
        line: '  unlock',
        touch: 'racy',
        run: (t, n) => n.lock.release(t),
        say: 'The lock is free again.',
      },
    ],
  });

export const logDirtyOn = log('nested_log_dirty_on', false);
export const harvestDirty = log('nested_harvest_dirty', true);

const D = slots('from');

export const clearDirty = procedure<Nested>({
  name: 'nested_clear_dirty',
  part: 'nested',
  lane: 'hypervisor',
  about: 'Empties the dirty bitmap: what follows is counted from here.',
  slots: D,
  steps: [
    {
      label: 'clear',
      line: 'dirty bitmap = 0',
      touch: 'racy',
      run: (t, n) => {
        for (const gfn of n.dirty.rows()) n.dirty.set(gfn, 0, 0);
        t.ret();
      },
      say: 'The bitmap of dirty pages is empty.',
    },
  ],
});

const P = slots('gfn', 'found');

export const protect = procedure<Nested>({
  name: 'nested_protect',
  part: 'nested',
  lane: 'hypervisor',
  about:
    'Takes the right to write a guest frame away, as a hypervisor would that wanted to hear of changes to a page table.',
  slots: P,
  steps: [
    {
      label: 'lock',
      line: 'protect(gfn): lock',
      touch: 'racy',
      when: (_, n) => n.lock.free,
      run: (t, n) => n.lock.take(t),
      say: 'The hypervisor takes the lock of the nested tables.',
    },
    {
      label: 'entry',
      line: '  the one nested entry: read-only',
      touch: 'racy',
      beat: true,
      run: (t, n) => {
        const gfn = t.get(P.gfn);
        n.watch(gfn, GUARDED);
        const found = n.lookup(gfn);
        t.set(P.found, found === undefined ? 0 : 1);
        if (found === undefined) return;
        if (found.level === 1) setLeaf(n, gfn, found.frame, 1);
        else n.write(found.frame, found.index, 0, 0);
      },
      say: (t) => `Guest frame ${frameName(t.get(P.gfn))} may be read, but not written.`,
    },
    {
      label: 'flush',
      line: '  INVEPT everywhere',
      touch: 'private',
      run: (t) => t.callThen('unlock', invept, []),
      say: 'Processors may still know it as writable.',
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'racy',
      run: (t, n) => n.lock.release(t),
      say: 'The lock is free again.',
    },
  ],
});

export const NESTED_OPERATIONS: readonly OperationSpec[] = [
  {
    name: 'remap',
    says: 'Puts another machine frame behind a guest frame: one nested entry changes, then INVEPT.',
    args: [{ what: 'guest frame' }, { what: 'machine frame' }],
    by: 'host',
  },
  { name: 'log-dirty-on', says: 'Begins to log which guest frames are written.', args: [], by: 'host' },
  {
    name: 'harvest-dirty',
    says: 'Adds the frames written since the last time to the dirty bitmap, and begins anew.',
    args: [],
    by: 'host',
  },
  { name: 'clear-dirty', says: 'Empties the dirty bitmap.', args: [], by: 'host' },
  {
    name: 'protect',
    says: 'Makes a guest frame read-only in the nested tables until the next store to it, which is an exit.',
    args: [{ what: 'guest frame' }],
    by: 'host',
  },
];

export const nestedOperations = new Map([
  ['remap', remap],
  ['log-dirty-on', logDirtyOn],
  ['harvest-dirty', harvestDirty],
  ['clear-dirty', clearDirty],
  ['protect', protect],
]);

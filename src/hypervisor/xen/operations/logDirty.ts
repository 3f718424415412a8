import { procedure, type Step, slots, type Thread } from '../../../kernel';
import { shadowBlowTables } from '../blowTables';
import { dirtyFrames, logsDirty } from '../dirty';
import { DirtyLogRead, LogDirtyChanged } from '../events';
import { shUpdatePagingModes } from '../pagingModes';
import type { Xen } from '../state';
import { domainPause, domainUnpause } from './pause';
import { refuse } from './refuse';

const clearBitmap = (x: Xen): void => {
  for (const mfn of dirtyFrames(x)) x.guest.setDirty(mfn, false);
};

const frames = (n: number): string => (n === 1 ? 'One frame is' : `${n === 0 ? 'No' : n} frames are`);

const M = slots('refused', 'v', 'at');

/**
 * shadow_enable_log_dirty and shadow_disable_log_dirty: the mode of the domain changes, so every vCPU's paging is set up anew.
 * Switched on, all shadows go first: whatever they map writable was mapped unlogged. Refused if that is the mode already.
 * Source: sheet 2.6.1 rule 10, 5.12.
 */
function setLogDirty(on: 0 | 1) {
  const word = on === 1 ? 'enable' : 'disable';
  return procedure<Xen>({
    name: `shadow_${word}_log_dirty`,
    part: 'xen',
    lane: 'hypervisor',
    about:
      on === 1
        ? 'From here on Xen notes which frames the guest writes (sheet 5.12).'
        : 'Xen no longer notes which frames the guest writes (sheet 5.12).',
    slots: M,
    steps: [
      {
        label: 'check',
        line: `shadow_${word}_log_dirty(): ${on === 1 ? 'on' : 'off'} already: return -EINVAL; domain_pause()`,
        touch: 'racy',
        run: (t, x) => {
          if (x.domain.get('logDirty') !== on) {
            t.call(domainPause, []);
            return;
          }
          t.set(M.refused, 1);
          refuse(t, x);
          t.ret();
        },
        say: (t) =>
          t.get(M.refused) === 1
            ? `Writes are ${on === 1 ? 'logged already' : 'not logged anyway'}: nothing to change.`
            : 'The mode of the domain is to change: its vCPUs must stop first.',
      },
      {
        label: 'lock',
        line: '  shadow_lock()',
        touch: 'racy',
        when: (_, x) => x.lock.free,
        run: (t, x) => x.lock.take(t),
        say: 'The host takes the shadow lock.',
      },
      {
        label: 'blow',
        line: on === 1 ? '  shadow_blow_tables()' : '  (shadows stay as they are)',
        touch: 'locked',
        run: (t) => {
          if (on === 1) t.call(shadowBlowTables, []);
        },
        say:
          on === 1
            ? 'What is mapped writable could be written without anybody noticing. All shadows go.'
            : 'Entries that are read-only only for the log become writable with their next fault.',
      },
      {
        label: 'mode',
        line: `  sh_new_mode(): mode ${on === 1 ? '|=' : '&= ~'}PG_log_dirty`,
        touch: 'locked',
        beat: true,
        run: (_, x) => {
          clearBitmap(x);
          x.domain.set('logDirty', on);
          x.world.emit(LogDirtyChanged, on);
        },
        say:
          on === 1
            ? 'From here on a frame is mapped writable only once it is marked dirty.'
            : 'From here on frames are mapped writable without a mark.',
      },
      {
        label: 'vcpu',
        line: '  for each vCPU: sh_update_paging_modes()',
        touch: 'locked',
        run: (t, x) => {
          const v = t.get(M.v);
          t.set(M.v, v + 1);
          t.set(M.at, v + 1);
          if (v < x.vcpus.length) t.callThen('vcpu', shUpdatePagingModes, [v]);
        },
        say: (t, x) =>
          t.get(M.at) > x.vcpus.length
            ? 'Every vCPU has been told.'
            : `vCPU ${t.get(M.at) - 1} is told that the mode has changed.`,
      },
      {
        label: 'unlock',
        line: '  shadow_unlock(); domain_unpause()',
        touch: 'racy',
        run: (t, x) => {
          x.lock.release(t);
          t.call(domainUnpause, []);
        },
        say: 'The host releases the shadow lock.',
      },
      {
        label: 'done',
        line: '  return 0',
        touch: 'private',
        beat: true,
        run: (t) => t.ret(),
        say: on === 1 ? 'The log is empty, and on.' : 'The log is off.',
      },
    ],
  });
}

export const logDirtyOn = setLogDirty(1);
export const logDirtyOff = setLogDirty(0);

const R = slots('refused', 'count');

/** The count is what the operation has read: panels and expectations see it as the value of OperationEnded. */
function result(t: Thread, x: Xen, count: number): void {
  t.set(R.count, count);
  x.machine.registersOf(t.actor).set('resultLo', count);
}

/** The first step of both: the log must be on. */
const check: Step<Xen> = {
  label: 'check',
  line: 'paging_log_dirty_op(): not in log-dirty mode: return -EINVAL; domain_pause()',
  touch: 'racy',
  run: (t, x) => {
    if (logsDirty(x)) {
      t.call(domainPause, []);
      return;
    }
    t.set(R.refused, 1);
    refuse(t, x);
    t.ret();
  },
  say: (t) =>
    t.get(R.refused) === 1
      ? 'Writes are not logged: there is no log to read. log-dirty-on comes first.'
      : 'Which frames has the guest written? The domain is stopped to find out.',
};

const end: readonly Step<Xen>[] = [
  {
    label: 'unpause',
    line: '  domain_unpause()',
    touch: 'racy',
    run: (t) => t.call(domainUnpause, []),
    say: 'The vCPUs go on.',
  },
  {
    label: 'done',
    line: '  return 0',
    touch: 'private',
    beat: true,
    run: (t) => t.ret(),
    say: (t) => `The host knows: ${frames(t.get(R.count)).toLowerCase()} dirty.`,
  },
];

/** paging_log_dirty_op with OP_PEEK: which frames the guest has written so far. Refused while the log is off. */
export const logDirtyPeek = procedure<Xen>({
  name: 'paging_log_dirty_peek',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Reads which frames the guest has written so far.',
  slots: R,
  steps: [
    check,
    {
      label: 'read',
      line: '  copy the dirty bitmap out',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const count = dirtyFrames(x).length;
        result(t, x, count);
        x.world.emit(DirtyLogRead, count, 0);
      },
      say: (t) => `${frames(t.get(R.count))} marked dirty. The marks stay: the log goes on.`,
    },
    ...end,
  ],
});

/**
 * paging_log_dirty_op with OP_CLEAN: which frames the guest has written since the log was read last; it starts anew. All shadows
 * go then, for a frame that stays mapped writable would be written without a new mark. Refused while the log is off.
 */
export const logDirtyClean = procedure<Xen>({
  name: 'paging_log_dirty_clean',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Reads which frames the guest has written, and starts the log anew.',
  slots: R,
  steps: [
    check,
    {
      label: 'read',
      line: '  copy the dirty bitmap out, and clear it',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const count = dirtyFrames(x).length;
        result(t, x, count);
        x.world.emit(DirtyLogRead, count, 1);
        clearBitmap(x);
      },
      say: (t) => `${frames(t.get(R.count))} marked dirty. The marks are taken away: the log starts anew.`,
    },
    {
      label: 'lock',
      line: '  shadow_clean_dirty_bitmap(): shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: 'The host takes the shadow lock.',
    },
    {
      label: 'blow',
      line: '    shadow_blow_tables()',
      touch: 'locked',
      run: (t) => t.call(shadowBlowTables, []),
      say: 'What is mapped writable would be written without a new mark. All shadows go.',
    },
    {
      label: 'unlock',
      line: '    shadow_unlock()',
      touch: 'racy',
      run: (t, x) => x.lock.release(t),
      say: 'The host releases the shadow lock.',
    },
    ...end,
  ],
});

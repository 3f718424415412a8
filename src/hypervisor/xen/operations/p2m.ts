import { procedure, slots, type Thread } from '../../../kernel';
import { shadowBlowTables } from '../blowTables';
import { P2mChanged, unshadowCode } from '../events';
import { flushTlbMask } from '../flushTlb';
import { shRemoveAllMappings } from '../removeMappings';
import { shRemoveShadows } from '../removeShadows';
import type { Xen } from '../state';
import * as T from '../types';
import { Who } from '../who';
import { domainPause, domainUnpause } from './pause';
import { refuse } from './refuse';

const S = slots('gfn', 'mfn', 'type', 'old', 'flush', 'blow');

/** Whether a p2m type can have memory behind it whose mappings must go when the entry changes (p2m_is_valid). */
const hadMemory = (x: Xen, gfn: number): number => {
  const type = x.p2m.type(gfn);
  const mfn = x.p2m.mfn(gfn);
  return type !== T.P2M_INVALID && type !== T.P2M_MMIO_DM && x.mfnValid(mfn) ? mfn : -1;
};

/**
 * shadow_write_p2m_entry: changes what a guest frame is. Whatever the shadows knew of the memory behind it goes first: it is no
 * table any more, and nothing maps it. If the domain has magic entries for devices, all shadows go: any of them might say that
 * this frame is one. Arguments: gfn, mfn (-1: none), p2m type. Source: sheet 1.11, 2.10.
 */
export const shadowWriteP2mEntry = procedure<Xen>({
  name: 'shadow_write_p2m_entry',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Changes the p2m entry of a guest frame, and removes everything that was derived from the old one.',
  slots: S,
  steps: [
    {
      label: 'lock',
      line: 'shadow_write_p2m_entry(gfn, mfn, type): shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        const old = hadMemory(x, t.get(S.gfn));
        t.set(S.old, old + 1);
        if (old < 0) t.goto('write');
      },
      say: (t, x) =>
        t.get(S.old) === 0
          ? `Guest frame ${x.name(t.get(S.gfn))} had no memory behind it: no shadow can map any.`
          : `Guest frame ${x.name(t.get(S.gfn))} is machine frame ${x.name(t.get(S.old) - 1)} so far. Shadows may map it, or shadow it.`,
    },
    {
      label: 'unshadow',
      line: '  sh_remove_all_shadows_and_parents(old mfn)',
      touch: 'locked',
      run: (t) => t.call(shRemoveShadows, [t.get(S.old) - 1, 0, 1, unshadowCode('p2m-change')]),
      say: (t, x) => `Frame ${x.name(t.get(S.old) - 1)} is no table of this guest any more.`,
    },
    {
      label: 'unmap',
      line: '  if sh_remove_all_mappings(old mfn):',
      touch: 'locked',
      run: (t) => t.call(shRemoveAllMappings, [0, t.get(S.old) - 1], S.flush),
      say: (t, x) => `And no entry may map ${x.name(t.get(S.old) - 1)}, not even for reading.`,
    },
    {
      label: 'flush',
      line: '    flush_tlb_mask(d->domain_dirty_cpumask)',
      touch: 'locked',
      run: (t) => t.call(flushTlbMask, []),
      say: 'TLBs may still know the old mapping: they are flushed.',
    },
    {
      label: 'write',
      line: '  *p = new entry',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.p2m.set(t.get(S.gfn), t.get(S.mfn), t.get(S.type));
        x.world.emit(P2mChanged, t.get(S.gfn), t.get(S.mfn), t.get(S.type));
      },
      say: (t, x) => {
        const gfn = `Guest frame ${x.name(t.get(S.gfn))}`;
        const mfn = x.name(t.get(S.mfn));
        switch (t.get(S.type)) {
          case T.P2M_RAM_RO:
            return `${gfn} is read-only memory now, machine frame ${mfn}.`;
          case T.P2M_MMIO_DM:
            return `${gfn} is a device now, which the device model emulates.`;
          case T.P2M_MMIO_DIRECT:
            return `${gfn} is a real device's now, at machine frame ${mfn}.`;
          case T.P2M_INVALID:
            return `${gfn} is nothing any more.`;
          default:
            return `${gfn} is memory now, machine frame ${mfn}.`;
        }
      },
    },
    {
      label: 'magic',
      line: '  if d has_fast_mmio_entries: shadow_blow_tables(), and it has none',
      touch: 'locked',
      run: (t, x) => {
        const blow = x.domain.get('hasMmioEntries');
        t.set(S.blow, blow);
        if (blow === 0) return;
        x.domain.set('hasMmioEntries', 0);
        t.call(shadowBlowTables, []);
      },
      say: (t) =>
        t.get(S.blow) === 1
          ? 'Some shadow entry may say by its magic that this frame is a device. Nobody knows which: all shadows are thrown away.'
          : 'No shadow entry stands for a device: none can be wrong about this frame.',
    },
    {
      label: 'unlock',
      line: '  shadow_unlock()',
      touch: 'racy',
      run: (t, x) => {
        x.lock.release(t);
        t.ret();
      },
      say: (t, x) => `${Who(x, t.actor)} releases the shadow lock.`,
    },
  ],
});

const L = slots('gfn', 'other', 'mfn', 'refused');

const BEYOND = 1;
const TAKEN = 2;
const NOTHING = 3;

/** What a guest frame becomes: `memory` true if it needs a machine frame behind it. */
interface Change {
  readonly name: string;
  readonly about: string;
  readonly line: string;
  readonly type: number;
  readonly memory: boolean;
  /** The second argument names the machine frame; else the frame keeps the one it has, or gets that of its own number. */
  readonly given?: boolean;
}

/** The machine frame that shall stand behind the guest frame, or why there is none. */
function choose(t: Thread, x: Xen, { memory, given }: Change): number {
  const gfn = t.get(L.gfn);
  const { guestFrames } = x.machine.config;
  if (gfn < 0 || gfn >= 2 ** 28) return BEYOND;
  t.set(L.mfn, 0);
  if (!memory) return x.p2m.mfn(gfn) < 0 && x.p2m.type(gfn) === T.P2M_INVALID ? NOTHING : 0;
  const mfn = given === true ? t.get(L.other) : x.p2m.mfn(gfn) >= 0 ? x.p2m.mfn(gfn) : gfn;
  if (mfn < 0 || mfn >= guestFrames) return BEYOND;
  const owner = x.p2m.gfn(mfn);
  if (owner >= 0 && owner !== gfn) return TAKEN;
  t.set(L.mfn, mfn + 1);
  return 0;
}

/**
 * An operation that changes one p2m entry, from outside or by the guest itself (a balloon). Called from outside, the domain is
 * paused first: a walk made before the change must not be installed after it, and the re-check looks at tables, not at the p2m
 * (sheet 3.2). A guest's own call pauses nobody, as in Xen.
 */
function p2mChange(change: Change) {
  return procedure<Xen>({
    name: change.name,
    part: 'xen',
    lane: 'hypervisor',
    about: change.about,
    slots: L,
    steps: [
      {
        label: 'check',
        line: change.line,
        touch: 'racy',
        run: (t, x) => {
          const refused = choose(t, x, change);
          t.set(L.refused, refused);
          if (refused === 0) return;
          refuse(t, x);
          t.ret();
        },
        say: (t, x) => {
          const gfn = `guest frame ${x.name(t.get(L.gfn))}`;
          switch (t.get(L.refused)) {
            case BEYOND:
              return `There is no such frame: the guest's machine frames are below ${x.name(x.machine.config.guestFrames)}, and guest frames have 28 bits.`;
            case TAKEN:
              return `The machine frame belongs to another guest frame already: ${gfn} cannot have it too.`;
            case NOTHING:
              return `There is nothing behind ${gfn}: nothing can be taken away.`;
            default:
              return `What ${gfn} is shall change.`;
          }
        },
      },
      {
        label: 'pause',
        line: '  asked from outside: domain_pause()',
        touch: 'racy',
        run: (t, x) => {
          if (t.actor >= x.vcpus.length) t.call(domainPause, []);
        },
        say: (t, x) =>
          t.actor >= x.vcpus.length
            ? 'First every vCPU must have stopped.'
            : `The guest asks for this itself: no vCPU has to stop.`,
      },
      {
        label: 'change',
        line: '  shadow_write_p2m_entry()',
        touch: 'private',
        run: (t) => t.call(shadowWriteP2mEntry, [t.get(L.gfn), t.get(L.mfn) - 1, change.type]),
        say: (t, x) => `The p2m entry of guest frame ${x.name(t.get(L.gfn))} is changed.`,
      },
      {
        label: 'unpause',
        line: '  domain_unpause()',
        touch: 'racy',
        run: (t, x) => {
          if (t.actor >= x.vcpus.length) t.call(domainUnpause, []);
        },
        say: (t, x) => `${Who(x, t.actor)} has changed what guest frame ${x.name(t.get(L.gfn))} is.`,
      },
      {
        label: 'done',
        line: '  return 0',
        touch: 'private',
        beat: true,
        run: (t) => t.ret(),
        say: (t, x) =>
          `A use of guest frame ${x.name(t.get(L.gfn))} faults now, and finds what it has become.`,
      },
    ],
  });
}

export const p2mRemove = p2mChange({
  name: 'guest_physmap_remove_page',
  about: 'Takes a frame of the guest away: a balloon, or whoever runs the machine.',
  line: 'guest_physmap_remove_page(gfn): nothing there: return -EINVAL',
  type: T.P2M_INVALID,
  memory: false,
});
export const p2mMmio = p2mChange({
  name: 'p2m_set_mmio_dm',
  about: 'A guest frame becomes an emulated device.',
  line: 'p2m_change_type(gfn, p2m_mmio_dm)',
  type: T.P2M_MMIO_DM,
  memory: false,
});
export const p2mDirect = p2mChange({
  name: 'set_mmio_p2m_entry',
  about: 'A guest frame becomes a real device that is passed through.',
  line: 'set_mmio_p2m_entry(gfn): p2m_mmio_direct',
  type: T.P2M_MMIO_DIRECT,
  memory: true,
});
export const p2mReadOnly = p2mChange({
  name: 'p2m_set_ram_ro',
  about: 'A guest frame becomes read-only memory.',
  line: 'p2m_change_type(gfn, p2m_ram_ro)',
  type: T.P2M_RAM_RO,
  memory: true,
});
export const p2mRam = p2mChange({
  name: 'guest_physmap_add_page',
  about: 'A guest frame becomes ordinary memory, with the machine frame it has or had.',
  line: 'guest_physmap_add_page(gfn): p2m_ram_rw',
  type: T.P2M_RAM_RW,
  memory: true,
});
export const p2mMove = p2mChange({
  name: 'guest_physmap_add_entry',
  about: 'A guest frame gets another machine frame behind it.',
  line: 'guest_physmap_add_entry(gfn, mfn): p2m_ram_rw',
  type: T.P2M_RAM_RW,
  memory: true,
  given: true,
});

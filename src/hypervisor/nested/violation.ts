import { frameName } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { EXIT_BY_WALK, FAULT_DONE, FAULT_INJECT, FAULT_RETRY, READ, WRITE } from '../../machine';
import { DeviceAccess, NestedMapped, NestedTableMade, PageLogged } from './events';
import { DEVICE, FREE, LOGGED, type Nested, ROM } from './state';

const L = slots('vaHi', 'vaLo', 'error', 'gfn', 'access', 'level', 'frame', 'leaf', 'what');

/** What the exit turned out to be. */
const FIRST_TOUCH = 1;
const LOG = 2;
const GUARD = 3;
const ALREADY = 4;

const who = (t: Thread): string => `vCPU ${t.actor}`;

/** Whether a guest frame and its neighbours lie side by side in the machine, all ordinary memory: a large page can map them. */
export function together(n: Nested, gfn: number): boolean {
  const size = 2 ** n.indexBits;
  const first = Math.floor(gfn / size) * size;
  const mfn = n.mfn(first);
  if (mfn < 0 || mfn % size !== 0 || n.logging) return false;
  for (let i = 0; i < size; i++)
    if (n.mfn(first + i) !== mfn + i || n.type(first + i) !== n.type(first) || n.watched(first + i) !== FREE)
      return false;
  return true;
}

/** Writes the leaf for a guest frame at a level: what the p2m says, less what the hypervisor wants to hear of. */
export function setLeaf(n: Nested, gfn: number, frame: number, level: number): void {
  const size = 2 ** (n.indexBits * (level - 1));
  const first = Math.floor(gfn / size) * size;
  const writable = n.type(gfn) !== ROM && n.watched(gfn) === FREE;
  const { hi, lo } = n.format.page(n.mfn(first), writable, level > 1);
  n.write(frame, n.index(gfn, level), hi, lo);
  n.world.emit(NestedMapped, gfn, n.mfn(gfn), level, writable ? 1 : 0);
}

/**
 * The exit, where the walk asks for one: an EPT violation or nested page fault. The guest's own page faults come here too, for
 * that is where a faulting instruction goes; they are the processor's business and cost no exit.
 */
export const nestedPageFault = procedure<Nested>({
  name: 'nested_violation',
  part: 'nested',
  lane: 'hypervisor',
  about:
    'What the hypervisor does when the nested tables do not allow an access: map, log, or stand in for a device.',
  slots: L,
  steps: [
    {
      label: 'deliver',
      line: '#PF of the guest’s own: to the guest, without an exit',
      touch: 'private',
      lane: 'hardware',
      run: (t) => {
        if ((t.get(L.error) & EXIT_BY_WALK) === 0) t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) =>
        (t.get(L.error) & EXIT_BY_WALK) === 0
          ? 'The processor gives the fault to the guest’s own handler. The hypervisor is not asked, and does not hear of it.'
          : `${who(t)} has left the guest: the processor says which guest frame it was about.`,
    },
    {
      label: 'exit',
      line: 'violation(gfn, access): lock',
      touch: 'racy',
      when: (_, n) => n.lock.free,
      run: (t, n) => {
        const exit = n.exits[t.actor];
        n.lock.take(t);
        n.world.count('exits');
        t.set(L.gfn, exit?.get('gfn') ?? 0);
        t.set(L.access, exit?.get('access') ?? 0);
      },
      say: (t) =>
        `${who(t)} takes the lock of the nested tables. Guest frame ${frameName(t.get(L.gfn))} is missing something.`,
    },
    {
      label: 'look',
      line: '  what is behind gfn: a device, ROM, RAM?',
      touch: 'locked',
      beat: true,
      run: (t, n) => {
        const gfn = t.get(L.gfn);
        const write = t.get(L.access) === WRITE;
        const type = n.reaches(gfn) ? n.type(gfn) : DEVICE;
        t.set(
          L.leaf,
          n.on('large-nested-pages') && n.levels > 1 && type !== DEVICE && together(n, gfn) ? 2 : 1,
        );
        if (type === DEVICE || (type === ROM && write)) {
          t.goto('device');
          return;
        }
        const found = n.lookup(gfn);
        if (found === undefined) t.set(L.what, FIRST_TOUCH);
        else if (write && n.watched(gfn) !== FREE) t.set(L.what, n.watched(gfn) === LOGGED ? LOG : GUARD);
        else {
          // Another vCPU may have been here first. If nobody was, the guest left for nothing.
          t.set(L.what, ALREADY);
          const allows = n.format.allows(
            n.hi(found.frame, found.index),
            n.lo(found.frame, found.index),
            t.get(L.access),
          );
          if (allows && n.exits[t.actor]?.get('version') === n.version) n.countCauseless();
        }
        if (t.get(L.what) === LOG) {
          n.dirty.set(gfn, 0, 1);
          n.world.emit(PageLogged, gfn);
        }
        if (t.get(L.what) === LOG || t.get(L.what) === GUARD) n.watch(gfn, FREE);
        t.set(L.level, n.levels);
        t.set(L.frame, n.root);
      },
      say: (t, n) => {
        const frame = frameName(t.get(L.gfn));
        switch (t.get(L.what)) {
          case FIRST_TOUCH:
            return `Nobody has used guest frame ${frame} yet: it gets its entry now, once, for all address spaces of the guest.`;
          case LOG:
            return `Guest frame ${frame} is written for the first time since the log was cleared: it is noted as dirty, and may be written from now on.`;
          case GUARD:
            return `The hypervisor wanted to hear of stores to guest frame ${frame}. Now it has, and gives the right back.`;
          case ALREADY:
            return `Another vCPU has seen to guest frame ${frame} in the meantime.`;
          default:
            return n.type(t.get(L.gfn)) === ROM
              ? `Guest frame ${frame} is read-only memory: the store has no effect.`
              : `Nothing is behind guest frame ${frame}: it belongs to a device.`;
        }
      },
    },
    {
      label: 'descend',
      line: '  down to the level of the leaf; make tables that are missing',
      touch: 'locked',
      run: (t, n) => {
        const level = t.get(L.level);
        if (level === t.get(L.leaf)) {
          t.goto('leaf');
          return;
        }
        const frame = t.get(L.frame);
        const index = n.index(t.get(L.gfn), level);
        const lo = n.lo(frame, index);
        if (n.format.present(lo) && n.format.leaf(level, lo)) {
          t.goto('leaf');
          return;
        }
        if (n.format.present(lo)) t.set(L.frame, ((n.hi(frame, index) & 0xf_ffff) << 20) | (lo >>> 12));
        else {
          const made = n.newTable();
          const link = n.format.table(made);
          n.write(frame, index, link.hi, link.lo);
          n.world.count('nested_tables');
          n.world.emit(NestedTableMade, level - 1, made);
          t.set(L.frame, made);
        }
        t.set(L.level, level - 1);
        t.goto('descend');
      },
      say: (t) =>
        `The entry lies below nested table ${frameName(t.get(L.frame))}, at level ${t.get(L.level)}.`,
    },
    {
      label: 'leaf',
      line: '  nested entry = p2m[gfn], writable unless watched',
      touch: 'racy',
      beat: true,
      run: (t, n) => setLeaf(n, t.get(L.gfn), t.get(L.frame), t.get(L.level)),
      say: (t, n) => {
        const gfn = t.get(L.gfn);
        const page = t.get(L.level) > 1 ? ', as part of a large page' : '';
        return `The nested entry says: guest frame ${frameName(gfn)} is machine frame ${frameName(n.mfn(gfn))}${page}.`;
      },
    },
    {
      label: 'unlock',
      line: '  unlock; back to the guest, which tries again',
      touch: 'racy',
      run: (t, n) => {
        n.lock.release(t);
        t.ret(FAULT_RETRY, 0);
      },
      say: 'The lock is free. The guest has noticed nothing; its instruction begins again.',
    },
    {
      label: 'device',
      line: '  no memory: emulate; loads give ones, stores are dropped',
      touch: 'racy',
      beat: true,
      run: (t, n) => {
        const r = n.machine.vcpu(t.actor);
        n.world.emit(DeviceAccess, t.actor, t.get(L.gfn), t.get(L.access));
        if (t.get(L.access) !== WRITE) {
          const width = r.get('insWidth');
          r.set('resultHi', width === 8 ? -1 : 0);
          r.set('resultLo', width >= 4 ? -1 : 2 ** (8 * width) - 1);
        }
        n.lock.release(t);
        t.ret(FAULT_DONE, 0);
      },
      say: (t) =>
        t.get(L.access) === READ
          ? 'There is no such device in this machine: the load reads ones.'
          : 'There is no such device in this machine: the store has no effect.',
    },
  ],
});

import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, leafFrame, sayIndex, W } from '../../machine';
import { newDerivation, propagateUpper } from './derive';
import { WHY_DEMAND } from './events';
import { strideOf } from './geometry';
import { isSuperpageWalk } from './guestWalk';
import { isUsable } from './magic';
import { shMakeShadow } from './makeShadow';
import { resyncAll } from './oos/resyncAll';
import { setUpper } from './setUpper';
import type { Xen } from './state';
import { FT_DEMAND_WRITE } from './types';

const L = slots('ft', 'level', 'table', 'index', 'below', 'made', 'flags', 'resync', 'found');

const derived = newDerivation();

/** Entry of the guest table at a level of the walk: where a shadow entry of that level is derived from. */
function guestCell(x: Xen, v: number, level: number): number {
  const { gw } = x.vcpu(v);
  const index = x.index(v, level, gw.cells.get('vaHi'), gw.cells.get('vaLo'));
  return x.guestCell(x.geometry(v).narrow, gw.mfn(level), index);
}

/** (n, type) of the shadow that the entry of a level must lead to. */
function keyBelow(x: Xen, v: number, level: number): { n: number; type: number } {
  const { gw } = x.vcpu(v);
  if (level === 2 && isSuperpageWalk(x, v))
    return { n: leafFrame(x.geometry(v).guest, 2, gw.hi(2), gw.lo(2)), type: x.geometry(v).fl1 };
  return { n: gw.mfn(level - 1), type: x.geometry(v).types[level - 1] as number };
}

/** The sl2e of a large page that was shadowed read-only, because the guest's entry was not dirty, must be made anew for a write. */
function mustReinstall(t: Thread, x: Xen, lo: number): boolean {
  const write = t.get(L.ft) === FT_DEMAND_WRITE;
  return write && t.get(L.level) === 2 && (lo & W) === 0 && isSuperpageWalk(x, t.actor);
}

function descend(t: Thread): void {
  const level = t.get(L.level) - 1;
  t.set(L.table, t.get(L.below));
  t.set(L.level, level);
  t.goto(level === 1 ? 'resync' : 'read');
}

/**
 * shadow_get_and_create_l1e (sheet 2.5): follows the shadow path of the vCPU's walk record, and makes what is missing.
 * Argument: fetch type. Returns the smfn of the L1 shadow; -1 if a PAE guest has no L2 shadow there.
 */
export const shadowGetAndCreateL1e = procedure<Xen>({
  name: 'shadow_get_and_create_l1e',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Goes down the shadow tables to the L1 entry of an address, making the tables that are missing.',
  slots: L,
  steps: [
    {
      label: 'top',
      line: 'shadow_get_and_create_l1e(gw, ft): table = shadow_table[top]; none: return NULL',
      touch: 'locked',
      run: (t, x) => {
        const vcpu = x.vcpu(t.actor);
        const top = vcpu.shadowTable(x.topSlot(t.actor, vcpu.gw.cells.get('vaLo')));
        t.set(L.level, x.geometry(t.actor).topLevel);
        t.set(L.table, Math.max(top, 0));
        // L3 entries of a PAE guest are shadowed when CR3 is loaded, never on demand.
        if (top < 0) t.ret(-1);
      },
      say: (t, x) =>
        t.get(L.table) === 0
          ? 'The shadow has no L2 table for this gigabyte: those are set up when CR3 is loaded, and never by a fault.'
          : `The shadow path begins at ${x.describe(t.get(L.table))}.`,
    },
    {
      label: 'read',
      line: '  sle = table[index(va, N)]; present: follow it',
      touch: 'locked',
      run: (t, x) => {
        const { gw } = x.vcpu(t.actor);
        const level = t.get(L.level);
        const at = x.shadowIndex(t.actor, level, gw.cells.get('vaHi'), gw.cells.get('vaLo'));
        const table = t.get(L.table);
        // Of a pair of sl2e's it is the first that counts.
        const index = at - (at % strideOf(x.pages.type(table)));
        const hi = x.hi(table, index);
        const lo = x.lo(table, index);
        t.set(L.index, index);
        const follow = isUsable(hi, lo) && !mustReinstall(t, x, lo);
        t.set(L.found, follow ? 1 : 0);
        if (!follow) return;
        t.set(L.below, frameOf(hi, lo));
        descend(t);
      },
      say: (t, x) =>
        t.get(L.found) === 1
          ? `Entry ${sayIndex(t.get(L.index))} is there: it points at shadow ${x.name(t.get(L.below))}.`
          : `Entry ${sayIndex(t.get(L.index))} of ${x.describe(t.get(L.table))} is empty: what is below is not linked here yet.`,
    },
    {
      label: 'lookup',
      line: '  smfn = get_shadow_status(gmfn below, type)',
      touch: 'locked',
      run: (t, x) => {
        const { n, type } = keyBelow(x, t.actor, t.get(L.level));
        x.world.count('shadow_get_shadow_status');
        const smfn = x.hash.lookup(n, type);
        t.set(L.below, smfn);
        t.set(L.made, 0);
        if (smfn >= 0) {
          t.goto('link');
          return;
        }
        t.set(L.made, 1);
        t.callThen('link', shMakeShadow, [t.actor, n, type], L.below);
      },
      say: (t, x) => {
        const { n } = keyBelow(x, t.actor, t.get(L.level));
        return t.get(L.made) === 0
          ? `Frame ${x.name(n)} has a shadow already, ${x.name(t.get(L.below))}.`
          : `Frame ${x.name(n)} has no shadow at this level yet: one is made.`;
      },
    },
    {
      label: 'link',
      line: '  new_sle = propagate(gw.lNe, smfn, ft); shadow_set_lNe()',
      touch: 'locked',
      run: (t, x) => {
        const v = t.actor;
        const { gw } = x.vcpu(v);
        const level = t.get(L.level);
        // Which rights the path had is in the upper entries; the fault may be about exactly those.
        const entry = propagateUpper(
          x,
          level,
          gw.hi(level),
          gw.lo(level),
          t.get(L.below),
          t.get(L.ft),
          derived,
        );
        const defer = x.on('late-resync') ? 1 : 0;
        if (level > 2) t.set(L.resync, defer);
        const slot = [v, t.get(L.table), t.get(L.index)];
        const cell = guestCell(x, v, level);
        t.call(setUpper, [...slot, entry.hi, entry.lo, WHY_DEMAND, cell, defer], L.flags);
      },
      say: (t, x) =>
        `Entry ${sayIndex(t.get(L.index))} of ${x.name(t.get(L.table))} shall point at shadow ${x.name(t.get(L.below))}.`,
    },
    {
      label: 'descend',
      line: '  table = smfn; next level',
      touch: 'locked',
      run: (t) => descend(t),
      say: (t, x) => `The path goes on at ${x.describe(t.get(L.table))}.`,
    },
    {
      label: 'resync',
      line: '  a new L4 or L3 entry, the path being promoted: resync_all()',
      touch: 'locked',
      lane: 'resync',
      run: (t, x) => {
        if (t.get(L.resync) === 1 && x.era.outOfSync && x.on('resync-new-path'))
          t.call(resyncAll, [t.actor, 0, 1, 1]);
      },
      say: (t, x) => {
        if (t.get(L.resync) === 1 && !x.on('resync-new-path'))
          return 'A new path may lead to tables that are out of sync, but bringing them in sync is switched off.';
        return t.get(L.resync) === 1
          ? 'A new path may lead to tables that are out of sync. Now that all of it is protected, they are brought in sync.'
          : 'No new path was opened: tables that are out of sync may stay so.';
      },
    },
    {
      label: 'return',
      line: '  return &sl1[index(va, 1)]',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(t.get(L.table)),
      say: (t, x) => `The shadow path leads down to ${x.describe(t.get(L.table))}.`,
    },
  ],
});

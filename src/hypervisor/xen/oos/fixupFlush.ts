import { procedure, slots, type Thread } from '../../../kernel';
import { sayIndex } from '../../../machine';
import { FIXUP_TABLE_ENTRIES, type FixupTable, SHADOW_OOS_FIXUPS } from '../fixupStore';
import type { Xen } from '../state';
import { removeAtFixup } from './fixups';
import { fixupBucket } from './fixupTable';

const G = slots('gmfn', 'owner', 'slot', 'v', 'entry', 'hit', 'smfn', 'off', 'removed', 'read');

/** The next fixup recorded for the page from the cursor on, wherever the era keeps them: [table, entry]. Reads only. */
function nextOfPage(t: Thread, x: Xen): readonly [number, number] | undefined {
  const gmfn = t.get(G.gmfn);
  if (x.era.fixups === 'none') return undefined;
  if (x.era.fixups === 'array') {
    const arrays = x.fixupArrays[t.get(G.owner)];
    for (let i = t.get(G.entry); arrays !== undefined && i < SHADOW_OOS_FIXUPS; i++)
      if (arrays.smfn(t.get(G.slot), i) >= 0) return [0, i];
    return undefined;
  }
  const { from, to } = fixupBucket(gmfn);
  for (let v = t.get(G.v), i = Math.max(t.get(G.entry), from); v < x.fixupTables.length; v++, i = from)
    for (; i < to; i++) if (x.fixupTables[v]?.gmfn(i) === gmfn) return [v, i];
  return undefined;
}

/** Moves the cursor there; false when nothing is left. */
function advance(t: Thread, x: Xen): boolean {
  const next = nextOfPage(t, x);
  if (next === undefined) return false;
  t.set(G.v, next[0]);
  t.set(G.entry, next[1]);
  return true;
}

/** Reads the place the cursor is at, and forgets it. */
function useFixup(t: Thread, x: Xen): void {
  const i = t.get(G.entry);
  const arrays = x.era.fixups === 'array' ? x.fixupArrays[t.get(G.owner)] : undefined;
  const table = x.fixupTables[t.get(G.v)] as FixupTable;
  const slot = t.get(G.slot);
  const smfn = arrays === undefined ? table.smfn(i) : arrays.smfn(slot, i);
  const off = arrays === undefined ? table.off(i) : arrays.off(slot, i);
  const hit = removeAtFixup(x, t.get(G.gmfn), smfn, off);
  if (arrays === undefined) table.clear(i);
  else arrays.put(slot, i, -1, 0);
  t.set(G.smfn, smfn);
  t.set(G.off, off);
  t.set(G.hit, hit ? 1 : 0);
  t.set(G.read, t.get(G.read) + 1);
  t.set(G.removed, t.get(G.removed) + (hit ? 1 : 0));
  t.set(G.entry, i + 1);
}

const sayFixup = (x: Xen, gmfn: number, smfn: number, off: number, hit: number): string =>
  hit === 0
    ? `The fixup says entry ${sayIndex(off)} of ${x.name(smfn)}, but that does not map ${x.name(gmfn)} writable any more.`
    : `The fixup says entry ${sayIndex(off)} of ${x.name(smfn)}: right. It loses W.`;

/**
 * oos_fixup_flush_gmfn: takes write access from every place recorded for a page: in all vCPUs' tables (T to U), or in the array
 * of its slot (A on). Arguments: gmfn, owner, slot. Returns how many mappings were removed.
 */
export const oosFixupFlushGmfn = procedure<Xen>({
  name: 'oos_fixup_flush_gmfn',
  part: 'xen',
  lane: 'resync',
  about: 'Removes the writable mappings of one page that fixups remember: one read each (sheet 5.6).',
  slots: G,
  steps: [
    {
      label: 'first',
      line: 'if nothing is recorded for gmfn: return 0',
      touch: 'locked',
      run: (t, x) => {
        if (x.era.fixups === 'table') x.world.count('shadow_oos_fixup_flush_gmfn');
        if (!advance(t, x)) t.ret(0);
      },
      say: (t, x) =>
        nextOfPage(t, x) !== undefined
          ? `Fixups remember where ${x.name(t.get(G.gmfn))} was mapped writable.`
          : `No fixup is recorded for ${x.name(t.get(G.gmfn))}.`,
    },
    {
      label: 'entry',
      line: 'for each fixup of gmfn: if sl1e at (smfn, off) maps gmfn writable, clear RW; forget the fixup',
      touch: 'racy',
      run: (t, x) => {
        useFixup(t, x);
        if (advance(t, x)) t.goto('entry');
      },
      say: (t, x) => sayFixup(x, t.get(G.gmfn), t.get(G.smfn), t.get(G.off), t.get(G.hit)),
    },
    {
      label: 'done',
      line: 'return how many were removed',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(t.get(G.removed)),
      say: (t, x) => {
        const read = t.get(G.read);
        return read === 1
          ? sayFixup(x, t.get(G.gmfn), t.get(G.smfn), t.get(G.off), t.get(G.hit))
          : `Of ${read} fixups for ${x.name(t.get(G.gmfn))}, ${t.get(G.removed)} were right. Those entries are read-only now.`;
      },
    },
  ],
});

const V = slots('owner', 'entry', 'gmfn', 'smfn', 'off', 'hit', 'read', 'removed');

/** The next entry of the vCPU's table whose page is still out of sync. */
function nextOfTable(t: Thread, x: Xen): boolean {
  const table = x.fixupTables[t.get(V.owner)] as FixupTable;
  if (!table.used) return false;
  for (let i = t.get(V.entry); i < FIXUP_TABLE_ENTRIES; i++) {
    if (!x.outOfSync(table.gmfn(i))) continue;
    t.set(V.entry, i);
    return true;
  }
  return false;
}

/** oos_fixup_flush (T to U): works off a vCPU's whole table, and empties it. Argument: owner. Returns how many were removed. */
export const oosFixupFlush = procedure<Xen>({
  name: 'oos_fixup_flush',
  part: 'xen',
  lane: 'resync',
  about: 'Removes every writable mapping that a vCPU has recorded, then empties its table (sheet 5.6).',
  slots: V,
  steps: [
    {
      label: 'first',
      line: 'if the table was not used: return 0',
      touch: 'locked',
      run: (t, x) => {
        if (!(x.fixupTables[t.get(V.owner)] as FixupTable).used) {
          t.ret(0);
          return;
        }
        x.world.count('shadow_oos_fixup_flush');
        if (!nextOfTable(t, x)) t.goto('done');
      },
      say: (t, x) =>
        (x.fixupTables[t.get(V.owner)] as FixupTable).used
          ? `vCPU ${t.get(V.owner)} works its fixups off: every writable mapping of an out-of-sync table that it has made.`
          : `vCPU ${t.get(V.owner)} has recorded no fixup.`,
    },
    {
      label: 'entry',
      line: 'for each fixup whose page is out of sync: clear RW at (smfn, off) if it still maps the page',
      touch: 'racy',
      run: (t, x) => {
        const table = x.fixupTables[t.get(V.owner)] as FixupTable;
        const i = t.get(V.entry);
        const hit = removeAtFixup(x, table.gmfn(i), table.smfn(i), table.off(i));
        t.set(V.gmfn, table.gmfn(i));
        t.set(V.smfn, table.smfn(i));
        t.set(V.off, table.off(i));
        t.set(V.hit, hit ? 1 : 0);
        t.set(V.read, t.get(V.read) + 1);
        t.set(V.removed, t.get(V.removed) + (hit ? 1 : 0));
        t.set(V.entry, i + 1);
        if (nextOfTable(t, x)) t.goto('entry');
      },
      say: (t, x) => sayFixup(x, t.get(V.gmfn), t.get(V.smfn), t.get(V.off), t.get(V.hit)),
    },
    {
      label: 'done',
      line: 'empty the table; return how many were removed',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const table = x.fixupTables[t.get(V.owner)] as FixupTable;
        for (let i = 0; i < FIXUP_TABLE_ENTRIES; i++) table.clear(i);
        table.setUsed(false);
        t.ret(t.get(V.removed));
      },
      say: (t, x) => {
        const read = t.get(V.read);
        if (read === 0)
          return 'None of its fixups concerns a page that is out of sync. The table is emptied.';
        return read === 1
          ? sayFixup(x, t.get(V.gmfn), t.get(V.smfn), t.get(V.off), t.get(V.hit))
          : `Of ${read} fixups, ${t.get(V.removed)} were right. Those entries are read-only now.`;
      },
    },
  ],
});

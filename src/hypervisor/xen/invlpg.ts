import { procedure, slots, type Thread } from '../../kernel';
import { canonical, frameOf, present, sayIndex, sayVa } from '../../machine';
import { WHY_INVLPG } from './events';
import { setL1e } from './setL1e';
import type { Xen } from './state';
import { isFl1 } from './types';

const L = slots('vaHi', 'vaLo', 'needed', 'level', 'table', 'hi', 'lo', 'found');

/** What a read found (slot `found`): never 0, for the step may return, and captions cannot tell a cleared slot from a zero. */
const GONE = 1;
const ABSENT = 2;
const PRESENT = 3;

const va = (t: Thread, x: Xen): string => sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo));

/** Reads the shadow entry of a level through the linear window. GONE: so have the levels above, and the read faults. */
function readEntry(t: Thread, x: Xen, level: number): number {
  const table = x.shadowTableOf(t.actor, level, t.get(L.vaHi), t.get(L.vaLo));
  const index = x.shadowIndex(t.actor, level, t.get(L.vaHi), t.get(L.vaLo));
  t.set(L.level, level);
  if (table >= 0) t.set(L.table, table);
  t.set(L.hi, table < 0 ? 0 : x.hi(table, index));
  t.set(L.lo, table < 0 ? 0 : x.lo(table, index));
  const found = table < 0 ? GONE : present(t.get(L.lo)) ? PRESENT : ABSENT;
  t.set(L.found, found);
  return found;
}

function sayRead(t: Thread, x: Xen): string {
  const level = t.get(L.level);
  if (t.get(L.table) === 0)
    return `The shadow's L${level} table for ${va(t, x)} has just gone: nothing to invalidate.`;
  const index = sayIndex(x.shadowIndex(t.actor, level, t.get(L.vaHi), t.get(L.vaLo)));
  const entry = `Entry ${index} of ${x.name(t.get(L.table))}`;
  return t.get(L.found) === PRESENT
    ? `${entry} leads on to ${x.name(frameOf(t.get(L.hi), t.get(L.lo)))}.`
    : `${entry} is empty: nothing is shadowed for ${va(t, x)}, so there is nothing to invalidate.`;
}

const shadowL1 = (t: Thread, x: Xen): number => x.pages.head(frameOf(t.get(L.hi), t.get(L.lo)));

/**
 * sh_invlpg(va): in sync the shadow entry is right already and the processor's INVLPG will do. If the table is out of sync,
 * exactly the one shadow entry of the address is blanked, so that its next use derives it anew; the page stays out of sync.
 * Arguments: va, halves. Returns 1 if the processor's own INVLPG is needed. Source: sheet 5.12; Xen U multi.c sh_invlpg.
 */
export const shInvlpgPage = procedure<Xen>({
  name: 'sh_invlpg',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Drops the one shadow entry of an address if its table is out of sync (sheet 5.12).',
  slots: L,
  steps: [
    {
      label: 'forget',
      line: 'perfc_incr(shadow_invlpg); vtlb_flush(v); last_write_emul_ok = 0',
      touch: 'private',
      run: (t, x) => {
        x.world.count('shadow_invlpg');
        x.vtlbs[t.actor]?.flush();
        x.vcpu(t.actor).set('lastWriteEmulOk', 0);
      },
      say: (t, x) =>
        `vCPU ${t.actor} invalidates ${va(t, x)}. That exits to Xen, whose shadow may be stale for it.`,
    },
    {
      label: 'l4',
      line: 'sl4e = linear_l4[va]; not present: return 0',
      touch: 'racy',
      run: (t, x) => {
        if (x.geometry(t.actor).topLevel < 4) t.goto('l3');
        else if (readEntry(t, x, 4) !== PRESENT) t.ret(0);
      },
      say: (t, x) =>
        x.geometry(t.actor).topLevel < 4 ? 'The processor walks no L4 table for this guest.' : sayRead(t, x),
    },
    {
      label: 'l3',
      line: 'sl3e = linear_l3[va], which may fault; not present: return 0',
      touch: 'racy',
      run: (t, x) => {
        if (x.geometry(t.actor).topLevel < 3) {
          // l3table[va >> 30]: absent where CR3 brought no L2 table for the gigabyte.
          const slot = x.topSlot(t.actor, t.get(L.vaLo));
          t.set(L.found, x.vcpu(t.actor).shadowTable(slot) < 0 ? ABSENT : PRESENT);
          if (t.get(L.found) === ABSENT) t.ret(0);
          return;
        }
        const found = readEntry(t, x, 3);
        if (found === GONE) x.world.count('shadow_invlpg_fault');
        if (found !== PRESENT) t.ret(0);
      },
      say: sayRead,
    },
    {
      label: 'l2',
      line: 'sl2e = linear_l2[va], which may fault; not present: return 0',
      touch: 'racy',
      run: (t, x) => {
        const found = readEntry(t, x, 2);
        if (found === GONE) x.world.count('shadow_invlpg_fault');
        if (found !== PRESENT) t.ret(0);
      },
      say: sayRead,
    },
    {
      label: 'splintered',
      line: 'if sl1 is a splintered superpage: flush_tlb_local(); return 0',
      touch: 'racy',
      run: (t, x) => {
        if (!isFl1(x.pages.type(shadowL1(t, x)))) return;
        x.pool.flushTlb(t.actor);
        t.ret(0);
      },
      say: (t, x) =>
        isFl1(x.pages.type(shadowL1(t, x)))
          ? `The guest has a large page there, which the shadow holds in pieces: vCPU ${t.actor} forgets its whole TLB.`
          : `Shadow ${x.name(shadowL1(t, x))} stands for one L1 table.`,
    },
    {
      label: 'synced',
      line: 'gl1 = backpointer(sl1); if gl1 is in sync: return 1',
      touch: 'racy',
      run: (t, x) => {
        const sl1 = shadowL1(t, x);
        if (!x.pages.owns(sl1) || !x.outOfSync(x.pages.backpointer(sl1))) t.ret(1);
      },
      say: (t, x) => {
        const gl1 = x.pages.owns(shadowL1(t, x)) ? x.pages.backpointer(shadowL1(t, x)) : 0;
        return x.outOfSync(gl1)
          ? `Its guest table ${x.name(gl1)} is out of sync: the shadow entry may be older than the guest's.`
          : `Its guest table ${x.name(gl1)} is in sync: the shadow entry is right already.`;
      },
    },
    {
      label: 'lock',
      line: 'shadow_lock(); read sl2e again; gone: shadow_unlock(), return 0',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        t.set(L.needed, 1);
        if (readEntry(t, x, 2) === PRESENT && !isFl1(x.pages.type(shadowL1(t, x)))) return;
        t.set(L.needed, 0);
        t.goto('unlock');
      },
      say: (t, x) =>
        t.get(L.needed) === 1
          ? `vCPU ${t.actor} takes the shadow lock to change the shadow. ${x.name(shadowL1(t, x))} is still there.`
          : 'The shadow has gone before the lock was taken.',
    },
    {
      label: 'blank',
      line: '  shadow_set_l1e(linear_l1[va], empty)',
      touch: 'locked',
      run: (t, x) => {
        const index = x.index(t.actor, 1, t.get(L.vaHi), t.get(L.vaLo));
        if (x.on('invlpg-blanks')) setL1e(x, t.actor, shadowL1(t, x), index, 0, 0, WHY_INVLPG);
      },
      say: (t, x) => {
        const index = sayIndex(x.index(t.actor, 1, t.get(L.vaHi), t.get(L.vaLo)));
        if (!x.on('invlpg-blanks'))
          return `Entry ${index} of ${x.name(shadowL1(t, x))} stays as it is: blanking it is switched off.`;
        return `Entry ${index} of ${x.name(shadowL1(t, x))} is blanked. The next use of ${va(t, x)} derives it anew; all other entries stay as they are.`;
      },
    },
    {
      label: 'unlock',
      line: '  shadow_unlock(); return 1',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.lock.release(t);
        t.ret(t.get(L.needed));
      },
      say: (t, x) =>
        t.get(L.needed) === 1
          ? x.on('invlpg-blanks')
            ? `The shadow holds nothing for ${va(t, x)}. The table stays out of sync.`
            : `The shadow still holds what it held for ${va(t, x)}. The table stays out of sync.`
          : `Nothing is shadowed for ${va(t, x)}.`,
    },
  ],
});

const E = slots('vaHi', 'vaLo', 'needed');

/** The exit of INVLPG. Arguments: va, halves. */
export const shInvlpg = procedure<Xen>({
  name: 'hvm_invlpg',
  part: 'xen',
  lane: 'hypervisor',
  about: 'INVLPG by the guest: the shadow first, then the processor’s TLB if need be.',
  slots: E,
  steps: [
    {
      label: 'shadow',
      line: 'if sh_invlpg(va):',
      touch: 'private',
      run: (t, x) => {
        // On a non-canonical address INVLPG does nothing, and does not fault.
        if (!canonical(x.machine.guestMode(t.actor), t.get(E.vaHi), t.get(E.vaLo))) {
          t.ret();
          return;
        }
        x.flushWitness.beginPage(t.actor, t.get(E.vaHi), t.get(E.vaLo));
        t.call(shInvlpgPage, [t.get(E.vaHi), t.get(E.vaLo)], E.needed);
      },
      say: (t) => `The guest on vCPU ${t.actor} executes INVLPG.`,
    },
    {
      label: 'hardware',
      line: '  invlpg va',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        if (t.get(E.needed) === 1) x.machine.tlb.flushPage(t.actor, t.get(E.vaHi), t.get(E.vaLo));
        x.flushWitness.endPage(t.actor);
        t.ret();
      },
      say: (t, x) =>
        t.get(E.needed) === 1
          ? `The TLB of vCPU ${t.actor} forgets the page of ${sayVa(x.machine, t.actor, t.get(E.vaHi), t.get(E.vaLo))}. Other vCPUs keep theirs.`
          : `The TLB of vCPU ${t.actor} cannot hold that page: nothing to forget.`,
    },
  ],
});

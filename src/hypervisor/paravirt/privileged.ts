import { frameName, word } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { ControlRegisterLoaded, frameOf, indexAt, OUTCOME_REFUSED, refuseCr3 } from '../../machine';
import { loadPdptes, presetPdptes } from '../native/loadPdptes';
import { sameRegisters } from '../native/registers';
import { setShadow } from './derive';
import { ShadowMade, TableValidated, UpdateRefused } from './events';
import { resyncAll } from './resync';
import { guard } from './shadowFault';
import { ROOT_SLOTS } from './shadowTables';
import { type Pv, userPage } from './state';
import { OK, sayReason, tableRefusal } from './validate';

/** The processor walks what the scheme gives it: the guest's own tables, or the shadow of their root. */
export function point(pv: Pv, v: number, slot: number): void {
  sameRegisters(pv.machine, v);
  if (pv.scheme.tables !== 'shadow') return;
  const shadow = pv.shadows.of(pv.root(v), slot);
  const cr3 = word(shadow >>> 20, shadow << 12);
  pv.machine.vcpu(v).set('hwCr3Hi', cr3.hi);
  pv.machine.vcpu(v).set('hwCr3Lo', cr3.lo);
  pv.machine.vcpu(v).set('hwCr0', pv.machine.vcpu(v).get('cr0'));
}

/** The shadow of a root; made if there is none. */
export function rootShadow(pv: Pv, v: number, slot: number): void {
  const root = pv.root(v);
  if (pv.shadows.of(root, slot) < 0) {
    const made = pv.shadows.make(root, pv.mode(v).levels, slot);
    pv.world.emit(ShadowMade, root, pv.mode(v).levels, made);
    if (pv.scheme.keeping !== 'trusts') guard(pv, root);
  }
  if (pv.scheme.flush === 'lguest') pv.shadows.setRoot(slot, root);
}

const C = slots('hi', 'lo', 'reason', 'why', 'slot', 'evict', 'r', 'loaded');

/** lguest: the slot that holds a root; -1: a free one; -2: none is free. */
function lguestSlot(pv: Pv, root: number): number {
  for (let slot = 0; slot < ROOT_SLOTS; slot++) if (pv.shadows.rootOf(slot) === root) return slot;
  for (let slot = 0; slot < ROOT_SLOTS; slot++) if (pv.shadows.rootOf(slot) < 0) return slot;
  return -1;
}

function dropSlot(pv: Pv, slot: number): void {
  for (const one of pv.shadows.all()) if (one.slot === slot) pv.shadows.drop(one.table, slot);
  pv.shadows.setRoot(slot, -1);
}

export const pvLoadCr3 = procedure<Pv>({
  name: 'pv_load_cr3',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'Another address space: validated (direct paging), or by the shadow of its root.',
  slots: C,
  steps: [
    {
      label: 'check',
      line: 'cr3 = value: reserved bits? #GP; direct paging: the root must be a valid table',
      touch: 'racy',
      run: (t, pv) => {
        const v = t.actor;
        const { machine } = pv;
        if (refuseCr3(machine.guestMode(v), t.get(C.hi), machine.config.maxPhysicalBits) !== undefined) {
          machine.generalProtection(v);
          t.ret();
          return;
        }
        if (pv.scheme.tables === 'shadow') {
          if (pv.scheme.flush === 'unsync') t.call(resyncAll, [], C.r);
          return;
        }
        if (pv.scheme.tables !== 'direct') return;
        const mode = pv.mode(v);
        const root = frameOf(mode.name === '64' ? t.get(C.hi) : 0, t.get(C.lo));
        pv.world.count('flush_calls');
        if (pv.type(root) === mode.levels) return;
        const why = tableRefusal(pv, v, root, mode.levels);
        t.set(C.reason, why.reason);
        t.set(C.why, why.frame);
        if (why.reason === OK) {
          pv.setType(root, mode.levels);
          pv.world.emit(TableValidated, root, mode.levels);
          return;
        }
        machine.vcpu(v).set('outcome', OUTCOME_REFUSED);
        pv.world.emit(UpdateRefused, v, root, 0, why.reason);
        t.ret();
      },
      say: (t) =>
        t.get(C.reason) === OK
          ? 'The new root is allowed.'
          : `Refused: ${sayReason(t.get(C.reason), t.get(C.why))}.`,
    },
    {
      label: 'pdptes',
      line: '  PAE: load the four PDPTEs',
      touch: 'private',
      run: (t, pv) => {
        t.set(C.loaded, 1);
        if (pv.mode(t.actor).name === 'pae') t.call(loadPdptes, [t.get(C.lo)], C.loaded);
      },
      say: 'In PAE mode the four top entries go into registers; else there is nothing to load.',
    },
    {
      label: 'slot',
      line: '  lguest: a slot for the root; none free? evict one at random',
      touch: 'racy',
      run: (t, pv) => {
        if (t.get(C.loaded) === 0) {
          t.ret();
          return;
        }
        const r = pv.machine.vcpu(t.actor);
        r.set('cr3Hi', t.get(C.hi));
        r.set('cr3Lo', t.get(C.lo));
        pv.world.emit(ControlRegisterLoaded, t.actor, 3, t.get(C.hi), t.get(C.lo));
        if (pv.scheme.flush !== 'lguest') return;
        let slot = lguestSlot(pv, pv.root(t.actor));
        if (slot < 0) {
          slot = pv.world.choose(ROOT_SLOTS);
          dropSlot(pv, slot);
          t.set(C.evict, 1);
        }
        t.set(C.slot, slot);
      },
      say: (t) =>
        t.get(C.evict) !== 0
          ? 'All four slots are taken: one of them is thrown away, by chance.'
          : 'CR3 of the guest has its new value.',
    },
    {
      label: 'root',
      line: '  the processor walks that root, or its shadow; flush the TLB',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        if (pv.scheme.tables === 'shadow') rootShadow(pv, t.actor, t.get(C.slot));
        point(pv, t.actor, t.get(C.slot));
        pv.machine.tlb.flushAll(t.actor, false);
        t.ret();
      },
      say: (t, pv) =>
        `vCPU ${t.actor} walks from frame ${frameName(frameOf(0, pv.machine.vcpu(t.actor).get('hwCr3Lo')))} from now on.`,
    },
  ],
});

const I = slots('vaHi', 'vaLo');

export const pvInvlpg = procedure<Pv>({
  name: 'pv_invlpg',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'INVLPG: the page leaves the TLB; where the shadow may be stale, its one entry is brought in line.',
  slots: I,
  steps: [
    {
      label: 'entry',
      line: 'invlpg(va): out of sync? derive the one entry again',
      touch: 'racy',
      when: (_, pv) => pv.scheme.flush !== 'unsync' || pv.lock.free,
      run: (t, pv) => {
        if (pv.scheme.flush !== 'unsync') return;
        for (const { table, slot, level } of pv.shadows.all()) {
          if (level !== 1 || slot !== 0 || !pv.shadows.unsync(table)) continue;
          const index = indexAt(pv.mode(t.actor), 1, t.get(I.vaHi), t.get(I.vaLo));
          if (pv.shadows.entry(pv.shadows.of(table), index).lo !== 0)
            setShadow(pv, t.actor, table, index, pv.entry(t.actor, table, index));
        }
      },
      say: 'What the guest says about this page counts from now on.',
    },
    {
      label: 'flush',
      line: '  drop the page from the TLB',
      touch: 'private',
      beat: true,
      run: (t, pv) => {
        pv.machine.tlb.flushPage(t.actor, t.get(I.vaHi), t.get(I.vaLo));
        t.ret();
      },
      say: (t) => `The TLB of vCPU ${t.actor} forgets the page.`,
    },
  ],
});

const B = slots('vcpu');
const say = (t: Thread): string => `vCPU ${t.get(B.vcpu) - 1} is up.`;

/** Tables validated and made read-only in the guest's direct map, as the builder of a domain does; shadows of the roots; what is on disk. */
export const pvBoot = procedure<Pv>({
  name: 'pv_boot',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'Brings the guest up with tables as its scheme wants them.',
  slots: B,
  steps: [
    {
      label: 'tables',
      line: 'the guest’s tables: validate them, map them read-only (direct paging); note what its pages hold',
      touch: 'private',
      run: (t, pv) => {
        const { machine } = pv;
        const v = t.get(B.vcpu);
        const tables = pv.reachable(v, pv.root(v));
        const level1 = tables.filter((one) => one.level === 1);
        const frames = new Set(tables.map((one) => one.frame));
        for (const { frame } of level1)
          for (let i = 0; i <= (pv.mode(v).indexMask[1] as number); i++) {
            const { hi, lo } = pv.entry(v, frame, i);
            const target = pv.mode(v).entryCells === 2 ? frameOf(hi, lo) : lo >>> 12;
            if ((lo & 1) === 0) continue;
            if (pv.scheme.tables === 'direct' && frames.has(target)) pv.writeEntry(v, frame, i, hi, lo & ~2);
            if (!userPage(lo)) continue;
            pv.setVma(frame, i, 1 | (lo & 2) | (hi < 0 ? 0 : 4));
            pv.save(target);
          }
        if (pv.scheme.tables === 'direct') for (const { frame, level } of tables) pv.setType(frame, level);
        sameRegisters(machine, v);
        if (pv.mode(v).name === 'pae') presetPdptes(machine, v, machine.vcpu(v).get('cr3Lo'));
        if (pv.scheme.tables === 'shadow') rootShadow(pv, v, 0);
        point(pv, v, 0);
        t.set(B.vcpu, v + 1);
        if (v + 1 < machine.config.vcpus) t.goto('tables');
        else t.ret();
      },
      say,
    },
  ],
});

import { frameName } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import {
  D,
  EXIT_BY_WALK,
  frameOf,
  type Halves,
  indexAt,
  type Machine,
  type PagingMode,
  present,
  READ,
  RIGHT_NX,
  sayError,
  sayIndex,
  sayVa,
  U,
  W,
  WalkEnded,
  WalkedLevel,
  WalkStarted,
  WRITE,
  walkParts,
} from '../../machine';
import { NestedViolation, WalkCounted } from './events';
import type { Nested } from './state';
import { marks, nestedTranslate, saySought } from './translate';

const { frameSlot, hiSlot, loSlot } = walkParts;

/** Of each translation, 0 the data's and 1 to 4 those of the guest's tables: what `nested_translate` returned. */
const PER_WALK = 7;
const L = slots(
  ...walkParts.WALK_SLOTS,
  'top',
  ...(['failed', 'mfn', 'nested', 'dirtyKnown', 'shift', 'leaf', 'leafIndex'] as const),
  ...(['failed1', 'mfn1', 'nested1', 'dirtyKnown1', 'shift1', 'leaf1', 'leafIndex1'] as const),
  ...(['failed2', 'mfn2', 'nested2', 'dirtyKnown2', 'shift2', 'leaf2', 'leafIndex2'] as const),
  ...(['failed3', 'mfn3', 'nested3', 'dirtyKnown3', 'shift3', 'leaf3', 'leafIndex3'] as const),
  ...(['failed4', 'mfn4', 'nested4', 'dirtyKnown4', 'shift4', 'leaf4', 'leafIndex4'] as const),
);
/** A result of the translation for the guest's table of a level (0: for the data). */
const of = (slot: number, sought: number): number => slot + PER_WALK * sought;

const read: Halves = { hi: 0, lo: 0 };
const who = (t: Thread): string => `vCPU ${t.actor}`;

/** With A and D in Intel's nested tables every access to a guest's table counts as a store; else as a load (sheet section 2). */
const tableAccess = (n: Nested): number => (n.format.name === 'ept' && n.on('nested-ad') ? WRITE : READ);

/** PDPTEs need not begin their page. Intel's processors have them in registers, AMD's read them in each walk (APM, Legacy PAE mode). */
const indexIn = (n: Nested, mode: PagingMode, level: number, t: Thread): number =>
  indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo)) +
  (mode.name === 'pae' && level === 3 ? (n.machine.vcpu(t.actor).get('hwCr3Lo') & 0xfe0) >>> 3 : 0);

/** The guest frame that the address itself lies in. */
const dataGfn = (t: Thread, m: Machine): number => walkParts.dataFrame(t, m.hwMode(t.actor));

/** What the nested tables refuse: kept where the hypervisor looks for it. */
function leave(t: Thread, n: Nested, gfn: number, access: number, sought: number): void {
  const exit = n.exits[t.actor];
  exit?.set('gfn', gfn);
  exit?.set('access', access);
  exit?.set('sought', sought);
  n.world.emit(NestedViolation, t.actor, gfn, access, sought);
  n.world.emit(WalkEnded, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), EXIT_BY_WALK, gfn);
  t.ret(EXIT_BY_WALK, 0, 0, 12);
}

/** Whether the nested leaf behind the table of the level to be marked has yet to be marked as dirty. */
const tableClean = (t: Thread, n: Nested): boolean =>
  marks(n) && t.get(of(L.dirtyKnown, t.get(L.toMark))) === 0;

const toMark = (t: Thread): void => t.goto(t.get(L.toMark) === 0 ? 'done' : 'table-dirty');

/**
 * The two-dimensional walk: whatever the guest's CR3 and entries name is a guest frame, and is translated before it is read.
 * Arguments and results are those of the machine's own walk, but that the error may be EXIT_BY_WALK. With n levels of the guest's
 * and m of the nested tables it reads (n + 1)(m + 1) - 1 entries. Source: sheet section 1.
 */
export const nestedWalk = procedure<Nested>({
  name: 'nested_walk',
  part: 'nested',
  lane: 'walk',
  about:
    'The processor walks the guest’s tables, and for each the nested ones (AMD APM volume 2, Nested Paging).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'walk(va, access): table = CR3, a guest frame',
      touch: 'racy',
      run: (t, n) => {
        const m = n.machine;
        const mode = m.hwMode(t.actor);
        const r = m.vcpu(t.actor);
        n.world.emit(WalkStarted, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), t.get(L.access));
        const w = n.witness[t.actor];
        for (const cell of ['guestReads', 'nestedReads', 'walks', 'saved', 'known'] as const) w?.set(cell, 0);
        n.exits[t.actor]?.set('version', n.version);
        t.set(L.error, -1);
        t.set(L.level, mode.levels + 1);
        if (mode.name === 'off') {
          t.set(L.level, 0);
          t.set(L.rights, W | U | D);
          t.goto('data');
        } else if (mode.name === 'pae' && n.format.name === 'ept') t.goto('pdpte');
        else
          t.set(frameSlot(mode.levels), frameOf(mode.name === '64' ? r.get('hwCr3Hi') : 0, r.get('hwCr3Lo')));
      },
      say: (t, n) => {
        const { name, levels } = n.machine.hwMode(t.actor);
        if (name === 'off')
          return `The guest has paging off: the address is a guest-physical one. It still must be translated.`;
        if (name === 'pae' && n.format.name === 'ept')
          return `The walk of ${who(t)} begins at its PDPTE registers.`;
        return `CR3 of ${who(t)} names guest frame ${frameName(t.get(frameSlot(levels)))}. That is no machine frame: before any table can be read, its address must be translated.`;
      },
    },
    {
      label: 'table',
      line: '  translate(table)',
      touch: 'private',
      run: (t, n) => {
        const sought = t.get(L.level) - 1;
        t.callThen(
          'read',
          nestedTranslate,
          [t.get(frameSlot(sought)), tableAccess(n), sought],
          of(L.failed, sought),
        );
      },
      say: (t) => `Where is ${saySought(t.get(L.level) - 1)}?`,
    },
    {
      label: 'pdpte',
      line: '  PAE on Intel: entry = PDPTE register[va >> 30]',
      touch: 'private',
      beat: true,
      run: (t, n) => {
        const m = n.machine;
        const mode = m.hwMode(t.actor);
        const r = m.vcpu(t.actor);
        const index = indexAt(mode, 3, t.get(L.vaHi), t.get(L.vaLo)) as 0 | 1 | 2 | 3;
        const hi = r.get(`pdpte${index}Hi`);
        const lo = r.get(`pdpte${index}Lo`);
        t.set(L.level, 3);
        t.set(hiSlot(3), hi);
        t.set(loSlot(3), lo);
        if (!present(lo)) {
          t.set(L.error, walkParts.code(t, m, 0));
          t.goto('fault');
          return;
        }
        t.set(frameSlot(2), frameOf(hi, lo));
        t.goto('table');
      },
      say: (t) => `${who(t)} looks at a PDPTE register, which MOV CR3 has loaded: no memory is read for it.`,
    },
    {
      label: 'read',
      line: '  entry = table[index(va, level)]',
      touch: 'racy',
      beat: true,
      run: (t, n) => {
        const m = n.machine;
        const mode = m.hwMode(t.actor);
        const level = t.get(L.level) - 1;
        if (t.get(of(L.failed, level)) !== 0) {
          leave(t, n, t.get(frameSlot(level)), tableAccess(n), level);
          return;
        }
        const frame = t.get(of(L.mfn, level));
        const index = indexIn(n, mode, level, t);
        m.storeBuffers.read(t.actor, frame, walkParts.offsetOf(mode, index), 4 * mode.entryCells, read);
        const { hi, lo } = read;
        t.set(L.level, level);
        t.set(L.top, Math.max(t.get(L.top), level));
        t.set(hiSlot(level), hi);
        t.set(loSlot(level), lo);
        const w = n.witness[t.actor];
        w?.set('guestReads', w.get('guestReads') + 1);
        n.world.count('guest_reads');
        n.world.emit(WalkedLevel, t.actor, 0, level, frame, index, hi, lo);
        switch (walkParts.judge(t, m, mode, level)) {
          case 'fault':
            t.goto('fault');
            return;
          case 'leaf':
            t.goto('check');
            return;
          case 'next':
            t.set(frameSlot(level - 1), frameOf(hi, lo));
            t.goto('table');
        }
      },
      say: (t, n) => {
        const m = n.machine;
        const mode = m.hwMode(t.actor);
        const level = t.get(L.level);
        const failed = t.get(of(L.failed, level - 1)) !== 0;
        if (failed)
          return `${who(t)} cannot read ${saySought(level - 1)}: the nested tables do not let it. It leaves the guest.`;
        const index = sayIndex(indexIn(n, mode, level, t));
        return `${who(t)} reads entry ${index} of the guest’s L${level} table. ${walkParts.finding(t, m, mode, level)}`;
      },
    },
    {
      label: 'check',
      line: '  if the rights of the guest’s path deny the access: fault, for the guest alone',
      touch: 'private',
      run: (t, n) => {
        if (walkParts.checkRights(t, n.machine) === 'fault') t.goto('fault');
      },
      say: (t, n) => walkParts.sayRights(t, n.machine),
    },
    {
      label: 'data',
      line: '  translate(the page’s guest frame)',
      touch: 'private',
      run: (t, n) =>
        t.callThen('data-found', nestedTranslate, [dataGfn(t, n.machine), t.get(L.access), 0], L.failed),
      say: (t, n) =>
        `The guest’s tables lead to guest frame ${frameName(dataGfn(t, n.machine))}. Which machine frame is that?`,
    },
    {
      label: 'data-found',
      line: '  denied by the nested tables: leave the guest',
      touch: 'private',
      run: (t, n) => {
        if (t.get(L.failed) !== 0) leave(t, n, dataGfn(t, n.machine), t.get(L.access), 0);
        else toMark(t);
      },
      say: (t) =>
        t.get(L.failed) === 0
          ? 'Both dimensions allow the access.'
          : `The guest allows the access, the nested tables do not: ${who(t)} leaves the guest. The guest will not hear of it.`,
    },
    {
      label: 'table-dirty',
      line: '  the entry to be marked is a store to the guest’s table: nested D, or leave the guest',
      touch: 'racy',
      when: (t, n) => n.machine.storeBuffers.empty(t.actor),
      run: (t, n) => {
        const level = t.get(L.toMark);
        if ((t.get(of(L.nested, level)) & W) === 0) {
          leave(t, n, t.get(frameSlot(level)), WRITE, level);
          return;
        }
        if (tableClean(t, n)) {
          const frame = t.get(of(L.leaf, level));
          const index = t.get(of(L.leafIndex, level));
          const lo = n.lo(frame, index);
          if (!n.format.present(lo) || (lo & n.format.write) === 0) {
            t.goto('start');
            return;
          }
          n.machine.memory.write32(frame, 2 * index, lo | n.format.dirty);
          t.set(of(L.dirtyKnown, level), 1);
        }
        t.goto('mark');
      },
      say: (t, n) =>
        (t.get(of(L.nested, t.get(L.toMark))) & W) === 0
          ? `To mark the entry is to write the guest’s table, and the nested tables do not allow that: ${who(t)} leaves the guest, although the guest only reads.`
          : marks(n)
            ? 'The nested entry of the guest’s table is marked as dirty, for the table is about to be written.'
            : 'The nested tables allow writing the guest’s table.',
    },
    {
      label: 'mark',
      line: '  if the guest’s entry lacks A (or D, for a write): lock cmpxchg(entry, entry | A | D), or walk again',
      touch: 'racy',
      beat: true,
      when: (t, n) => n.machine.storeBuffers.empty(t.actor),
      run: (t, n) => {
        const how = walkParts.markEntry(t, n.machine, t.get(of(L.mfn, t.get(L.toMark))));
        t.goto(how === 'changed' ? 'start' : how === 'more' ? 'table-dirty' : 'done');
      },
      say: (t) => {
        const level = t.get(L.marked);
        if (level === 0)
          return `An entry is no longer what ${who(t)} read a moment ago. It must not be marked: the walk begins again.`;
        const set = t.get(L.markedBits);
        return `${who(t)} marks the guest’s L${level} entry as ${(set & D) === 0 ? 'accessed' : set === D ? 'dirty' : 'accessed and dirty'}, as on bare hardware.`;
      },
    },
    {
      label: 'done',
      line: '  return the machine frame, the rights of both dimensions, the smaller page size',
      touch: 'private',
      beat: true,
      run: (t, n) => {
        const m = n.machine;
        const mode = m.hwMode(t.actor);
        const level = t.get(L.level);
        const nested = t.get(L.nested);
        const guestShift = level === 0 ? 12 : (mode.shift[level] as number);
        const mfn = t.get(L.mfn);
        let rights = t.get(L.rights);
        if ((nested & W) === 0) rights &= ~(W | D);
        if (t.get(L.dirtyKnown) === 0) rights &= ~D;
        rights |= nested & RIGHT_NX;
        const w = n.witness[t.actor];
        if (w !== undefined) {
          w.set('vaHi', t.get(L.vaHi));
          w.set('vaLo', t.get(L.vaLo));
          w.set('gfn', dataGfn(t, m));
          w.set('mfn', mfn);
          w.set('known', 1);
          const reads = [w.get('guestReads'), w.get('nestedReads')] as const;
          n.world.emit(WalkCounted, t.actor, reads[0], reads[1], reads[0] + reads[1]);
        }
        n.world.count('walks');
        n.world.emit(WalkEnded, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), -1, mfn);
        t.ret(-1, mfn, rights, Math.min(guestShift, t.get(L.shift)));
      },
      say: (t, n) => {
        const w = n.witness[t.actor];
        const [guest, nested] = [w?.get('guestReads') ?? 0, w?.get('nestedReads') ?? 0];
        return `The walk ends: ${sayVa(n.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))} is in machine frame ${frameName(t.get(L.mfn))}. It took ${guest + nested} reads: ${guest} of the guest’s tables, ${nested} of the nested ones.`;
      },
    },
    {
      label: 'fault',
      line: '  return the error code',
      touch: 'private',
      run: (t, n) => {
        n.world.emit(WalkEnded, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), 0);
        t.ret(t.get(L.error), 0, 0, 12);
      },
      say: (t) =>
        `The guest’s own tables deny the access: error code ${sayError(t.get(L.error))}. The hypervisor is not asked.`,
    },
  ],
});

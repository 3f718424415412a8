import { frameName, hex } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { type Halves, READ, RIGHT_NX, sayIndex, W, WRITE } from '../../machine';
import { NestedEntryRead, NestedMarked } from './events';
import { withinLeaf } from './format';
import type { Nested } from './state';

const PER_LEVEL = 3;
const L = slots(
  ...(['gfn', 'access', 'sought'] as const),
  ...(['level', 'at', 'marked'] as const),
  ...(['frame1', 'hi1', 'lo1', 'frame2', 'hi2', 'lo2'] as const),
  ...(['frame3', 'hi3', 'lo3', 'frame4', 'hi4', 'lo4'] as const),
);
const frameAt = (level: number): number => L.frame1 + PER_LEVEL * (level - 1);
const hiAt = (level: number): number => L.hi1 + PER_LEVEL * (level - 1);
const loAt = (level: number): number => L.lo1 + PER_LEVEL * (level - 1);

const entry: Halves = { hi: 0, lo: 0 };
const who = (t: Thread): string => `vCPU ${t.actor}`;

/** A and D are kept in the nested entries: always by AMD's processors, by Intel's where the hypervisor asks for it. */
export const marks = (n: Nested): boolean => n.format.name === 'npt' || n.on('nested-ad');

function missing(t: Thread, n: Nested, level: number): number {
  if (!marks(n)) return 0;
  const { accessed, dirty } = n.format;
  const wanted = level === t.get(L.level) && t.get(L.access) === WRITE ? accessed | dirty : accessed;
  return wanted & ~t.get(loAt(level));
}

function nextToMark(t: Thread, n: Nested, from: number): number {
  for (let level = from; level >= t.get(L.level); level--) if (missing(t, n, level) !== 0) return level;
  return 0;
}

/** Whether the access may pass at every level that was read. */
function allowed(t: Thread, n: Nested): boolean {
  for (let level = n.levels; level >= t.get(L.level); level--)
    if (!n.format.allows(t.get(hiAt(level)), t.get(loAt(level)), t.get(L.access))) return false;
  return true;
}

/** W, if every level has it; RIGHT_NX, if any; D, if no store through this leaf need mark it any more. */
function rights(t: Thread, n: Nested): number {
  let all = W;
  for (let level = n.levels; level >= t.get(L.level); level--) {
    const one = n.format.rights(t.get(hiAt(level)), t.get(loAt(level)));
    all = (all & one & W) | ((all | one) & RIGHT_NX);
  }
  return all;
}

const dirtyKnown = (t: Thread, n: Nested): number =>
  !marks(n) || (t.get(loAt(t.get(L.level))) & n.format.dirty) !== 0 ? 1 : 0;

/** What a guest frame is wanted for, in words. */
export const saySought = (sought: number): string =>
  sought === 0 ? 'the data itself' : `the guest’s L${sought} table`;

/**
 * The second dimension: from a guest frame to the machine frame behind it, one entry of the nested tables per level.
 * Arguments: guest frame, access (READ, WRITE, FETCH), what it is wanted for. Returns 0 and: machine frame, rights (W, RIGHT_NX),
 * whether D is known (1), page shift, and where the leaf lies (frame, index); or 1 where the nested tables do not allow it.
 * Source: sheet sections 1 and 2.
 */
export const nestedTranslate = procedure<Nested>({
  name: 'nested_translate',
  part: 'nested',
  lane: 'walk',
  about:
    'The processor translates one guest-physical address by the nested tables (AMD APM volume 2, Nested Paging).',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'translate(gfn): table = root of the nested tables',
      touch: 'private',
      run: (t, n) => {
        const w = n.witness[t.actor];
        w?.set('walks', w.get('walks') + 1);
        t.set(L.level, n.levels + 1);
        t.set(frameAt(n.levels), n.root);
        if (!n.on('walk-cache')) return;
        const cell = n.cached(t.actor, t.get(L.gfn));
        if (cell < 0) return;
        const known = n.cacheGet(cell, 1);
        const write = t.get(L.access) === WRITE;
        if (write && ((known & W) === 0 || n.cacheGet(cell, 2) === 0)) return;
        w?.set('saved', w.get('saved') + n.levels);
        t.ret(0, ...[0, 1, 2, 3, 4, 5].map((i) => n.cacheGet(cell, i)));
      },
      say: (t) =>
        `${who(t)} needs ${saySought(t.get(L.sought))}. Its address, guest frame ${frameName(t.get(L.gfn))}, must be translated first.`,
    },
    {
      label: 'read',
      line: '  entry = nested table[index(gfn, level)]',
      touch: 'racy',
      beat: true,
      run: (t, n) => {
        const level = t.get(L.level) - 1;
        const frame = t.get(frameAt(level));
        const index = n.index(t.get(L.gfn), level);
        entry.hi = n.hi(frame, index);
        entry.lo = n.lo(frame, index);
        t.set(L.level, level);
        t.set(hiAt(level), entry.hi);
        t.set(loAt(level), entry.lo);
        const w = n.witness[t.actor];
        w?.set('nestedReads', w.get('nestedReads') + 1);
        n.world.count('nested_reads');
        n.world.emit(NestedEntryRead, t.actor, t.get(L.sought), level, frame, index, entry.hi, entry.lo);
        if (!n.format.present(entry.lo)) t.goto('violation');
        else if (n.format.leaf(level, entry.lo)) {
          w?.set('saved', w.get('saved') + level - 1);
          t.goto('check');
        } else {
          t.set(frameAt(level - 1), ((entry.hi & 0xf_ffff) << 20) | (entry.lo >>> 12));
          t.goto('read');
        }
      },
      say: (t, n) => {
        const level = t.get(L.level);
        const lo = t.get(loAt(level));
        const at = `${who(t)} reads entry ${sayIndex(n.index(t.get(L.gfn), level))} of the nested L${level} table`;
        if (!n.format.present(lo))
          return `${at}. Nothing is there: the hypervisor has not mapped this guest frame yet.`;
        if (!n.format.leaf(level, lo)) return `${at}. It leads to the next nested table.`;
        const mfn = withinLeaf(t.get(hiAt(level)), lo, level, n.indexBits, t.get(L.gfn));
        return `${at}. Guest frame ${frameName(t.get(L.gfn))} is machine frame ${frameName(mfn)}.`;
      },
    },
    {
      label: 'check',
      line: '  not allowed by every level: violation',
      touch: 'private',
      run: (t, n) => {
        t.set(L.at, nextToMark(t, n, n.levels));
        t.goto(!allowed(t, n) ? 'violation' : t.get(L.at) === 0 ? 'done' : 'mark');
      },
      say: (t, n) => {
        const what =
          t.get(L.access) === WRITE ? 'writing' : t.get(L.access) === READ ? 'reading' : 'fetching from';
        return allowed(t, n)
          ? `The nested tables allow ${what} this frame.`
          : `The nested tables do not allow ${what} this frame.`;
      },
    },
    {
      label: 'mark',
      line: '  entry lacks A (or D, for a write): lock cmpxchg(entry, entry | A | D), or begin again',
      touch: 'racy',
      beat: true,
      when: (t, n) => n.machine.storeBuffers.empty(t.actor),
      run: (t, n) => {
        const level = t.get(L.at);
        const frame = t.get(frameAt(level));
        const index = n.index(t.get(L.gfn), level);
        if (n.hi(frame, index) !== t.get(hiAt(level)) || n.lo(frame, index) !== t.get(loAt(level))) {
          const w = n.witness[t.actor];
          w?.set('walks', w.get('walks') - 1);
          w?.set('nestedReads', w.get('nestedReads') - (n.levels - t.get(L.level) + 1));
          w?.set('saved', w.get('saved') - (t.get(L.level) - 1));
          t.set(L.marked, 0);
          t.goto('begin');
          return;
        }
        const lo = t.get(loAt(level)) | missing(t, n, level);
        n.machine.memory.write32(frame, 2 * index, lo);
        t.set(loAt(level), lo);
        t.set(L.marked, level);
        n.world.emit(
          NestedMarked,
          t.actor,
          level,
          frame,
          index,
          ((lo & n.format.accessed) === 0 ? 0 : 1) | ((lo & n.format.dirty) === 0 ? 0 : 2),
        );
        const next = nextToMark(t, n, level - 1);
        t.set(L.at, next);
        t.goto(next === 0 ? 'done' : 'mark');
      },
      say: (t, n) => {
        const level = t.get(L.marked);
        if (level === 0) return `A nested entry is no longer what ${who(t)} read: it begins again.`;
        const dirty = level === t.get(L.level) && (t.get(loAt(level)) & n.format.dirty) !== 0;
        return `${who(t)} marks its nested L${level} entry as accessed${dirty ? ' and dirty' : ''}.`;
      },
    },
    {
      label: 'done',
      line: '  return the machine frame',
      touch: 'private',
      run: (t, n) => {
        const level = t.get(L.level);
        const gfn = t.get(L.gfn);
        const mfn = withinLeaf(t.get(hiAt(level)), t.get(loAt(level)), level, n.indexBits, gfn);
        const shift = 12 + n.indexBits * (level - 1);
        const what = [mfn, rights(t, n), dirtyKnown(t, n), shift, t.get(frameAt(level)), n.index(gfn, level)];
        if (n.on('walk-cache')) n.remember(t.actor, gfn, what);
        t.ret(0, ...what);
      },
      say: (t, n) => {
        const level = t.get(L.level);
        const mfn = withinLeaf(t.get(hiAt(level)), t.get(loAt(level)), level, n.indexBits, t.get(L.gfn));
        return `So ${saySought(t.get(L.sought))} is in machine frame 0x${hex(mfn, 3)}.`;
      },
    },
    {
      label: 'violation',
      line: '  return: violation',
      touch: 'private',
      run: (t) => t.ret(1),
      say: 'The walk cannot go on: only the hypervisor can help.',
    },
  ],
});

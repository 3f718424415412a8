import { procedure, slots, type Thread } from '../../kernel';
import { D, frameOf, G, NX_HI, U, W } from '../../machine';
import { indexOf, kitOf } from './backlinks';
import { TO_LARGE, TO_NOTHING, TO_PAGE, TO_TABLE } from './constants';
import { largeFits, pieceFits, pieceSpte, xiDivide } from './divide';
import { frameOfSpte, meaning } from './entries';
import { xiInstall } from './install';
import { xiMakeShadow } from './makeShadow';
import { xiRemove } from './remove';
import { quadrantBelow } from './shape';
import { mayWrite, pageBits, rightsOf, tableBits } from './spte';
import type { Xi } from './state';
import { holderOf } from './who';

const L = slots('slot', 'hi', 'lo', 'below', 'outcome');

/** What became of the SPTE, for captions. */
const SAME = 1;
const EMPTY = 2;
const NO_KIT = 3;

/** Whether the slot already holds exactly this. */
function holds(x: Xi, args: readonly number[]): boolean {
  const [slot = 0, what = 0, target = 0, mfn = 0, bits = 0, nxHi = 0] = args;
  if (x.what(slot) !== what || x.mfnOf(slot) !== mfn || (x.lo(slot) & 0xfff) !== bits) return false;
  if ((x.hi(slot) & NX_HI) !== nxHi) return false;
  return what === TO_TABLE || x.gfnOf(slot) === target;
}

/** Installs, unless that is what the slot holds already. */
function put(t: Thread, x: Xi, args: readonly number[]): void {
  if (holds(x, args)) {
    t.set(L.outcome, SAME);
    t.goto('done');
  } else t.callThen('done', xiInstall, args);
}

/** Nothing is to be there. */
function empty(t: Thread, x: Xi): void {
  t.set(L.outcome, EMPTY);
  if (x.what(t.get(L.slot)) === TO_NOTHING) t.goto('done');
  else t.callThen('done', xiRemove, [t.get(L.slot)]);
}

/** W, U and G of a guest's large entry, as its pieces take them over: W only if it is dirty. */
const wholeRights = (x: Xi, lo: number): number => rightsOf(x, lo) | (lo & (U | G));

function fillLarge(t: Thread, x: Xi): void {
  const slot = t.get(L.slot);
  const [hi, lo] = [t.get(L.hi), t.get(L.lo)];
  const kit = kitOf(slot);
  const level = x.kits.get(kit, 'level');
  const gfn = frameOfSpte(x.shapeOf(kit), level, indexOf(slot), hi, lo);
  if (largeFits(x, gfn, level)) {
    const writable = (wholeRights(x, lo) & W) !== 0;
    put(t, x, [slot, TO_LARGE, gfn, x.p2m.mfn(gfn), pageBits(lo, writable, true), hi & NX_HI]);
  } else t.callThen('divided', xiDivide, [slot, gfn, wholeRights(x, lo), hi & NX_HI], L.below);
}

/**
 * Makes an SPTE from the guest's entry (sheet 5.8c, steps 2 to 5). Arguments: slot; the entry as read, halves. Whatever is there
 * already and is right stays.
 */
export const xiFill = procedure<Xi>({
  name: 'xi_fill_spte',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Makes a shadow entry from the guest’s entry (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'judge',
      line: 'fill(slot, entry): not present, or not accessed: nothing is to be there',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const kit = kitOf(slot);
        const [hi, lo] = [t.get(L.hi), t.get(L.lo)];
        if (x.kits.get(kit, 'direct') !== 0) {
          if (pieceFits(x, kit, indexOf(slot))) put(t, x, pieceSpte(x, slot, wholeRights(x, lo), hi & NX_HI));
          else if (x.kits.get(kit, 'level') > 1) t.goto('piece');
          else empty(t, x);
          return;
        }
        const shape = x.shapeOf(kit);
        const level = x.kits.get(kit, 'level');
        switch (meaning(x, holderOf(x, t.actor), shape, level, hi, lo)) {
          case 'nothing':
            empty(t, x);
            return;
          case 'table':
            if (x.p2m.isRam(frameOf(hi, lo))) t.goto('table');
            else empty(t, x);
            return;
          case 'large':
            fillLarge(t, x);
            return;
          case 'page': {
            const gfn = frameOf(hi, lo);
            if (!x.p2m.isRam(gfn)) {
              empty(t, x);
              return;
            }
            const writable = (rightsOf(x, lo) & W) !== 0 && mayWrite(x, gfn);
            put(t, x, [slot, TO_PAGE, gfn, x.p2m.mfn(gfn), pageBits(lo, writable, false), hi & NX_HI]);
          }
        }
      },
      say: (t, x) => {
        const at = x.slotName(t.get(L.slot));
        if (t.get(L.outcome) === EMPTY)
          return `${at} shall be empty: the guest’s entry leads nowhere, or was never used.`;
        if (t.get(L.outcome) === SAME) return `${at} says so already.`;
        return `${at} must follow the guest’s entry${(t.get(L.lo) & D) === 0 ? ', which is not dirty' : ''}.`;
      },
    },
    {
      label: 'table',
      line: '  names a page table: spti_make_shadow(it)',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const kit = kitOf(slot);
        const level = x.kits.get(kit, 'level');
        const shape = x.kits.get(kit, 'shape');
        const quadrant = quadrantBelow(x.shapeOf(kit), level, indexOf(slot));
        const gfn = frameOf(t.get(L.hi), t.get(L.lo));
        t.call(xiMakeShadow, [gfn, level - 1, quadrant, shape], L.below);
      },
      say: (t, x) =>
        `The entry names page ${x.name(frameOf(t.get(L.hi), t.get(L.lo)))} as a page table: its shadow is needed.`,
    },
    {
      label: 'link',
      line: '    install a table SPTE',
      touch: 'locked',
      run: (t, x) => {
        const kit = t.get(L.below);
        if (kit < 0) {
          t.set(L.outcome, NO_KIT);
          t.goto('done');
        } else
          put(t, x, [t.get(L.slot), TO_TABLE, kit, x.spt(kit), tableBits(t.get(L.lo)), t.get(L.hi) & NX_HI]);
      },
      say: (t, x) =>
        t.get(L.below) < 0
          ? 'There is no kit for it.'
          : `${x.slotName(t.get(L.slot))} points to ${x.kitName(t.get(L.below))}.`,
    },
    {
      label: 'piece',
      line: '  a piece of a large page that contains a page table: divide it further',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const [, , gfn = 0] = pieceSpte(x, slot, 0, 0);
        t.callThen(
          'divided',
          xiDivide,
          [slot, gfn, wholeRights(x, t.get(L.lo)), t.get(L.hi) & NX_HI],
          L.below,
        );
      },
      say: 'The piece cannot be mapped as one.',
    },
    {
      label: 'divided',
      line: '  large: one SPTE; or its pieces, if it contains a page table or writes are logged',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.below) < 0) {
          t.set(L.outcome, NO_KIT);
          if (x.what(t.get(L.slot)) !== TO_NOTHING) t.call(xiRemove, [t.get(L.slot)]);
        }
      },
      say: (t, x) =>
        t.get(L.below) < 0
          ? 'There is no kit for its pieces.'
          : `${x.kitName(t.get(L.below))} has its pieces.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      run: (t) => t.ret(),
      say: (t, x) => `${x.slotName(t.get(L.slot))} is as the guest’s entry asks.`,
    },
  ],
});

import { procedure, slots } from '../../kernel';
import { U, W } from '../../machine';
import { indexOf, kitOf, slotOf } from './backlinks';
import { DIVIDING, NO_QUADRANT, PIECES, TO_LARGE, TO_PAGE, TO_TABLE } from './constants';
import { LpDivide, SptiAlloc } from './events';
import { containsGpt } from './gpt';
import { xiInstall } from './install';
import { xiRemove } from './remove';
import { spanOf } from './shape';
import { mayWrite, pageBits, tableBits } from './spte';
import type { Xi } from './state';
import { xiTakeKit } from './takeKit';
import { holderOf } from './who';

const L = slots('slot', 'base', 'rights', 'nxHi', 'kit', 'index');

/** The first frame of a piece, and how many it has. */
const piece = (x: Xi, kit: number, index: number): { gfn: number; span: number } => {
  const span = spanOf(x.shapes['64'], x.kits.get(kit, 'level'));
  return { gfn: x.kits.get(kit, 'gfn') + index * span, span };
};

/** Whether a piece can be mapped by one SPTE: a page of RAM, or frames that belong together and hold no page table. */
export function pieceFits(x: Xi, kit: number, index: number): boolean {
  const { gfn, span } = piece(x, kit, index);
  if (!x.p2m.isRam(gfn)) return false;
  return span === 1 || largeFits(x, gfn, x.kits.get(kit, 'level'));
}

/** Whether one large SPTE can map the frames from a guest frame on: they lie together, none is a page table, nobody logs writes. */
export function largeFits(x: Xi, gfn: number, level: number): boolean {
  if (level !== 2 || x.logging) return false;
  return x.p2m.together(gfn, spanOf(x.shapes['64'], level)) && !containsGpt(x, gfn, level);
}

/** The arguments of `xiInstall` for a piece of a large page. `rights`: U, W and G of the whole. */
export function pieceSpte(x: Xi, slot: number, rights: number, nxHi: number): number[] {
  const kit = kitOf(slot);
  const { gfn, span } = piece(x, kit, indexOf(slot));
  const writable = (rights & W) !== 0 && mayWrite(x, gfn);
  const what = span === 1 ? TO_PAGE : TO_LARGE;
  return [slot, what, gfn, x.p2m.mfn(gfn), pageBits(rights, writable, span > 1), nxHi];
}

/**
 * divide_large_page (sheet 5.7): pieces in a kit of their own take the place of a large SPTE. Arguments: slot; first guest frame;
 * U, W and G of the mapping; NX. The slot may be empty: then the pieces are made at once. Returns the kit, or -1 if there is none.
 */
export const xiDivide = procedure<Xi>({
  name: 'divide_large_page',
  part: 'xi',
  lane: 'hypervisor',
  about:
    'Replaces a large mapping by a table of its pieces (the name is known, the steps are RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'take',
      line: 'divide_large_page(slot): take a kit',
      touch: 'locked',
      run: (t, x) => {
        x.vcpu(holderOf(x, t.actor)).hold(DIVIDING, kitOf(t.get(L.slot)));
        t.call(xiTakeKit, [], L.kit);
      },
      say: (t, x) =>
        `The pieces of the large page at ${x.name(t.get(L.base))} need a kit of their own. ${x.kitName(kitOf(t.get(L.slot)))} must not be recycled for it.`,
    },
    {
      label: 'mark',
      line: '  direct: no guest table stands behind it',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        const vcpu = x.vcpu(holderOf(x, t.actor));
        if (kit < 0) {
          vcpu.hold(DIVIDING, -1);
          t.ret(-1);
          return;
        }
        const { kits } = x;
        const slot = t.get(L.slot);
        const domain = x.domainOf(t.actor);
        kits.set(kit, 'bound', 1);
        kits.set(kit, 'direct', 1);
        kits.set(kit, 'gfn', t.get(L.base));
        kits.set(kit, 'level', kits.get(kitOf(slot), 'level') - 1);
        kits.set(kit, 'quadrant', NO_QUADRANT);
        kits.set(kit, 'shape', x.shapeNumber('64'));
        kits.set(kit, 'domain', domain);
        kits.touch(domain, kit);
        vcpu.hold(PIECES, kit);
        x.world.count('large_divided');
        x.world.count('spti_alloc');
        x.world.emit(LpDivide, kitOf(slot), indexOf(slot), t.get(L.base));
        x.world.emit(SptiAlloc, kit, t.get(L.base), kits.get(kit, 'level'), NO_QUADRANT);
      },
      say: (t, x) =>
        t.get(L.kit) < 0
          ? 'There is no kit for the pieces.'
          : `${x.kitName(t.get(L.kit))} will hold the pieces. No guest table stands behind it, and its snapshot is not used.`,
    },
    {
      label: 'fill',
      line: '  for i: install piece i, with the rights of the large one; read-only if it is a page table',
      touch: 'locked',
      run: (t, x) => {
        const slot = slotOf(t.get(L.kit), t.get(L.index));
        if (pieceFits(x, t.get(L.kit), t.get(L.index)))
          t.call(xiInstall, pieceSpte(x, slot, t.get(L.rights), t.get(L.nxHi)));
      },
      say: (t, x) => `Piece ${t.get(L.index)} is ${x.name(piece(x, t.get(L.kit), t.get(L.index)).gfn)}.`,
    },
    {
      label: 'more',
      line: '  until all pieces are there',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.index, t.get(L.index) + 1);
        if (t.get(L.index) < x.shapeOf(t.get(L.kit)).entries) t.goto('fill');
      },
      say: (t, x) =>
        t.get(L.index) < x.shapeOf(t.get(L.kit)).entries ? 'The next piece.' : 'All pieces are there.',
    },
    {
      label: 'remove',
      line: '  remove the large SPTE',
      touch: 'locked',
      run: (t, x) => {
        if (x.what(t.get(L.slot)) === TO_LARGE) t.call(xiRemove, [t.get(L.slot)]);
      },
      say: (t, x) =>
        x.what(t.get(L.slot)) === TO_LARGE
          ? `The large entry ${x.slotName(t.get(L.slot))} leaves the chain of its first page.`
          : 'There was no large entry yet.',
    },
    {
      label: 'table',
      line: '  install a table SPTE in its place',
      touch: 'locked',
      run: (t, x) => {
        // The pieces say what the guest allows; the entry above them allows everything.
        t.call(xiInstall, [t.get(L.slot), TO_TABLE, t.get(L.kit), x.spt(t.get(L.kit)), tableBits(U | W), 0]);
      },
      say: (t, x) => `${x.slotName(t.get(L.slot))} shall point to ${x.kitName(t.get(L.kit))}.`,
    },
    {
      label: 'done',
      line: '  return the kit',
      touch: 'locked',
      run: (t, x) => {
        const vcpu = x.vcpu(holderOf(x, t.actor));
        vcpu.hold(DIVIDING, -1);
        vcpu.hold(PIECES, -1);
        t.ret(t.get(L.kit));
      },
      say: (t, x) => `The large page at ${x.name(t.get(L.base))} is in pieces.`,
    },
  ],
});

import { frameName } from '../../../../base';
import { indexOf, kitOf } from '../../../../hypervisor/xi/backlinks';
import { chainOfPage, parentsOf } from '../../../../hypervisor/xi/chains';
import { NO_QUADRANT } from '../../../../hypervisor/xi/constants';
import { writable } from '../../../../hypervisor/xi/spte';
import type { Xi } from '../../../../hypervisor/xi/state';
import { dataFrame, type EntityId, fixupOf, guestTable, shadowEntry, shadowTable } from '../../entity';
import type { ChainModel, FixupGroup } from '../../model';
import { field, type Moment } from '../../read/moment';

/** Of a long chain no more links than these are drawn. */
const MOST = 64;

/** A shadow entry, by the place of its backlink. */
export const entityOfSlot = (x: Xi, slot: number): EntityId => shadowEntry(x.spt(kitOf(slot)), indexOf(slot));

/** All chains: of each guest page that is mapped, and of the parents of each shadow. */
export function chainsOf(moment: Moment, x: Xi): ChainModel[] {
  const walks = walksIn(moment);
  const pages = x.pages.known().flatMap((gfn): ChainModel[] => {
    const slots = chainOfPage(x, gfn);
    const walked = walks.get(gfn);
    if (slots.length === 0 && walked === undefined) return [];
    const mfn = x.p2m.mfn(gfn);
    return [
      {
        of: dataFrame(Math.max(0, mfn)),
        also: guestTable(Math.max(0, mfn)),
        name: `chain of ${frameName(gfn)}`,
        // Entries that were taken out while the chain was walked are in it no more: what was walked is drawn as it was.
        links: (walked?.slots(x) ?? slots.map((slot) => entityOfSlot(x, slot))).slice(0, MOST),
        ...(walked === undefined ? {} : { walked: true }),
      },
    ];
  });
  const parents = x.kits.used().flatMap((kit): ChainModel[] => {
    const slots = parentsOf(x, kit);
    if (slots.length === 0) return [];
    const direct = x.kits.get(kit, 'quadrant') === NO_QUADRANT;
    return [
      {
        of: shadowTable(x.spt(kit)),
        name: `parents of ${x.kitName(kit)}${direct ? ' (pieces)' : ''}`,
        links: slots.map((slot) => entityOfSlot(x, slot)).slice(0, MOST),
      },
    ];
  });
  return [...pages, ...parents];
}

interface Walked {
  readonly slots: (x: Xi) => EntityId[];
}

/** Chains that were walked in this beat, with the entries visited, in order. */
function walksIn(moment: Moment): Map<number, Walked> {
  const visits = new Map<number, { kit: number; index: number }[]>();
  for (const e of moment.events) {
    if (e.kind !== 'BlVisit') continue;
    const list = visits.get(field(e, 'gfn')) ?? [];
    visits.set(field(e, 'gfn'), list);
    list.push({ kit: field(e, 'kit'), index: field(e, 'index') });
  }
  return new Map(
    [...visits].map(([gfn, list]) => [
      gfn,
      { slots: (x: Xi) => list.map(({ kit, index }) => shadowEntry(x.spt(kit), index)) },
    ]),
  );
}

/** Chains beside memory, as lists: those walked in this beat, and those an entry came into or left. */
export function chainGroups(moment: Moment, x: Xi): FixupGroup[] {
  const gfns = new Set<number>();
  const news = new Set<EntityId>();
  for (const e of moment.events) {
    if (e.kind === 'ChainWalk') gfns.add(field(e, 'gfn'));
    if ((e.kind === 'BlInsert' || e.kind === 'BlRemove') && field(e, 'chain') === 1) {
      gfns.add(field(e, 'of'));
      if (e.kind === 'BlInsert') news.add(shadowEntry(x.spt(field(e, 'kit')), field(e, 'index')));
    }
  }
  return [...gfns].slice(-2).flatMap((gfn): FixupGroup[] => {
    const slots = chainOfPage(x, gfn);
    if (slots.length === 0) return [];
    return [
      {
        guest: guestTable(Math.max(0, x.p2m.mfn(gfn))),
        title: `Chain of ${frameName(gfn)}: ${slots.length}`,
        brief: `Chain ${frameName(gfn)}`,
        items: slots.slice(0, SHOWN).map((slot, nth) => {
          const entry = entityOfSlot(x, slot);
          const place = writable(x, slot) ? 'writable' : 'read-only';
          const text = x.slotName(slot);
          return {
            id: fixupOf(gfn, nth),
            holds: { text: nth === 0 ? `${text} head` : text, entry },
            place,
            said: `chain of ${frameName(gfn)}, ${nth === 0 ? 'head' : `number ${nth + 1}`}: ${text}, ${place}`,
            state: news.has(entry) ? 'changed' : 'idle',
          };
        }),
      },
    ];
  });
}

const SHOWN = 4;

import { frameName, hex, shadowName } from '../../base';
import type { Run } from '../../engine';
import { guestTable, ownerOf, parseEntity, shadowTable } from '../../hypervisor/entity';
import { indexOf, kitOf } from '../../hypervisor/xi/backlinks';
import { chainOfPage, parentsOf } from '../../hypervisor/xi/chains';
import {
  BACKLINK_BYTES,
  BACKLINKS_PER_PAGE,
  KIT_PAGES,
  TO_LARGE,
  TO_NOTHING,
  TO_PAGE,
} from '../../hypervisor/xi/constants';
import { writable } from '../../hypervisor/xi/spte';
import type { Xi } from '../../hypervisor/xi/state';
import type { Fact } from '../facts';
import { entityOfSlot } from '../scene/sources/xi/chains';
import type { Tag } from './tags';
import { xiAt } from './xiAt';

/** What XI keeps of what is in focus, a structure at a time. */
export interface ChosenXi {
  readonly name: string;
  readonly kind: string;
  readonly parts: readonly {
    readonly title: string;
    /** How sure it is that XI had it so. */
    readonly tag: Tag;
    readonly says?: string;
    readonly facts: readonly Fact[];
  }[];
}

type Part = ChosenXi['parts'][number];

/** At a cursor; undefined where XI keeps nothing about it. */
export function chosenXi(run: Run, cursor: number, entity: string | undefined): ChosenXi | undefined {
  const named = entity === undefined ? undefined : parseEntity(ownerOf(entity));
  const index = entity === undefined ? -1 : (parseEntity(entity)?.index ?? -1);
  if (named === undefined) return undefined;
  return xiAt(run, cursor, (x) => {
    const kit = kitHolding(x, named.frame);
    if (kit >= 0) return ofKit(x, kit, named.kind === 'shadow' ? index : -1);
    const gfn = named.kind === 'fixup' ? named.frame : x.p2m.gfn(named.frame);
    return gfn < 0 ? undefined : ofPage(x, gfn);
  });
}

/** The kit one of whose pages a machine frame is, or -1. */
function kitHolding(x: Xi, frame: number): number {
  const at = frame - x.firstFrame;
  return at >= 0 && at < x.kits.count * KIT_PAGES ? Math.floor(at / KIT_PAGES) : -1;
}

const yes = (value: number | boolean): string => (value ? 'yes' : 'no');

function ofKit(x: Xi, kit: number, index: number): ChosenXi {
  const { kits } = x;
  const frame = x.spt(kit);
  const direct = kits.get(kit, 'direct') !== 0;
  const bound = kits.bound(kit);
  const parents = parentsOf(x, kit);
  const gfn = kits.get(kit, 'gfn');
  const own: Part = {
    title: 'Kit',
    tag: 'K',
    facts: [
      { name: 'table', value: shadowName(frame), entity: shadowTable(frame) },
      { name: 'snapshot', value: shadowName(frame + 1) },
      { name: 'backlinks', value: `${shadowName(frame + 2)}, ${shadowName(frame + 3)}` },
      { name: 'zeroed', value: bound ? 'in use' : yes(kits.get(kit, 'used') === 0) },
    ],
  };
  const descriptor: Part = {
    title: 'SPTI',
    tag: 'RECONSTRUCTED',
    facts: bound
      ? [
          direct
            ? { name: 'pieces of the large page at', value: frameName(gfn) }
            : { name: 'guest table', value: frameName(gfn), entity: guestTable(Math.max(0, x.p2m.mfn(gfn))) },
          { name: 'level', value: `${kits.get(kit, 'level')}` },
          { name: 'entries in use', value: `${kits.get(kit, 'entries')}` },
          {
            name: 'stale',
            value: yes(kits.get(kit, 'snapStale')),
            tip: 'The shadow may not reflect the table. A new one is stale from its birth.',
          },
          {
            name: 'guest may write the table',
            value: yes(kits.get(kit, 'guestMayWrite')),
            tip: 'Stale and open are two things: a new shadow is stale though its table is protected.',
          },
          ...parents.map(
            (slot, i): Fact => ({
              name: i === 0 ? 'parent chain, head' : 'then',
              value: x.slotName(slot),
              entity: entityOfSlot(x, slot),
            }),
          ),
        ]
      : [{ name: 'bound', value: 'no: it is free' }],
  };
  const entry = index >= 0 && index < x.shapeOf(kit).entries ? entryParts(x, x.slot(kit, index)) : [];
  return { name: x.kitName(kit), kind: bound ? 'shadow' : 'free kit', parts: [...entry, descriptor, own] };
}

/** An entry, and the record beside it. */
function entryParts(x: Xi, slot: number): Part[] {
  const what = x.what(slot);
  const { backlinks } = x;
  const page = what === TO_PAGE || what === TO_LARGE;
  const leads =
    what === TO_NOTHING
      ? 'nothing'
      : page
        ? `${what === TO_LARGE ? 'large page' : 'page'} ${frameName(x.gfnOf(slot))}`
        : x.kitName(x.kitAt(x.mfnOf(slot)));
  const index = indexOf(slot);
  const at = x.spt(kitOf(slot)) + 2 + Math.floor(index / BACKLINKS_PER_PAGE);
  const link = (name: string, other: number): Fact =>
    other < 0 ? { name, value: 'none' } : { name, value: x.slotName(other), entity: entityOfSlot(x, other) };
  return [
    {
      title: `Entry ${x.slotName(slot)}`,
      tag: 'K',
      facts: [
        { name: 'leads to', value: leads },
        ...(page
          ? [
              { name: 'machine frame', value: frameName(x.mfnOf(slot)) },
              { name: 'writable', value: yes(writable(x, slot)) },
            ]
          : []),
      ],
    },
    {
      title: 'Its backlink',
      tag: 'RECONSTRUCTED',
      says: `${BACKLINK_BYTES} bytes at the same index, in ${shadowName(at)} at 0x${hex((index % BACKLINKS_PER_PAGE) * BACKLINK_BYTES, 3)}: two words fit prev and next.`,
      facts: backlinks.linked(slot)
        ? [link('prev', backlinks.prev(slot)), link('next', backlinks.next(slot))]
        : [{ name: 'in no chain', value: 'empty' }],
    },
  ];
}

function ofPage(x: Xi, gfn: number): ChosenXi {
  const { pages } = x;
  const chain = chainOfPage(x, gfn);
  const sptis = pages.sptis(gfn);
  return {
    name: frameName(gfn),
    kind: pages.isGpt(gfn) ? 'page table' : 'guest page',
    parts: [
      {
        title:
          chain.length === 0
            ? 'Empty chain'
            : chain.length === 1
              ? 'Chain of 1 entry'
              : `Chain of ${chain.length} entries`,
        tag: 'RECONSTRUCTED',
        says: 'Whoever maps the page, read-only too, the last installed first.',
        facts: chain.map(
          (slot, i): Fact => ({
            name: `${i === 0 ? 'head' : `${i + 1}`}, ${writable(x, slot) ? 'writable' : 'read-only'}`,
            value: x.slotName(slot),
            entity: entityOfSlot(x, slot),
          }),
        ),
      },
      {
        title: 'Record of the page',
        tag: 'RECONSTRUCTED',
        facts: [
          { name: 'machine frame', value: x.p2m.isRam(gfn) ? frameName(x.p2m.mfn(gfn)) : 'none' },
          { name: 'page table', value: yes(pages.isGpt(gfn)) },
          ...sptis.map(
            (kit): Fact => ({
              name: 'shadowed by',
              value: x.kitName(kit),
              entity: shadowTable(x.spt(kit)),
            }),
          ),
          { name: 'dirty', value: x.logging ? yes(pages.get(gfn, 'dirty')) : 'not logged' },
        ],
      },
    ],
  };
}

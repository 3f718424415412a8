import { address, frameName, hex } from '../../base';
import type { Run } from '../../engine';
import {
  guestTable,
  ownerOf,
  parseEntity,
  shadowEntry,
  shadowTable,
  snapshotPage,
} from '../../hypervisor/entity';
import { isPinnable } from '../../hypervisor/xen/destroy';
import { shHash } from '../../hypervisor/xen/hash';
import { oosFind } from '../../hypervisor/xen/oos/slots';
import type { Xen } from '../../hypervisor/xen/state';
import {
  isFl1,
  SH_OOS_SNAPSHOT,
  SHF_OOS_MAY_WRITE,
  SHF_OUT_OF_SYNC,
  typeName,
} from '../../hypervisor/xen/types';
import type { Fact } from '../facts';
import { mappingsOf, referencesOf } from './references';
import { xenAt } from './xenAt';

/** What Xen's own bookkeeping says about the page that is in focus. */
export interface Chosen {
  /** `s084`, `0x02e`. */
  readonly frame: string;
  /** `shadow l1_64`, `guest page`. */
  readonly kind: string;
  readonly facts: readonly Fact[];
  /** Who holds a shadow, or which entries let the guest write a page. */
  readonly heldBy: { readonly title: string; readonly sum: string; readonly list: readonly Fact[] };
}

/** The descriptor of the page behind a printed name, at a cursor; undefined where Xen keeps none. */
export function chosenAt(run: Run, cursor: number, entity: string | undefined): Chosen | undefined {
  const named = entity === undefined ? undefined : parseEntity(ownerOf(entity));
  if (named === undefined) return undefined;
  return xenAt(run, cursor, (x) => {
    const { frame } = named;
    if (!x.mfnValid(frame)) return undefined;
    if (!x.pages.owns(frame)) return guestPage(x, frame);
    const type = x.pages.type(frame);
    if (type === SH_OOS_SNAPSHOT) return snapshot(x, frame);
    return type === 0 ? freePage(x, frame) : shadowPage(x, frame);
  });
}

function shadowPage(x: Xen, smfn: number): Chosen {
  const { pages } = x;
  const type = pages.type(smfn);
  const back = pages.backpointer(smfn);
  const references = referencesOf(x, smfn);
  const hinted = x.vcpus.filter((v) => v.get('lastWriteablePteSmfn') - 1 === smfn).map((v) => v.index);
  return {
    frame: x.name(smfn),
    kind: `shadow ${typeName(type)}`,
    heldBy: { title: `Count ${references.count}`, sum: references.sum, list: references.holders },
    facts: [
      isFl1(type)
        ? {
            name: 'backpointer',
            value: `GFN 0x${hex(back, 3)}`,
            tip: 'A splintered superpage: no guest table stands behind it.',
          }
        : {
            name: 'backpointer',
            value: frameName(back),
            entity: guestTable(back),
            tip: 'The guest page whose shadow this is.',
          },
      upPointer(x, smfn, references.count),
      {
        name: 'hash bucket',
        value: `${shHash(back, type)} of 251`,
        tip: 'Where a lookup of the guest page and this type finds it, and when a search of all shadows comes past it.',
      },
      ...(hinted.length === 0
        ? []
        : [
            {
              name: 'last writer',
              value: `hint of vCPU ${hinted.join(', ')}`,
              tip: 'last_writeable_pte_smfn: the last full search found a writable mapping here, so the next one begins here.',
            },
          ]),
    ],
  };
}

/** `up`, or why there is none. A count of 1 without an up-pointer is the case that costs a search. */
function upPointer(x: Xen, smfn: number, count: number): Fact {
  const { pages } = x;
  const name = 'up-pointer';
  if (pages.hasUp(smfn)) {
    const page = pages.upFrame(smfn);
    const table = pages.head(page);
    const index = pages.upIndex(smfn) + (page - table) * 512;
    return {
      name,
      value: `${x.name(table)}[${hex(index, 3)}]`,
      entity: shadowEntry(table, index),
      tip: 'The first higher entry that pointed here. With a count of 1 the shadow can be dropped through it.',
    };
  }
  if (isPinnable(x, pages.type(smfn)))
    return {
      name,
      value: 'none: pinnable',
      tip: 'Shadows that can be pinned use the field for the pinned list.',
    };
  return count === 1
    ? {
        name,
        value: '0: parent unknown',
        odd: true,
        tip: 'One entry points here, but the one that was remembered went away: to drop this shadow all parents must be searched.',
      }
    : { name, value: '0', tip: 'The entry that was remembered went away; others may still point here.' };
}

function snapshot(x: Xen, smfn: number): Chosen {
  const kept = x.vcpus.flatMap((v) =>
    Array.from({ length: v.oos.size }, (_, slot) => ({ v, slot })).filter(
      ({ slot }) => v.oos.snapshot(slot) === smfn,
    ),
  )[0];
  const page = kept?.v.oos.page(kept.slot) ?? -1;
  return {
    frame: x.name(smfn),
    kind: 'snapshot page',
    heldBy: { title: 'Not counted', sum: 'it belongs to its slot', list: [] },
    facts: [
      {
        name: 'slot',
        value: kept === undefined ? 'none' : `vCPU ${kept.v.index}, slot ${kept.slot}`,
        tip: 'The page belongs to the slot; what is in it belongs to the table in the slot.',
      },
      page < 0
        ? { name: 'copy of', value: 'nothing now' }
        : { name: 'copy of', value: frameName(page), entity: guestTable(page) },
    ],
  };
}

function freePage(x: Xen, smfn: number): Chosen {
  const stale = x.vcpus.filter((v) => (x.pages.stale(smfn) & (1 << v.index)) !== 0).map((v) => v.index);
  return {
    frame: x.name(smfn),
    kind: 'free pool page',
    heldBy: { title: 'Count 0', sum: 'nobody', list: [] },
    facts: [
      {
        name: 'may be cached by',
        value: stale.length === 0 ? 'nobody' : `vCPU ${stale.join(', ')}`,
        tip: 'A freed page keeps its contents. Processors that have not flushed since are flushed when it is used again.',
      },
    ],
  };
}

function guestPage(x: Xen, gmfn: number): Chosen {
  const { guest } = x;
  const writers = [...mappingsOf(x, gmfn)].filter((m) => m.writable);
  const foreign = guest.foreignWriters(gmfn);
  const parts = [
    `${writers.length} shadow ${writers.length === 1 ? 'entry' : 'entries'}`,
    ...(foreign > 0 ? [`${foreign} outside the guest`] : []),
  ];
  return {
    frame: frameName(gmfn),
    kind: 'guest page',
    heldBy: {
      title: `Writable type count ${guest.writers(gmfn)}`,
      sum: parts.join(' + '),
      list: writers.map(({ smfn, index }) => ({
        name: 'writable map',
        value: `${x.name(smfn)}[${hex(index, 3)}]`,
        entity: shadowEntry(smfn, index),
      })),
    },
    facts: [
      {
        name: 'PGC_page_table',
        value: guest.isPageTable(gmfn) ? 'set: it has a shadow' : 'clear: an ordinary page',
        tip: 'Set with the first shadow of the page, cleared with the last.',
      },
      ...(guest.isPageTable(gmfn) ? tableFacts(x, gmfn) : []),
      {
        name: 'references',
        value: String(guest.refs(gmfn)),
        tip: 'General references: one for each shadow entry that maps the page, and one for each shadow it has.',
      },
    ],
  };
}

function tableFacts(x: Xen, gmfn: number): Fact[] {
  const bits = x.guest.typeBits(gmfn);
  const flags = x.guest.flags(gmfn);
  const out: Fact[] = [];
  for (let type = 1; type < 14; type++) {
    if ((bits & (1 << type)) === 0) continue;
    const smfn = x.hash.find(gmfn, type);
    out.push({
      name: `bit ${type}, ${typeName(type)}`,
      value: smfn < 0 ? 'not in the hash' : x.name(smfn),
      ...(smfn < 0 ? { odd: true } : { entity: shadowTable(smfn) }),
      tip: 'shadow_flags has one bit for each type of shadow the page has.',
    });
  }
  out.push(
    {
      name: 'SHF_oos_may_write',
      value: (flags & SHF_OOS_MAY_WRITE) !== 0 ? 'set' : 'clear',
      tip: 'The guest may hold writable mappings of this table.',
    },
    {
      name: 'SHF_out_of_sync',
      value: (flags & SHF_OUT_OF_SYNC) !== 0 ? 'set' : 'clear',
      tip: 'The shadow may differ from the table.',
    },
  );
  const place = x.outOfSync(gmfn) ? oosFind(x, gmfn) : undefined;
  return place === undefined ? out : [...out, ...slotFacts(x, gmfn, place.owner, place.slot)];
}

function slotFacts(x: Xen, gmfn: number, owner: number, slot: number): Fact[] {
  const { oos } = x.vcpu(owner);
  const copy = oos.snapshot(slot);
  return [
    {
      name: 'slot',
      value: `vCPU ${owner}, slot ${slot}${x.homeSlot(gmfn) === slot ? ', home' : `, home is ${x.homeSlot(gmfn)}`}`,
    },
    ...(copy < 0 ? [] : [{ name: 'snapshot', value: x.name(copy), entity: snapshotPage(copy) }]),
    ...(x.era.vaHints
      ? [
          {
            name: 'oos_va',
            value: address(oos.vaHi(slot), oos.vaLo(slot)),
            tip: 'The address at which the table was let go: the first guess when it is brought back.',
          },
        ]
      : []),
  ];
}

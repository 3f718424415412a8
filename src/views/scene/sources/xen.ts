import { isPinnable } from '../../../hypervisor/xen/destroy';
import { pagesOfType } from '../../../hypervisor/xen/geometry';
import { isGnp, isMagic, isMmioMagic } from '../../../hypervisor/xen/magic';
import type { Xen } from '../../../hypervisor/xen/state';
import { isFl1, levelOfType, SH_NONE, typeName } from '../../../hypervisor/xen/types';
import { type EntityId, guestTable, shadowEntry, shadowTable } from '../entity';
import type { DerivationModel } from '../model';
import { field, type Moment } from '../read/moment';
import type { DesignFacts, SceneSource, ShadowFacts } from './source';
import { xenFixups } from './xenFixups';
import { announceMode, paeTops } from './xenModes';
import { xenMotion } from './xenMotion';
import { outOfSyncPages, penumbraWords, xenPenumbra } from './xenPenumbra';

const xenOf = (moment: Moment): Xen => moment.run.world.part('xen') as Xen;

/** Xen: shadows in the lower half, snapshots between, fixups beside the tables they serve. */
export const xenSource: SceneSource = {
  design: 'xen',
  facts: (moment) => factsOf(moment, xenOf(moment)),
  motion: (event, moment) => xenMotion(event, xenOf(moment), moment),
};

function factsOf(moment: Moment, x: Xen): DesignFacts {
  const fresh = new Set<number>();
  for (const event of moment.events) if (event.kind === 'ShadowCreated') fresh.add(field(event, 'smfn'));
  const shadows: ShadowFacts[] = [];
  const derivations: DerivationModel[] = [];
  const pages = outOfSyncPages(x);
  const { items, notes } = xenPenumbra(moment, x, pages);
  const drifting = new Set(pages.map((page) => page.gmfn));
  for (const smfn of x.shadows()) {
    const type = x.pages.type(smfn);
    const backs = guestBehind(x, type, x.pages.backpointer(smfn));
    shadows.push({
      frame: smfn,
      level: levelOfType(type),
      name: typeName(type),
      backs,
      pages: pagesOfType(type),
      entries: x.entriesOf(type),
      refcount: x.pages.count(smfn),
      ...upOf(x, smfn),
      ...(isPinnable(x, type) ? { pinned: x.pages.pinned(smfn) } : {}),
      remembered: x.vcpus.filter((v) => v.get('lastWriteablePteSmfn') - 1 === smfn).map((v) => v.index),
      loadedBy: x.vcpus.filter((v) => v.tops.includes(smfn)).map((v) => v.index),
      fresh: fresh.has(smfn),
      says: (hi, lo) => (isGnp(hi, lo) ? 'gnp' : isMmioMagic(hi, lo) ? 'mmio' : undefined),
      hollow: (hi, lo) => isMagic(hi, lo) && isGnp(hi, lo),
    });
    if (backs < 0) continue;
    const guest = guestTable(backs);
    const through = levelOfType(type) === 1 ? items.find((item) => item.guest === guest)?.id : undefined;
    derivations.push({
      guest,
      shadow: shadowTable(smfn),
      drift: levelOfType(type) === 1 && drifting.has(backs),
      ...(through === undefined ? {} : { through }),
    });
  }
  const cached = paeTops(x, fresh);
  shadows.push(...cached.shadows, ...goneShadows(moment, x));
  derivations.push(...cached.derivations);
  for (const [entity, note] of cached.notes) notes.set(entity, note);
  return {
    shadows,
    derivations,
    penumbra: items,
    words: penumbraWords(x, items),
    fixups: xenFixups(moment, x, pages),
    fixupNote: pages.length === 0 ? '' : FIXUP_NOTES[x.era.fixups],
    notes,
    outOfSync: drifting,
    access: (frame) => (!x.isPageTable(frame) ? 'none' : x.oosMayWrite(frame) ? 'writable' : 'read-only'),
    announce: announceMode(x),
    note: shadows.length === 0 ? 'Nothing is shadowed yet: the first fault builds what it needs.' : '',
  };
}

/** Guest frame of the table a shadow stands for; -1 for a splintered large page, and for Xen's own table. */
const guestBehind = (x: Xen, type: number, backpointer: number): number =>
  isFl1(type) || x.pages.owns(backpointer) ? -1 : backpointer;

/** The entry a shadow remembers, in the numbering of the table it lies in. */
function upOf(x: Xen, smfn: number): { readonly up?: EntityId } {
  if (!x.pages.hasUp(smfn)) return {};
  const page = x.pages.upFrame(smfn);
  const table = x.pages.head(page);
  return { up: shadowEntry(table, x.pages.upIndex(smfn) + (page - table) * 512) };
}

const FIXUP_NOTES = {
  none: '',
  table: 'A table per vCPU, in buckets by frame. An index slip lets neighbouring buckets overlap.',
  array: 'Two entries are enough to write-protect again without a search',
} as const;

/** Shadows that were destroyed in this beat and whose page nobody uses yet: a freed page keeps its contents. */
function goneShadows(moment: Moment, x: Xen): ShadowFacts[] {
  const last = new Map(
    moment.events
      .filter((event) => event.kind === 'ShadowDestroyed' && x.pages.type(field(event, 'smfn')) === SH_NONE)
      .map((event) => [field(event, 'smfn'), event]),
  );
  return [...last.values()].map((event): ShadowFacts => {
    const type = field(event, 'type');
    return {
      frame: field(event, 'smfn'),
      level: levelOfType(type),
      name: typeName(type),
      pages: pagesOfType(type),
      entries: x.entriesOf(type),
      backs: guestBehind(x, type, field(event, 'gmfn')),
      refcount: 0,
      loadedBy: [],
      fresh: false,
      gone: true,
      says: () => undefined,
      hollow: () => false,
    };
  });
}

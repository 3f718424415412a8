import type { Xi } from '../../../../hypervisor/xi/state';
import { guestTable, shadowTable } from '../../entity';
import type { DerivationModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { DesignFacts, SceneSource, ShadowFacts } from '../source';
import { chainGroups, chainsOf } from './chains';
import { xiMotion } from './motion';
import { penumbraWords, snapshotItems, snapshotNotes, snapshots } from './penumbra';
import { ownTops, recycledShadows, shadowFacts } from './shadows';

const xiOf = (moment: Moment): Xi => moment.run.world.part('xi') as Xi;

/** XI: a shadow for each kit in use, its snapshot between it and its table, chains of backlinks from frames to entries. */
export const xiSource: SceneSource = {
  design: 'xi',
  facts: (moment) => factsOf(moment, xiOf(moment)),
  motion: xiMotion,
};

function factsOf(moment: Moment, x: Xi): DesignFacts {
  const fresh = new Set(moment.events.filter((e) => e.kind === 'SptiAlloc').map((e) => field(e, 'kit')));
  const views = snapshots(moment, x);
  const items = snapshotItems(x, views);
  const shadows: ShadowFacts[] = [];
  const derivations: DerivationModel[] = [];
  for (const kit of x.kits.used()) {
    const facts = shadowFacts(x, kit, fresh.has(kit));
    shadows.push(facts);
    if (facts.backs < 0) continue;
    const shadow = shadowTable(x.spt(kit));
    const through = items.find((item) => item.shadow === shadow)?.id;
    derivations.push({
      guest: guestTable(facts.backs),
      shadow,
      drift: x.kits.get(kit, 'snapStale') !== 0,
      ...(through === undefined ? {} : { through }),
    });
  }
  shadows.push(...ownTops(x), ...recycledShadows(moment, x));
  return {
    shadows,
    derivations,
    penumbra: items,
    words: penumbraWords(views),
    fixups: chainGroups(moment, x),
    fixupNote: 'A chain leads from a frame to every shadow entry that maps it',
    chains: chainsOf(moment, x),
    notes: snapshotNotes(x, views),
    outOfSync: new Set(
      views.filter(({ open, differ }) => open || differ.length > 0).map(({ table }) => table),
    ),
    access: (frame) => accessTo(x, frame),
    announce: announce(x),
    note:
      shadows.length === 0
        ? `Nothing is shadowed yet. ${x.reservation.kits} kits are ready: the first fault takes one.`
        : '',
  };
}

/** Whether the guest may store to a page: a page table is protected unless it was opened for writing. */
function accessTo(x: Xi, frame: number): 'none' | 'read-only' | 'writable' {
  const gfn = x.p2m.gfn(frame);
  if (gfn < 0 || !x.pages.isGpt(gfn)) return 'none';
  return x.pages.mayBeWritten(gfn) ? 'writable' : 'read-only';
}

function announce(x: Xi): readonly string[] {
  const names = new Set(x.vcpus.filter((v) => v.get('shape') !== 0).map((v) => x.shape(v.index).name));
  if (names.has('32'))
    return [
      'entries of 4 bytes: an L1 table takes two kits, the root four (RECONSTRUCTED)',
      'entries of 4 bytes: two or four kits per table',
    ];
  return [];
}

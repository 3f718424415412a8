import { roleDirect, roleInvalid } from '../../../../hypervisor/kvm/role';
import type { Kvm } from '../../../../hypervisor/kvm/state';
import { guestTable, shadowTable } from '../../entity';
import type { DerivationModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { DesignFacts, SceneSource, ShadowFacts } from '../source';
import { identifications, openable } from './identification';
import { kvmMotion } from './motion';
import { penumbraWords, unsyncItems, unsyncNotes, unsyncPages } from './penumbra';
import { reverseMaps, rmapGroups } from './rmaps';
import { paeRoots, shadowFacts, zappedPages } from './shadows';

const kvmOf = (moment: Moment): Kvm => moment.run.world.part('kvm') as Kvm;

/** KVM: every shadow page under the table and role it is for, unsync marks between, reverse maps beside memory. */
export const kvmSource: SceneSource = {
  design: 'kvm',
  facts: (moment) => factsOf(moment, kvmOf(moment)),
  motion: kvmMotion,
};

function factsOf(moment: Moment, k: Kvm): DesignFacts {
  const fresh = new Set(
    moment.events.filter((e) => e.kind === 'KvmGetPage' && e.created === 1).map((e) => field(e, 'table')),
  );
  const unsync = unsyncPages(k);
  const items = unsyncItems(moment, k, unsync);
  const open = openable(k);
  const shadows: ShadowFacts[] = [];
  const derivations: DerivationModel[] = [];
  for (const sfn of knownPages(k)) {
    const facts = shadowFacts(k, sfn, fresh.has(sfn));
    shadows.push(facts);
    if (facts.backs < 0 || roleInvalid(k.pages.get(sfn, 'role'))) continue;
    const drift = k.pages.get(sfn, 'unsync') !== 0;
    const through = drift ? items.find((item) => item.shadow === shadowTable(sfn))?.id : undefined;
    derivations.push({
      guest: guestTable(facts.backs),
      shadow: shadowTable(sfn),
      drift,
      ...(through === undefined ? {} : { through }),
    });
  }
  const roots = paeRoots(k);
  shadows.push(...roots.shadows, ...zappedPages(moment, k));
  derivations.push(...roots.derivations);
  return {
    shadows,
    derivations,
    penumbra: items,
    words: penumbraWords(items),
    fixups: rmapGroups(moment, k, unsync, open),
    fixupNote: 'A reverse map leads from a frame to every spte that maps it',
    notes: new Map([...unsyncNotes(k, unsync), ...identifications(open)]),
    outOfSync: new Set(unsync.map(({ table }) => table)),
    access: (frame) => accessTo(k, frame),
    reverse: (things) => reverseMaps(k, things),
    role: (frame) =>
      k.slots.of(frame) < 0 && k.slots.gfnsOfFrame(frame).length === 0 ? 'device' : undefined,
    announce: announce(k),
    note: shadows.length === 0 ? 'No shadow page yet: every vCPU gets its root as it enters its guest.' : '',
  };
}

/** Pages on the active list, and roots that were zapped while a vCPU has them loaded. */
function knownPages(k: Kvm): number[] {
  const known = new Set(k.pages.activePages());
  for (const v of k.vcpus)
    for (const sfn of [
      v.get('root'),
      v.prev(0),
      v.prev(1),
      v.prev(2),
      v.pae(0),
      v.pae(1),
      v.pae(2),
      v.pae(3),
    ])
      if (k.pages.owns(sfn)) known.add(sfn);
  return [...known];
}

/** Whether the guest may store to a table: every shadow page of it is unsync, or one is in sync and forbids it. */
function accessTo(k: Kvm, frame: number): 'none' | 'read-only' | 'writable' {
  const pages = k.slots
    .gfnsOfFrame(frame)
    .flatMap((gfn) => k.pages.ofGfn(gfn))
    .filter((sfn) => !roleDirect(k.pages.get(sfn, 'role')) && !roleInvalid(k.pages.get(sfn, 'role')));
  if (pages.length === 0) return 'none';
  return pages.every((sfn) => k.pages.get(sfn, 'unsync') !== 0) ? 'writable' : 'read-only';
}

function announce(k: Kvm): readonly string[] {
  const modes = new Set(k.vcpus.map((v) => k.mode(v.index).name));
  if (modes.has('32'))
    return [
      'entries of 4 bytes: an L2 table has four shadow pages (q0 to q3), an L1 table two',
      'entries of 4 bytes: two or four shadow pages per table',
    ];
  return [];
}

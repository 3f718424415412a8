import type { Xen } from '../../../hypervisor/xen/state';
import { type EntityId, guestEntry, guestTable, shadowEntry, shadowTable } from '../entity';
import type { DerivationModel, EntryNote } from '../model';
import type { ShadowFacts } from './source';

/**
 * A PAE guest's four top entries: read when CR3 is loaded and not again. Each vCPU has a table of its own that the processor
 * walks from; where the guest has changed an entry since, the two differ until the next CR3 load.
 */
export function paeTops(
  x: Xen,
  fresh: ReadonlySet<number>,
): {
  readonly shadows: readonly ShadowFacts[];
  readonly derivations: readonly DerivationModel[];
  readonly notes: ReadonlyMap<EntityId, EntryNote>;
} {
  const shadows: ShadowFacts[] = [];
  const derivations: DerivationModel[] = [];
  const notes = new Map<EntityId, EntryNote>();
  for (const v of x.vcpus) {
    const frame = v.get('l3table');
    if (x.geometry(v.index).name !== 'pae' || frame === 0) continue;
    const guest = v.guestTop;
    shadows.push({
      frame,
      level: 3,
      entries: 4,
      name: 'l3table',
      backs: guest,
      loadedBy: [v.index],
      fresh: fresh.has(frame),
      says: () => undefined,
      hollow: () => false,
    });
    if (guest < 0) continue;
    derivations.push({ guest: guestTable(guest), shadow: shadowTable(frame), drift: false });
    // CR3 may point at any 32 bytes of the page.
    const first = (x.machine.vcpu(v.index).get('cr3Lo') & 0xfe0) >>> 3;
    for (let i = 0; i < 4; i++) {
      const same = x.hi(guest, first + i) === v.gl3eHi(i) && x.lo(guest, first + i) === v.gl3eLo(i);
      if (same) continue;
      notes.set(guestEntry(guest, first + i), { stale: true });
      notes.set(shadowEntry(frame, i), { stale: true });
    }
  }
  return { shadows, derivations, notes };
}

/** What is special about the guest's modes, for the foot of the stage: sayings, the longest first. */
export function announceMode(x: Xen): readonly string[] {
  const off = x.vcpus.filter((v) => x.unpaged(v.index)).map((v) => v.index);
  if (off.length > 0) {
    const who = `paging off on vCPU ${off.join(', ')}`;
    return [`${who}: Xen’s own 1:1 table stands in`, `${who}: Xen’s own table`, who];
  }
  const names = new Set(x.vcpus.map((v) => x.geometry(v.index).name));
  if (names.has('32'))
    return [
      '2-level guest: an L1 takes two shadow pages, an L2 four',
      '2-level guest: L1 ×2 pages, L2 ×4',
      '2-level guest',
    ];
  if (names.has('pae'))
    return [
      'PAE guest: the four top entries are read at CR3 loads only',
      'PAE: top read at CR3 loads',
      'PAE guest',
    ];
  return [];
}

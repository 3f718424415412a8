import { shadowName } from '../../../../base';
import { ACC_ALL } from '../../../../hypervisor/kvm/constants';
import { isMmio } from '../../../../hypervisor/kvm/link';
import { pageKey, roleAccess, roleDirect, roleLevel } from '../../../../hypervisor/kvm/role';
import type { Kvm } from '../../../../hypervisor/kvm/state';
import { frameOf } from '../../../../machine';
import { guestTable, shadowTable } from '../../entity';
import type { DerivationModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { ShadowFacts } from '../source';

const sayMmio = (hi: number, lo: number): string | undefined => (isMmio(hi, lo) ? 'mmio' : undefined);
const nothing = (): boolean => false;

/**
 * `wux/q1`: as the recordings name a page, without the gfn that the card above it bears and the level that its column is, and
 * with no more than fits a card's head: the books have the whole. A direct page is told by that, and by rights that it lacks.
 */
function pageName(gfn: number, role: number, gen: number): string {
  const [access = '', ...rest] = pageKey(gfn, role, gen).split('/').slice(2);
  if (!roleDirect(role)) return [access, ...rest.slice(0, 1)].join('/');
  return roleAccess(role) === ACC_ALL ? 'direct' : `direct/${access}`;
}

/** One shadow page as a card. */
export function shadowFacts(k: Kvm, sfn: number, fresh: boolean): ShadowFacts {
  const { pages } = k;
  const role = pages.get(sfn, 'role');
  const gfn = pages.get(sfn, 'gfn');
  const parents = k.lists.all(pages.get(sfn, 'parents')).length;
  const roots = pages.get(sfn, 'rootCount');
  return {
    frame: sfn,
    level: roleLevel(role),
    name: pageName(gfn, role, pages.get(sfn, 'validGen')),
    backs: roleDirect(role) ? -1 : k.slots.mfn(gfn),
    refcount: parents + roots,
    holds: holdsWords(parents, roots),
    outOfSync: pages.get(sfn, 'unsync') !== 0,
    loadedBy: k.vcpus
      .filter((v) => v.get('root') === sfn || [0, 1, 2, 3].some((i) => v.pae(i) === sfn))
      .map((v) => v.index),
    fresh,
    format: 'kvm',
    says: sayMmio,
    hollow: nothing,
  };
}

/** parent_ptes and root_count in words. */
function holdsWords(parents: number, roots: number): string[] {
  const entries = `${parents} parent ${parents === 1 ? 'spte' : 'sptes'}`;
  if (roots === 0) return [`${entries}, no vCPU’s root`, entries];
  const count = `root count ${roots}`;
  return parents === 0 ? [count] : [`${count}, ${entries}`, count];
}

/** The four top entries that a vCPU with 32-bit addresses walks from: a page of their own, of no role. */
export function paeRoots(k: Kvm): {
  readonly shadows: readonly ShadowFacts[];
  readonly derivations: readonly DerivationModel[];
} {
  const shadows: ShadowFacts[] = [];
  const derivations: DerivationModel[] = [];
  for (const v of k.vcpus) {
    const frame = k.paeRoot(v.index);
    if (v.get('root') !== frame || k.mode(v.index).name !== 'pae') continue;
    const r = k.machine.vcpu(v.index);
    const backs = k.slots.mfn(frameOf(0, r.get('cr3Lo')));
    shadows.push({
      frame,
      level: 3,
      name: 'PDPTEs',
      entries: 4,
      backs,
      loadedBy: [v.index],
      fresh: false,
      says: () => undefined,
      hollow: nothing,
    });
    if (backs >= 0) derivations.push({ guest: guestTable(backs), shadow: shadowTable(frame), drift: false });
  }
  return { shadows, derivations };
}

/** Pages that were zapped in this beat and whose frame nobody uses yet. */
export function zappedPages(moment: Moment, k: Kvm): ShadowFacts[] {
  const last = new Map(
    moment.events
      .filter((e) => e.kind === 'KvmPrepareZapPage' && !k.pages.owns(field(e, 'table')))
      .map((e) => [field(e, 'table'), e]),
  );
  return [...last].map(([frame, e]): ShadowFacts => {
    const role = field(e, 'role');
    return {
      frame,
      level: roleLevel(role),
      name: pageName(field(e, 'gfn'), role, field(e, 'gen')),
      backs: roleDirect(role) ? -1 : k.slots.mfn(field(e, 'gfn')),
      refcount: 0,
      holds: [`${shadowName(frame)} is zapped`],
      outOfSync: false,
      loadedBy: [],
      fresh: false,
      gone: true,
      says: () => undefined,
      hollow: nothing,
    };
  });
}

import { shadowName } from '../../../../base';
import * as c from '../../../../hypervisor/kvm/constants';
import { tableOffset } from '../../../../hypervisor/kvm/guestMemory';
import { gfnOfEntry, isMmio } from '../../../../hypervisor/kvm/link';
import { roleFourByte } from '../../../../hypervisor/kvm/role';
import { mmioAccess, mmioGfn } from '../../../../hypervisor/kvm/setSpte';
import type { Kvm } from '../../../../hypervisor/kvm/state';
import { lent, uselessGpte } from '../../../../hypervisor/kvm/syncPage';
import type { Halves } from '../../../../machine';
import { type EntityId, guestEntry, guestTable, shadowEntry, shadowTable } from '../../entity';
import type { EntryNote, PenumbraItem, PenumbraModel } from '../../model';
import { field, type Moment } from '../../read/moment';

/** An unsync shadow page: what a synchronisation would find in it. */
export interface UnsyncPage {
  readonly sfn: number;
  /** Machine frame of the guest's table. */
  readonly table: number;
  readonly present: number;
  /** Entries whose guest entry lends something else now, with the index of that entry. */
  readonly differ: readonly { readonly index: number; readonly guest: number }[];
}

/** Every unsync page, compared as sync_page would compare it; nothing is changed. */
export function unsyncPages(k: Kvm): UnsyncPage[] {
  return [...k.pages.activePages()]
    .filter((sfn) => k.pages.get(sfn, 'unsync') !== 0)
    .map((sfn) => {
      const table = k.slots.mfn(k.pages.get(sfn, 'gfn'));
      return { sfn, table, ...compared(k, sfn, table) };
    })
    .filter(({ table }) => table >= 0);
}

const gpte: Halves = { hi: 0, lo: 0 };

function compared(k: Kvm, sfn: number, table: number): Pick<UnsyncPage, 'present' | 'differ'> {
  const fourByte = roleFourByte(k.pages.get(sfn, 'role'));
  const v = k.vcpus.findIndex((vcpu) => roleFourByte(vcpu.get('rootRole')) === fourByte);
  const differ: { index: number; guest: number }[] = [];
  let present = 0;
  if (v < 0 || table < 0) return { present, differ };
  for (let index = 0; index < c.ENTRIES; index++) {
    const [hi, lo] = [k.hi(sfn, index), k.lo(sfn, index)];
    if (lo === 0 && hi === 0) continue;
    present++;
    const word = tableOffset(k, sfn, index) >>> 2;
    gpte.lo = k.memory.read32(table, word);
    gpte.hi = fourByte ? 0 : k.memory.read32(table, word + 1);
    if (!same(k, v, sfn, index, hi, lo)) differ.push({ index, guest: fourByte ? word : word >>> 1 });
  }
  return { present, differ };
}

/** Whether the guest's entry still lends what the spte was made from: its frame, and the same rights. */
function same(k: Kvm, v: number, sfn: number, index: number, hi: number, lo: number): boolean {
  if (uselessGpte(k, v, gpte.hi, gpte.lo)) return false;
  const { gfn, access } = lent(k, v, sfn, gpte);
  if (isMmio(hi, lo))
    return gfn === mmioGfn(hi, lo) && (access & (c.ACC_WRITE | c.ACC_USER)) === mmioAccess(lo);
  return gfn === gfnOfEntry(k, sfn, index) && access === k.pages.shadowedAccess(sfn, index);
}

/** One mark between a table and each of its unsync shadow pages. KVM keeps no copy: only what the spte was made from. */
export function unsyncItems(moment: Moment, k: Kvm, pages: readonly UnsyncPage[]): PenumbraItem[] {
  const now = new Set(moment.events.filter((e) => e.kind === 'KvmUnsyncPage').map((e) => field(e, 'table')));
  return pages.map(({ sfn, table, present, differ }, order) => ({
    id: `unsync ${shadowTable(sfn)}`,
    guest: guestTable(table),
    shadow: shadowTable(sfn),
    column: 'L1',
    name: 'unsync',
    place: shadowName(sfn),
    owner: `page ${k.key(sfn)}`,
    order,
    rows: [],
    differs: differ.length,
    present,
    says: saysOf(present, differ.length),
    state: now.has(sfn) ? 'changed' : 'idle',
  }));
}

const saysOf = (present: number, differs: number): string =>
  present === 0
    ? 'holds nothing'
    : differs === 0
      ? `${present} held, equal`
      : `${differs} of ${present} stale`;

/** Marks on both entries of every pair that differs; on the entries above that lead to unsync pages. */
export function unsyncNotes(k: Kvm, pages: readonly UnsyncPage[]): Map<EntityId, EntryNote> {
  const notes = new Map<EntityId, EntryNote>();
  for (const { sfn, table, differ } of pages)
    for (const { index, guest } of differ) {
      notes.set(guestEntry(table, guest), { stale: true });
      notes.set(shadowEntry(sfn, index), { stale: true });
    }
  for (const sfn of k.pages.activePages())
    for (const index of k.pages.childBits(sfn)) notes.set(shadowEntry(sfn, index), { below: true });
  return notes;
}

export function penumbraWords(items: readonly PenumbraItem[]): PenumbraModel {
  const sub = 'pages the guest may write unseen: their shadow may be stale, as a TLB may be';
  if (items.length === 0) return { sub, headline: [], detail: [] };
  const present = items.reduce((sum, item) => sum + item.present, 0);
  const differs = items.reduce((sum, item) => sum + item.differs, 0);
  const pages = `${items.length} unsync ${items.length === 1 ? 'page' : 'pages'}`;
  return {
    sub,
    headline: [`${pages}, ${differs} of ${present} stale`, `${differs} of ${present} stale`],
    detail: [
      `MOV CR3 will compare all ${present}: no copy is kept`,
      `a sync compares all ${present}`,
      `${present} to compare`,
    ],
  };
}

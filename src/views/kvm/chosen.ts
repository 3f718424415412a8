import { frameName, hex } from '../../base';
import type { Run } from '../../engine';
import { guestTable, ownerOf, parseEntity, shadowEntry, shadowTable } from '../../hypervisor/entity';
import * as c from '../../hypervisor/kvm/constants';
import { gfnOfEntry } from '../../hypervisor/kvm/link';
import { pointerIndex, pointerTable, WRITE_PROTECT } from '../../hypervisor/kvm/pteList';
import { accessText, roleDirect } from '../../hypervisor/kvm/role';
import { HOST_GONE, HOST_ZERO } from '../../hypervisor/kvm/slots';
import type { Kvm } from '../../hypervisor/kvm/state';
import type { Fact } from '../facts';
import { kvmAt } from './kvmAt';
import { roleFacts } from './roleView';
import { type SpteView, spteBits } from './spteBits';

/** What KVM's books say about what is in focus: a part of the stage, and for an entry its bits. */
export interface ChosenKvm {
  /** `s305`, `0x103`. */
  readonly frame: string;
  /** `shadow page 103/l1/wux`, `guest frame`. */
  readonly kind: string;
  /** Of a focused spte. */
  readonly spte?: SpteView & {
    readonly name: string;
    readonly value: string;
    readonly facts: readonly Fact[];
  };
  readonly parts: readonly {
    readonly title: string;
    readonly says?: string;
    readonly facts: readonly Fact[];
  }[];
}

/** At a cursor; undefined where KVM keeps nothing about it. */
export function chosenKvm(run: Run, cursor: number, entity: string | undefined): ChosenKvm | undefined {
  const owner = entity === undefined ? undefined : ownerOf(entity);
  // A mark of the penumbra stands for its shadow page.
  const named = owner === undefined ? undefined : parseEntity(owner.replace(/^unsync /, ''));
  const index = entity === undefined ? -1 : (parseEntity(entity)?.index ?? -1);
  if (named === undefined) return undefined;
  return kvmAt(run, cursor, (k) => {
    const { frame } = named;
    if (k.pages.owns(frame)) return shadowPage(k, frame, named.kind === 'shadow' ? index : -1);
    const rootOf = k.vcpus.find((v) => k.paeRoot(v.index) === frame);
    if (rootOf !== undefined) return paeRoot(k, frame, rootOf.index);
    // A place of a reverse map is named by the guest frame itself.
    const gfn = named.kind === 'fixup' ? frame : (k.slots.gfnsOfFrame(frame)[0] ?? -1);
    return gfn < 0 ? undefined : guestFrame(k, gfn);
  });
}

const spteName = (k: Kvm, sfn: number, index: number): string => `${k.name(sfn)}[${hex(index, 3)}]`;

/** Sptes of a list, with how its head word keeps them: rmap and parent_ptes have the same form (sheet 1.5). */
function listOf(k: Kvm, head: number, name: string): Fact[] {
  return k.lists.all(head).map((pointer) => {
    const [sfn, index] = [pointerTable(pointer), pointerIndex(pointer)];
    const writable = (k.lo(sfn, index) & c.SPTE_W) !== 0;
    return {
      name: name === 'spte' ? `spte, ${writable ? 'writable' : 'read-only'}` : name,
      value: spteName(k, sfn, index),
      entity: shadowEntry(sfn, index),
    };
  });
}

/** The head word: empty, the only pointer, or a descriptor with bit 0 set. */
function encoding(k: Kvm, head: number): string {
  if (head === 0) return 'Head 0: no spte.';
  if ((head & 1) === 0) return 'Bit 0 clear: the head word is the pointer to the only spte.';
  const n = k.lists.all(head).length;
  return `Bit 0 set: the head points at a descriptor (14 pointers each), which holds ${n}. A list that has been long keeps this form.`;
}

function shadowPage(k: Kvm, sfn: number, index: number): ChosenKvm {
  const { pages } = k;
  const role = pages.get(sfn, 'role');
  const gfn = pages.get(sfn, 'gfn');
  const direct = roleDirect(role);
  const parents = pages.get(sfn, 'parents');
  const order = [...pages.activePages()];
  const behind = direct ? -1 : k.slots.mfn(gfn);
  return {
    frame: k.name(sfn),
    kind: `shadow page ${k.key(sfn)}`,
    ...(index < 0 ? {} : { spte: spte(k, sfn, index) }),
    parts: [
      {
        title: 'Page',
        facts: [
          {
            name: direct ? 'first frame' : 'shadows',
            value: frameName(gfn),
            ...(behind < 0 ? {} : { entity: guestTable(behind) }),
            tip: direct ? 'It maps frames in a row from here.' : 'The guest table whose shadow this is.',
          },
          {
            name: 'unsync',
            value: pages.get(sfn, 'unsync') === 0 ? 'no' : 'yes: the guest may have changed the table',
            tip: 'Only level-1 pages may be unsync. It ends at MOV CR3 or another flush of everything.',
          },
          ...(pages.level(sfn) === 1
            ? []
            : [
                {
                  name: 'unsync children',
                  value: String(pages.get(sfn, 'unsyncChildren')),
                  tip: 'How many of its entries lead to unsync pages: a synchronisation follows these only.',
                },
                {
                  name: 'write flooding',
                  value: `${pages.get(sfn, 'writeFlooding')} of ${c.FLOODING_LIMIT}`,
                  tip: 'Emulated stores to the table since the page was used last. The third zaps it.',
                },
              ]),
          {
            name: 'root count',
            value: String(pages.get(sfn, 'rootCount')),
            tip: 'How many roots of vCPUs, current and cached, it is. A root is never freed, only made invalid.',
          },
          {
            name: 'generation',
            value: String(pages.get(sfn, 'validGen')),
            tip: 'Zapping everything turns the generation of the VM: pages of the other one are obsolete.',
          },
          {
            name: 'place in the list',
            value: order.includes(sfn)
              ? `${order.indexOf(sfn) + 1} of ${order.length}, oldest first`
              : 'not in it: zapped',
            tip: 'active_mmu_pages is a FIFO: when room is short the oldest go first, whatever is in use.',
          },
        ],
      },
      { title: 'Role', facts: roleFacts(role) },
      { title: 'Parents', says: encoding(k, parents), facts: listOf(k, parents, 'parent') },
    ],
  };
}

function spte(k: Kvm, sfn: number, index: number): ChosenKvm['spte'] {
  const [hi, lo] = [k.hi(sfn, index), k.lo(sfn, index)];
  const level = k.pages.level(sfn);
  const view = spteBits(level, hi, lo);
  const gfn = view.kind === 'leaf' ? gfnOfEntry(k, sfn, index) : -1;
  const mfn = gfn < 0 ? -1 : k.slots.mfn(gfn);
  const direct = roleDirect(k.pages.get(sfn, 'role'));
  const facts: Fact[] = [];
  if (gfn >= 0)
    facts.push({
      name: 'maps guest frame',
      value: frameName(gfn),
      ...(mfn < 0 ? {} : { entity: `frame ${frameName(mfn)}` }),
      tip: direct
        ? 'Computed from the page’s first frame and the index.'
        : 'shadowed_translation: which frame the spte was made for.',
    });
  if (gfn >= 0 && !direct)
    facts.push({
      name: 'guest’s rights',
      value: accessText(k.pages.shadowedAccess(sfn, index)),
      tip: 'Rights of the guest’s whole path when the spte was made; without w while the guest’s entry is clean.',
    });
  return { ...view, name: spteName(k, sfn, index), value: valueText(hi, lo), facts };
}

const valueText = (hi: number, lo: number): string => `0x${hex(hi >>> 0, 8)}_${hex(lo >>> 0, 8)}`;

const HOST_WORDS: Readonly<Record<number, string>> = {
  [HOST_GONE]: 'given up: the next touch brings zeros',
  [HOST_ZERO]: 'the shared zero page, read-only',
};

function guestFrame(k: Kvm, gfn: number): ChosenKvm {
  const slot = k.slots.of(gfn);
  const mfn = k.slots.mfn(gfn);
  const head = k.slots.rmap(gfn, 1);
  const pages = k.pages.ofGfn(gfn).filter((sfn) => !roleDirect(k.pages.get(sfn, 'role')));
  return {
    frame: frameName(gfn),
    kind: pages.length === 0 ? 'guest frame' : 'guest frame, a page table',
    parts: [
      {
        title: 'Frame',
        facts: [
          { name: 'memory slot', value: slot < 0 ? 'none: a device' : slotWords(k, slot) },
          {
            name: 'host page',
            value: mfn < 0 ? 'none' : (HOST_WORDS[k.slots.hostState(mfn)] ?? frameName(mfn)),
          },
          ...(k.slots.logsDirty(slot)
            ? [{ name: 'dirty log', value: k.slots.dirty(gfn) ? 'written' : 'not written' }]
            : []),
          {
            name: 'write-tracked',
            value: k.slots.tracked(gfn) ? `${k.slots.trackCount(gfn)}×: stores are emulated` : 'no',
            tip: 'How many shadow pages of level 2 or more it has. Such a table is never unsync: every store to it is emulated.',
          },
        ],
      },
      ...(pages.length === 0
        ? []
        : [
            {
              title: 'Shadow pages',
              facts: pages.map((sfn) => ({
                name: k.key(sfn).slice(k.key(sfn).indexOf('/') + 1),
                value: k.name(sfn),
                entity: shadowTable(sfn),
              })),
            },
          ]),
      {
        title: 'Reverse map',
        says: `${encoding(k, head)}${flagWords(k, gfn)}`,
        facts: listOf(k, head, 'spte'),
      },
    ],
  };
}

/** The mark that the proposal of 2012 keeps beside the bit for many. */
const flagWords = (k: Kvm, gfn: number): string =>
  (k.slots.rmapWord(gfn) & WRITE_PROTECT) === 0 ? '' : ' Bit 1 set: WRITE_PROTECT, no fast path may open it.';

const slotWords = (k: Kvm, slot: number): string =>
  `${slot}${k.slots.readOnly(slot) ? ', read-only' : ''}${k.slots.logsDirty(slot) ? ', logged' : ''}`;

function paeRoot(k: Kvm, frame: number, v: number): ChosenKvm {
  return {
    frame: `s${hex(frame, 3)}`,
    kind: `root of vCPU ${v}`,
    parts: [
      {
        title: 'Four level-2 roots',
        says: 'A guest with 32-bit addresses has no level-3 table to shadow: its four roots hang below a page of the vCPU’s own.',
        facts: [0, 1, 2, 3].map((i) => {
          const sfn = k.vcpu(v).pae(i);
          return {
            name: `entry ${i}`,
            value: sfn === 0 ? 'none' : `${k.name(sfn)} ${k.key(sfn)}`,
            ...(sfn === 0 ? {} : { entity: shadowTable(sfn) }),
          };
        }),
      },
    ],
  };
}

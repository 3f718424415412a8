import { address, frameName, hex } from '../../base';
import type { Run } from '../../engine';
import { guestTable, shadowTable } from '../../hypervisor/entity';
import { FIXUP_BUCKET_ENTRIES, FIXUP_BUCKETS, FIXUP_TABLE_ENTRIES } from '../../hypervisor/xen/fixupStore';
import type { Xen } from '../../hypervisor/xen/state';
import type { VcpuState } from '../../hypervisor/xen/vcpuState';
import { VTLB_ENTRIES } from '../../hypervisor/xen/vtlb';
import type { Fact } from '../facts';
import { SLOTS } from './references';
import { xenAt } from './xenAt';

/** One line of a vCPU's virtual TLB: where its emulator has translated an address lately. */
export interface VtlbLine {
  readonly slot: number;
  readonly page: string;
  readonly gfn: string;
  readonly entity: string;
  /** `W U`: access bits of the error code it was translated for. */
  readonly access: string;
}

/** What Xen keeps for each vCPU (sheet 1.9), the out-of-sync table apart. */
export interface VcpuView {
  readonly vcpu: number;
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly vtlb: readonly VtlbLine[];
  readonly vtlbSlots: number;
}

/** Every vCPU's own state at a cursor; undefined for designs that keep none of it. */
export function vcpusAt(run: Run, cursor: number): readonly VcpuView[] | undefined {
  return xenAt(run, cursor, (x) =>
    x.vcpus.map((v) => ({
      vcpu: v.index,
      name: run.world.actors[v.index]?.name ?? `vCPU ${v.index}`,
      facts: [...tops(x, v), ...hints(x, v), ...walk(x, v), ...fixups(x, v)],
      vtlb: vtlbOf(x, v.index),
      vtlbSlots: VTLB_ENTRIES,
    })),
  );
}

function tops(x: Xen, v: VcpuState): Fact[] {
  const out: Fact[] = [
    v.guestTop < 0
      ? { name: 'guest CR3', value: 'none yet' }
      : { name: 'guest CR3', value: frameName(v.guestTop), entity: guestTable(v.guestTop) },
  ];
  SLOTS.forEach((slot, i) => {
    const smfn = v.get(slot);
    if (smfn !== 0) out.push({ name: `shadow_table[${i}]`, value: x.name(smfn), entity: shadowTable(smfn) });
  });
  return out;
}

function hints(x: Xen, v: VcpuState): Fact[] {
  const last = v.get('lastWriteablePteSmfn') - 1;
  const fast = v.get('lastWriteEmulOk') !== 0;
  const mfn = v.get('lastEmulatedMfn') - 1;
  const zeroed = v.get('lastEmulatedMfnForUnshadow') - 1;
  const page = address(v.get('lastEmulatedFrameHi'), v.get('lastEmulatedFrameLo'), 9);
  return [
    {
      name: 'last writable',
      value: last < 0 ? 'none' : x.name(last),
      ...(last < 0 ? {} : { entity: shadowTable(last) }),
      tip: 'last_writeable_pte_smfn: the L1 shadow in which the last full search found a writable mapping. The next search begins there.',
    },
    {
      name: 'fast emulation',
      value: fast ? `${frameName(mfn)} at page ${page}` : 'off',
      ...(fast ? { entity: guestTable(mfn) } : {}),
      tip: 'last_write_emul_ok: the next write to that page goes to the emulator at once, without a walk and without the lock.',
    },
    {
      name: 'zeroed last',
      value: zeroed < 0 ? 'none' : frameName(zeroed),
      ...(zeroed < 0 ? {} : { entity: guestTable(zeroed) }),
      tip: 'last_emulated_mfn_for_unshadow: an entry of that table was just set to zero. A second zero in a row unshadows it early.',
    },
  ];
}

function walk(x: Xen, v: VcpuState): Fact[] {
  if (v.gw.cells.get('valid') === 0) return [];
  const now = x.domain.get('version');
  const moved = v.gw.version !== now;
  return [
    {
      name: 'walk record',
      value: `version ${v.gw.version}${moved ? `, now ${now}` : ''}`,
      ...(moved ? { odd: true } : {}),
      tip: moved
        ? 'The version has moved since the walk began: its entries must be compared with memory before they are believed.'
        : 'gtable_dirty_version when the walk began. As long as it has not moved, the walk is believed.',
    },
  ];
}

function fixups(x: Xen, v: VcpuState): Fact[] {
  if (x.era.fixups !== 'table') return [];
  const table = x.fixupTables[v.index];
  if (table === undefined) return [];
  const buckets = new Map<number, number>();
  let used = 0;
  for (let i = 0; table.used && i < FIXUP_TABLE_ENTRIES; i++) {
    const gmfn = table.gmfn(i);
    if (gmfn < 0) continue;
    used++;
    const bucket = gmfn % FIXUP_BUCKETS;
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  const where = [...buckets].map(([bucket, n]) => `${n} in bucket ${bucket}`).join(', ');
  return [
    {
      name: 'fixup table',
      value: used === 0 ? 'empty' : where,
      tip: `${FIXUP_BUCKETS} buckets of ${FIXUP_BUCKET_ENTRIES} places, by frame modulo ${FIXUP_BUCKETS}. A slip in the index puts bucket b at place 13·b instead of 26·b: neighbours overlap, and nearly half of the table is never used. Entries are matched by frame, so it only costs room.`,
    },
  ];
}

/** W, U and I of a page-fault error code. */
const ACCESS: readonly (readonly [bit: number, name: string])[] = [
  [2, 'W'],
  [4, 'U'],
  [16, 'X'],
];

function vtlbOf(x: Xen, v: number): VtlbLine[] {
  const out: VtlbLine[] = [];
  for (let slot = 0; slot < VTLB_ENTRIES; slot++) {
    const held = x.vtlbs[v]?.slot(slot);
    if (held === undefined) continue;
    const mfn = x.p2m.mfn(held.gfn);
    out.push({
      slot,
      page: address(held.vaHi, held.vaLo),
      gfn: `0x${hex(held.gfn, 3)}`,
      entity: x.isPageTable(mfn) ? guestTable(mfn) : `frame ${frameName(mfn)}`,
      access: ACCESS.filter(([bit]) => (held.error & bit) !== 0)
        .map(([, name]) => name)
        .join(' '),
    });
  }
  return out;
}

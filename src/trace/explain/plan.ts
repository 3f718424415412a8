import type { KvmCase } from '../../oracle/kvm';
import { MARKER } from '../events';
import type { TraceHistory } from '../follow';
import { geometryOf } from '../geometry';
import { kindNamed, offsetOf } from '../kinds';
import { byExits } from './byExits';
import { byMarkers } from './byMarkers';
import { Course, hexNumber, type Segment } from './course';
import { Knowledge } from './knowledge';
import { markedOp } from './markers';

/** A trace as something that can be replayed. */
export interface Plan {
  readonly start: KvmCase;
  readonly segments: readonly Segment[];
  /** Where the trace stops to carry enough, and why. */
  readonly stopped: { readonly event: number; readonly why: string } | undefined;
  /** What had to be assumed. */
  readonly assumed: readonly string[];
}

const SET_SPTE = kindNamed('kvm_mmu_set_spte').id;
const REQUESTED = kindNamed('kvm_mmu_spte_requested').id;
const MARK_MMIO = kindNamed('mark_mmio_spte').id;
const M_GFN = offsetOf('mark_mmio_spte', 'gfn');
const S_GFN = offsetOf('kvm_mmu_set_spte', 'gfn');
const R_GFN = offsetOf('kvm_mmu_spte_requested', 'gfn');
const R_PFN = offsetOf('kvm_mmu_spte_requested', 'pfn');

/** More frames than this are no guest that a page can simulate. */
const MOST_FRAMES = 4 * 1024 * 1024;

/** Why a trace cannot be replayed at all, or a plan. */
export function planOf(h: TraceHistory): Plan | string {
  const top = firstTop(h);
  if (top === undefined)
    return 'No walk of the guest’s tables is in this trace: there is nothing to replay. Switch on the kvmmmu events, and run the guest with shadow paging.';
  if (top > 4) return 'The guest has five levels of page tables; the simulator has four at most.';
  const frames = framesOf(h);
  if (frames.most > MOST_FRAMES)
    return `The guest’s highest frame is ${hexNumber(frames.most)}: a guest of that size is not simulated.`;
  const first = top === 3 ? firstCr3(h) : undefined;
  const course = new Course(h, new Knowledge(geometryOf(top)), first ?? frames.most + 1);
  const marked = hasMarkers(h);
  if (marked) byMarkers(course);
  else byExits(course);
  return {
    start: startOf(course, frames),
    segments: course.segments,
    stopped: course.stopped,
    assumed: [
      'CR0.WP is set, and CR4 has no SMEP, SMAP or PGE: no line prints them.',
      'Memory is one slot for all frames below the highest one that is mapped, without those of devices; no dirty log.',
      'Page-table entries that KVM never read are not present.',
      ...(marked
        ? []
        : [
            'The guest’s stores to tables that are unsync leave no line: each is taken to have happened as late as what follows allows.',
          ]),
    ],
  };
}

function firstTop({ events }: TraceHistory): number | undefined {
  const element = kindNamed('kvm_mmu_paging_element').id;
  const walk = kindNamed('kvm_mmu_pagetable_walk').id;
  for (let e = 0; e + 1 < events.length; e++)
    if (events.kind(e).id === walk && events.kind(e + 1).id === element)
      return events.word(e + 1, offsetOf('kvm_mmu_paging_element', 'level'));
  return undefined;
}

function hasMarkers({ events }: TraceHistory): boolean {
  for (let e = 0; e < events.length; e++)
    if (events.kind(e).id === MARKER && markedOp(events.markerText(e)) !== undefined) return true;
  return false;
}

/**
 * Where the top table of a PAE guest lies: of all that markers load into CR3, the first for which KVM makes no new root, since it has had it before.
 */
function firstCr3({ events }: TraceHistory): number | undefined {
  let loading: number | undefined;
  for (let e = 0; e < events.length; e++) {
    const kind = events.kind(e);
    if (kind.id === MARKER) {
      const op = markedOp(events.markerText(e));
      if (op === undefined) continue;
      if (loading !== undefined) return loading;
      loading =
        op.kind === 'mov_cr3' && op.value !== undefined ? Math.floor(Number(op.value) / 4096) : undefined;
    } else if (kind.name === 'kvm_mmu_get_page' && events.payload(e).endsWith(' new')) loading = undefined;
  }
  return loading;
}

interface Frames {
  readonly most: number;
  readonly devices: ReadonlySet<number>;
}

/** The guest’s highest frame, and which of its frames are devices’. */
function framesOf({ events, tables }: TraceHistory): Frames {
  let most = 0;
  for (const { gfn } of tables.all) most = Math.max(most, gfn ?? 0);
  const devices = new Set<number>();
  for (let e = 0; e < events.length; e++) {
    const { id } = events.kind(e);
    if (id === MARK_MMIO) devices.add(events.wide(e, M_GFN));
    else if (id === SET_SPTE) most = Math.max(most, events.wide(e, S_GFN));
    else if (id === REQUESTED) {
      const gfn = events.wide(e, R_GFN);
      // A device's page has no frame of the host.
      if (events.word(e, R_PFN) < 0) devices.add(gfn);
      else if (!devices.has(gfn)) most = Math.max(most, gfn);
    }
  }
  return { most, devices };
}

/** The guest before its first operation, as a recorded case of the oracle is given. */
function startOf({ h, known, tops, segments }: Course, frames: Frames): KvmCase {
  const vcpus = Math.max(1, ...h.events.lanes.map(({ vcpu }) => vcpu + 1));
  const { top } = known.g;
  const mode = top === 4 ? '64' : top === 3 ? 'pae' : '32';
  const first = tops.find((gfn) => gfn !== undefined) ?? frames.most + 1;
  return {
    name: 'a trace',
    mode,
    maxphyaddr: 40,
    vcpus: Array.from({ length: vcpus }, (_, v) => ({
      cr0: '0x80010033',
      cr3: hexNumber((tops[v] ?? first) * 4096),
      cr4: mode === '32' ? '0x10' : '0x20',
      efer: mode === '64' ? '0xd00' : mode === 'pae' ? '0x800' : '0x0',
      cpl: 0,
    })),
    memslots: slotsOf(frames),
    tables: known.tables(),
    ops: segments.flatMap((segment) => segment.entries),
    final: {},
  };
}

/** One slot, cut where a device lies. */
function slotsOf({ most, devices }: Frames): KvmCase['memslots'] {
  const end = most + 2;
  const holes = [...devices].filter((gfn) => gfn < end).sort((a, b) => a - b);
  const out: KvmCase['memslots'][number][] = [];
  let from = 0;
  for (const hole of [...holes, end]) {
    if (hole > from)
      out.push({
        slot: out.length,
        gpa: hexNumber(from * 4096),
        size: hexNumber((hole - from) * 4096),
        ram: hexNumber(from * 4096),
        flags: [],
      });
    from = hole + 1;
  }
  return out;
}

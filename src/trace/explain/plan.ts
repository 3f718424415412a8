import type { KvmCase } from '../../oracle/kvm';
import type { Access, Group, KvmEntry, KvmOp } from '../../oracle/kvm/format';
import { ENTRY, EXIT } from '../brackets';
import { MARKER, NO_LANE } from '../events';
import { LANE, type TraceHistory } from '../follow';
import { geometryOf, guestIndex, shadowIndex } from '../geometry';
import { kindNamed, offsetOf } from '../kinds';
import { PAGE, roleDirect, roleFourByte, roleLevel, roleQuadrant } from '../pageText';
import { followWalk, type Walk } from '../walks';
import { tracedText } from './asRecorded';
import { Knowledge, type Store } from './knowledge';
import { isResult, type MarkedOp, markedOp, missingOperand } from './markers';

/** One operation of the guest, its events in the trace, and what must be stored before it so that KVM reads what it read. */
export interface Segment {
  readonly title: string;
  readonly from: number;
  /** Just behind its last event. */
  readonly to: number;
  /** Its events that a simulation has too. */
  readonly events: readonly number[];
  /** Stores that nobody saw, then the operation. */
  readonly entries: KvmEntry[];
}

/** A trace as something that can be replayed. */
export interface Plan {
  readonly start: KvmCase;
  readonly segments: readonly Segment[];
  /** Where the trace stops to carry enough, and why. */
  readonly stopped: { readonly event: number; readonly why: string } | undefined;
  /** What had to be assumed. */
  readonly assumed: readonly string[];
}

const PAGE_FAULT = kindNamed('kvm_page_fault').id;
const INJECT = kindNamed('kvm_inj_exception').id;
const EMULATE = kindNamed('kvm_emulate_insn').id;
const SET_SPTE = kindNamed('kvm_mmu_set_spte').id;
const SET_A = kindNamed('kvm_mmu_set_accessed_bit').id;
const SET_D = kindNamed('kvm_mmu_set_dirty_bit').id;
const SYNC = kindNamed('kvm_mmu_sync_page').id;
const SP_GFN = offsetOf('kvm_mmu_sync_page', 'sp') + PAGE.gfnHi;
const ZAP = kindNamed('kvm_mmu_prepare_zap_page').id;
const REQUESTED = kindNamed('kvm_mmu_spte_requested').id;
const ADDR = offsetOf('kvm_page_fault', 'addr');
const ERROR = offsetOf('kvm_page_fault', 'error');
const GPA = offsetOf('kvm_mmu_set_accessed_bit', 'gpa');
const S_GFN = offsetOf('kvm_mmu_set_spte', 'gfn');
const S_SPTE = offsetOf('kvm_mmu_set_spte', 'spte');
const S_AT = offsetOf('kvm_mmu_set_spte', 'at');
const R_GFN = offsetOf('kvm_mmu_spte_requested', 'gfn');
const R_PFN = offsetOf('kvm_mmu_spte_requested', 'pfn');
const REASON = offsetOf('kvm_exit', 'reason');
const EXIT_RIP = offsetOf('kvm_exit', 'rip');
const ENTRY_RIP = offsetOf('kvm_entry', 'rip');

/** Exits at which KVM changes what is mapped because the guest asked for it; how a marker's operation leaves. */
const ASKED: ReadonlySet<string> = new Set([
  'write_cr3',
  'write_cr0',
  'cr0_sel_write',
  'write_cr4',
  'invlpg',
  'read_cr3',
]);
/** More frames than this are no guest that a page can simulate. */
const MOST_FRAMES = 4 * 1024 * 1024;
/** Operations that are replayed at most: what a person looks through, and a second or two of work. */
const MOST_OPS = 5_000;
const FETCH = 16;
const hexNumber = (value: number): string => `0x${value.toString(16)}`;

/** Why a trace cannot be replayed at all, or a plan. */
export function planOf(h: TraceHistory): Plan | string {
  const top = firstTop(h);
  if (top === undefined)
    return 'No walk of the guest’s tables is in this trace: there is nothing to replay. Switch on the kvmmmu events, and run the guest with shadow paging.';
  if (top === 5) return 'The guest has five levels of page tables; the simulator has four at most.';
  return new Planning(h, top).plan();
}

function firstTop({ events }: TraceHistory): number | undefined {
  const element = kindNamed('kvm_mmu_paging_element').id;
  const walk = kindNamed('kvm_mmu_pagetable_walk').id;
  for (let e = 0; e + 1 < events.length; e++)
    if (events.kind(e).id === walk && events.kind(e + 1).id === element)
      return events.word(e + 1, offsetOf('kvm_mmu_paging_element', 'level'));
  return undefined;
}

class Planning {
  private readonly known: Knowledge;
  private readonly segments: Segment[] = [];
  private readonly frames = { most: 0, devices: new Set<number>() };
  private readonly tops: (number | undefined)[] = [];
  private readonly marked: boolean;
  private stopped: Plan['stopped'];
  /** Where a top table lies that no line names: in PAE the four top entries have no frame in a trace. */
  private readonly noFrame: number;

  constructor(
    private readonly h: TraceHistory,
    private readonly top: number,
  ) {
    this.known = new Knowledge(geometryOf(top));
    const { events } = h;
    this.marked = false;
    for (let e = 0; e < events.length && !this.marked; e++)
      this.marked = events.kind(e).id === MARKER && markedOp(events.markerText(e)) !== undefined;
    this.measure();
    this.noFrame = this.frames.most + 1;
  }

  plan(): Plan | string {
    if (this.frames.most > MOST_FRAMES)
      return `The guest’s highest frame is ${hexNumber(this.frames.most)}: a guest of that size is not simulated.`;
    if (this.marked) this.byMarkers();
    else this.byExits();
    const vcpus = Math.max(1, ...this.h.events.lanes.map(({ vcpu }) => vcpu + 1));
    const mode = this.top === 4 ? '64' : this.top === 3 ? 'pae' : '32';
    const cr3 = (v: number): number =>
      (this.tops[v] ?? this.tops.find((t) => t !== undefined) ?? this.noFrame) * 4096;
    const entries = this.segments.flatMap((segment) => segment.entries);
    return {
      start: {
        name: 'a trace',
        mode,
        maxphyaddr: 40,
        vcpus: Array.from({ length: vcpus }, (_, v) => ({
          cr0: '0x80010033',
          cr3: hexNumber(cr3(v)),
          cr4: mode === '32' ? '0x10' : '0x20',
          efer: mode === '64' ? '0xd00' : '0x800',
          cpl: 0,
        })),
        memslots: this.slots(),
        tables: this.known.tables(),
        ops: entries,
        final: {},
      },
      segments: this.segments,
      stopped: this.stopped,
      assumed: [
        'CR0.WP is set, and CR4 has no SMEP, SMAP or PGE: no line prints them.',
        'Memory is one slot for all frames below the highest one that is mapped, without those of devices; no dirty log.',
        'Page-table entries that KVM never read are not present.',
        ...(this.marked
          ? []
          : [
              'The guest’s stores to tables that are unsync leave no line: each is taken to have happened as late as what follows allows.',
            ]),
      ],
    };
  }

  /** The guest's frames, and which of them are devices’. */
  private measure(): void {
    const { events, tables } = this.h;
    for (const { gfn } of tables.all) this.frames.most = Math.max(this.frames.most, gfn ?? 0);
    for (let e = 0; e < events.length; e++) {
      const { id } = events.kind(e);
      if (id === SET_SPTE) this.frames.most = Math.max(this.frames.most, events.wide(e, S_GFN));
      else if (id === REQUESTED) {
        const gfn = events.wide(e, R_GFN);
        if (events.word(e, R_PFN) < 0) this.frames.devices.add(gfn);
        else this.frames.most = Math.max(this.frames.most, gfn);
      }
    }
  }

  /** One slot, cut where a device lies. */
  private slots(): KvmCase['memslots'] {
    const end = this.noFrame + 1;
    const holes = [...this.frames.devices].filter((gfn) => gfn < end).sort((a, b) => a - b);
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

  private stop(event: number, why: string): void {
    this.stopped ??= { event, why };
  }

  // ---- with markers: each tells what the guest is about to do

  private byMarkers(): void {
    const { events } = this.h;
    let op: { readonly op: MarkedOp; readonly from: number } | undefined;
    for (let e = 0; e < events.length && this.stopped === undefined; e++) {
      const isMarker = events.kind(e).id === MARKER;
      const text = isMarker ? events.markerText(e) : '';
      const next = isMarker ? markedOp(text) : undefined;
      if (op !== undefined && (next !== undefined || (isMarker && isResult(text)))) {
        this.markedSegment(op.op, op.from, e);
        op = undefined;
      }
      if (next !== undefined) op = { op: next, from: e };
      else if (op === undefined && tracedText(events, e) !== undefined) {
        // At the end the VMM closes its guest: everything is zapped.
        if (!this.onlyZaps(e))
          this.stop(e, 'something happens outside every operation: the host did it, and no marker says what');
        return;
      }
    }
    if (op !== undefined) this.stop(op.from, 'the trace ends within this operation');
  }

  private onlyZaps(from: number): boolean {
    const { events } = this.h;
    for (let e = from; e < events.length; e++)
      if (tracedText(events, e) !== undefined && events.kind(e).id !== ZAP) return false;
    return true;
  }

  private markedSegment(op: MarkedOp, from: number, to: number): void {
    const missing = missingOperand(op);
    if (missing !== undefined) {
      this.stop(from, `operation ${op.nth} cannot be replayed: ${missing}`);
      return;
    }
    const pokes = this.learn(from, to);
    const { groups, injected } = this.groupsOf(op, from, to);
    const size = this.known.g.entryBytes;
    const guest: KvmOp = {
      op: this.segments.length,
      vcpu: op.vcpu,
      cpl: op.cpl,
      kind: op.kind,
      ...(op.va === undefined ? {} : { va: op.va, size }),
      ...(op.value === undefined ? {} : { value: op.value }),
      groups,
      result: { ok: !injected },
    };
    if (op.kind === 'write' && !injected) this.stored(op, size);
    this.add(`operation ${op.nth}: ${op.kind} ${op.va ?? op.value ?? ''}`.trim(), from, to, pokes, guest);
  }

  /** What the guest stores is known from then on, where it stores into a table that is known. */
  private stored({ vcpu, va, value }: MarkedOp, size: number): void {
    const top = this.topNow[vcpu];
    if (top === undefined || va === undefined || value === undefined) return;
    const gpa = this.known.translate(top, Number(BigInt.asUintN(48, BigInt(va))));
    if (gpa === undefined || gpa % size !== 0) return;
    const bits = BigInt(value);
    const hi = Number(bits >> 32n) | 0;
    const lo = Number(bits & 0xffff_ffffn) | 0;
    this.known.store(Math.floor(gpa / 4096), (gpa % 4096) / size, hi, lo);
  }

  private groupsOf(op: MarkedOp, from: number, to: number): { groups: Group[]; injected: boolean } {
    const { events } = this.h;
    const { cpl } = op;
    let entryRip: number | undefined;
    let ripNow = 0;
    let reason: string | undefined;
    let injectedAt = -1;
    const later: Group[] = [];
    const delivered: Access[] = [];
    let end = 0;
    for (let e = from; e < to; e++) {
      const { id } = events.kind(e);
      if (id === ENTRY) entryRip ??= events.wide(e, ENTRY_RIP);
      else if (id === EXIT) {
        ripNow = events.wide(e, EXIT_RIP);
        const name = events.names.text(events.word(e, REASON));
        if (ASKED.has(name)) reason ??= name;
        end = ripNow;
      } else if (id === INJECT && injectedAt < 0) injectedAt = e;
      else if (id === PAGE_FAULT && injectedAt >= 0) {
        // The processor faults again while it delivers the fault, or its handler does.
        const access = accessOf(events.wide(e, ADDR), events.word(e, ERROR + 1));
        if (ripNow === entryRip) delivered.push(access);
        else later.push({ cpl: 0, a: [access] });
      }
    }
    const rip = hexNumber(entryRip ?? 0);
    const fetch: Access = ['f', rip, op.kind === 'nop' ? 1 : 3];
    const data: Access[] =
      op.kind === 'read' || op.kind === 'write'
        ? [[op.kind === 'read' ? 'r' : 'w', op.va ?? '0x0', this.known.g.entryBytes]]
        : [];
    const injected = injectedAt >= 0;
    const own: Group = {
      cpl,
      a: [fetch, ...data],
      ...(injected ? { faults: true } : {}),
      ...(reason === undefined ? {} : { exit: reason }),
    };
    const handler: Group[] = injected ? [{ cpl: 0, deliver: 14, a: delivered }, ...later] : [];
    const out: Group = { cpl: injected ? 0 : cpl, a: [['f', hexNumber(end), 2]], exit: 'io' };
    return { groups: [own, ...handler, out], injected };
  }

  // ---- without markers: each exit is something of its own

  private byExits(): void {
    const { events } = this.h;
    const entered = new Set<number>();
    const open = new Map<number, number>();
    const ends: { lane: number; from: number; to: number }[] = [];
    for (let e = 0; e < events.length; e++) {
      const lane = events.lane(e);
      if (lane === NO_LANE) continue;
      const { id } = events.kind(e);
      if (id === ENTRY) {
        const begun = open.get(lane);
        const from = begun ?? this.firstOf(lane);
        if (begun !== undefined || !entered.has(lane)) ends.push({ lane, from, to: e + 1 });
        entered.add(lane);
        open.delete(lane);
      } else if (id === EXIT) open.set(lane, e);
    }
    for (const { lane, from, to } of ends.sort((a, b) => a.from - b.from)) {
      if (this.stopped !== undefined) return;
      if (this.segments.length >= MOST_OPS) {
        this.stop(from, `${MOST_OPS} operations have been replayed, which is as far as this goes`);
        return;
      }
      this.exitSegment(lane, from, to);
    }
  }

  private firstOf(lane: number): number {
    const { events } = this.h;
    for (let e = 0; e < events.length; e++) if (events.lane(e) === lane) return e;
    return 0;
  }

  private exitSegment(lane: number, from: number, to: number): void {
    const { events } = this.h;
    let fault: number | undefined;
    let injected = false;
    let emulated = false;
    let reason = '';
    let rip = 0;
    for (let e = from; e < to; e++) {
      if (events.lane(e) !== lane) continue;
      const { id } = events.kind(e);
      if (id === EXIT) {
        reason = events.names.text(events.word(e, REASON));
        rip = events.wide(e, EXIT_RIP);
      } else if (id === PAGE_FAULT) fault ??= e;
      else if (id === INJECT) injected = true;
      else if (id === EMULATE) emulated = true;
    }
    const compared = this.comparable(from, to, lane);
    if (compared.length === 0 && reason !== '') return;
    const vcpu = events.lanes[lane]?.vcpu ?? 0;
    const loadsCr3 = reason === 'write_cr3';
    if (emulated && !loadsCr3) {
      this.stop(from, 'KVM emulates an instruction here whose operands the trace does not print');
      return;
    }
    if (fault === undefined && !loadsCr3 && reason !== '') {
      this.stop(
        from,
        `the exit \`${reason}\` changes the shadow, and the trace does not print enough to do it again`,
      );
      return;
    }
    const pokes = this.learn(from, to, lane);
    const code = fault === undefined ? 0 : events.word(fault, ERROR + 1);
    const groups: Group[] = [{ cpl: 0, a: [] }];
    let kind = 'nop';
    let value: string | undefined;
    if (loadsCr3) {
      const next = this.topAfter(lane, to);
      if (next === undefined) {
        this.stop(from, 'CR3 is loaded, and no later line tells with what');
        return;
      }
      kind = 'mov_cr3';
      value = hexNumber(next * 4096);
      this.topNow[vcpu] = next;
      groups[0] = { cpl: 0, a: [['f', hexNumber(rip), 3]], exit: 'write_cr3' };
    } else if (fault !== undefined) {
      const access = accessOf(events.wide(fault, ADDR), code);
      groups.push({ cpl: (code & 4) !== 0 ? 3 : 0, a: [access], ...(injected ? { faults: true } : {}) });
    }
    groups.push({ cpl: 0, a: [], exit: 'io' });
    const title =
      fault === undefined
        ? loadsCr3
          ? `mov_cr3 ${value ?? ''}`
          : 'the first entry'
        : `fault at ${hexNumber(events.wide(fault, ADDR))}`;
    const op: KvmOp = {
      op: this.segments.length,
      vcpu,
      cpl: (code & 4) !== 0 ? 3 : 0,
      kind,
      ...(value === undefined ? {} : { value }),
      groups,
      result: { ok: !injected },
    };
    this.add(title, from, to, pokes, op, compared);
  }

  /** The top table that a vCPU is next seen to use. */
  private topAfter(lane: number, event: number): number | undefined {
    const { events } = this.h;
    for (let e = event; e < events.length && e < event + 4000; e++) {
      if (events.lane(e) !== lane || events.kind(e).name !== 'kvm_mmu_paging_element') continue;
      return this.h.tables.all[(this.h.lanes.at(lane, LANE.top, e)?.lo ?? 0) - 1]?.gfn;
    }
    return undefined;
  }

  // ---- what is learned on the way

  /** The top table of each vCPU, as far as the trace has been read. */
  private readonly topNow: (number | undefined)[] = [];

  private comparable(from: number, to: number, lane?: number): number[] {
    const { events } = this.h;
    const out: number[] = [];
    for (let e = from; e < to; e++)
      if ((lane === undefined || events.lane(e) === lane) && tracedText(events, e) !== undefined) out.push(e);
    return out;
  }

  /** Takes in what KVM reads of the guest's tables in a span; gives the stores that must have gone before it. */
  private learn(from: number, to: number, lane?: number): Store[] {
    const { h, known } = this;
    const { events } = h;
    const pokes: Store[] = [];
    const walks = new Map<number, Walk | undefined>();
    for (let e = from; e < to; e++) {
      const own = events.lane(e);
      if (lane !== undefined && own !== lane) continue;
      const { id } = events.kind(e);
      const before = walks.get(own);
      const seen = before?.steps.length ?? 0;
      const walk = followWalk(events, e, id, before);
      walks.set(own, walk);
      const step = walk?.steps.at(-1);
      if (walk !== undefined && step !== undefined && walk === before && walk.steps.length > seen) {
        const gfn = step.table ?? this.topFrame(own, e);
        const store = known.read(gfn, guestIndex(known.g, step.level, walk.address), step.hi, step.lo);
        if (store !== undefined) pokes.push(store);
      } else if (id === SET_A || id === SET_D) known.mark(events.wide(e, GPA), id === SET_A ? 0x20 : 0x40);
      else if (id === SET_SPTE) this.guess(e, walk);
    }
    return pokes;
  }

  private topFrame(lane: number, event: number): number {
    const gfn = this.h.tables.all[(this.h.lanes.at(lane, LANE.top, event)?.lo ?? 0) - 1]?.gfn;
    const vcpu = this.h.events.lanes[lane]?.vcpu ?? 0;
    const frame = gfn ?? this.noFrame;
    this.tops[vcpu] ??= frame;
    this.topNow[vcpu] = frame;
    return frame;
  }

  /** An spte set in passing was made of an entry that is present and accessed. */
  private guess(event: number, walk: Walk | undefined): void {
    const { h, known } = this;
    const { events } = h;
    const id = h.placeOf(event);
    const life = id === undefined ? undefined : h.lives.all[id];
    if (life === undefined || roleDirect(life.role) || roleLevel(life.role) !== 1) return;
    const index = (events.word(event, S_AT + 1) & 0xfff) >>> 3;
    if (walk !== undefined && walk.error === undefined && shadowIndex(1, walk.address) === index) return;
    const gfn = events.wide(event, S_GFN);
    const [spteHi, spteLo] = [events.word(event, S_SPTE), events.word(event, S_SPTE + 1)];
    const isTable = h.tables.ofFrame(gfn).length > 0;
    // A writable spte is of an entry that is writable and dirty; one that is not may be of a page table, or of a page not written yet.
    const dirty = (spteLo & 2) !== 0 || isTable ? 0x40 : 0;
    const lo = (gfn << 12) | 0x23 | (spteLo & 4) | dirty | 0;
    const at = roleFourByte(life.role) ? roleQuadrant(life.role) * 512 + index : index;
    known.guess(life.gfn, at, (spteHi & 0x8000_0000) | (Math.floor(gfn / 0x10_0000) & 0xf_ffff), lo);
  }

  private add(
    title: string,
    from: number,
    to: number,
    pokes: readonly Store[],
    op: KvmOp,
    events?: readonly number[],
  ): void {
    const own = events ?? this.comparable(from, to);
    this.segments.push({ title, from, to, events: own, entries: [op] });
    for (const store of pokes) this.storeUnseen(store);
    const last = this.segments.length - 1;
    for (const event of own)
      if (this.h.events.kind(event).id === SYNC) this.synced.set(this.h.events.wide(event, SP_GFN), last);
    this.known.operation = last + 1;
  }

  /** By table: the last operation that synced it. */
  private readonly synced = new Map<number, number>();

  /**
   * A store that no line shows has happened at some time since the entry was read as it was before. If its table was synced in between, the
   * store goes before that: else the sync would not have taken the old entry's spte away, and no fault would tell of the new one.
   */
  private storeUnseen({ gfn, after, address, value }: Store): void {
    const last = this.segments.length - 1;
    const sync = this.synced.get(gfn) ?? -1;
    const segment = this.segments[sync > after ? sync : last];
    segment?.entries.unshift({ host: last, kind: 'host_write', mem: [[address, value]] });
  }
}

/** The access that an error code tells of: one byte, for how many it were is not printed. */
function accessOf(address: number, code: number): Access {
  const type = (code & FETCH) !== 0 ? 'f' : (code & 2) !== 0 ? 'w' : 'r';
  return [type, hexNumber(address), 1];
}

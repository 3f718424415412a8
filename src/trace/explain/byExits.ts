import { type Word, word } from '../../base';
import type { Group, KvmOp } from '../../oracle/kvm/format';
import { ENTRY, EXIT } from '../brackets';
import { NO_LANE } from '../events';

import { kindNamed, offsetOf } from '../kinds';
import { LANE } from '../places';
import { accessOf, type Course, hexNumber, wordText } from './course';

const PAGE_FAULT = kindNamed('kvm_page_fault').id;
const INJECT = kindNamed('kvm_inj_exception').id;
const EMULATE = kindNamed('kvm_emulate_insn').id;
const ADDR = offsetOf('kvm_page_fault', 'addr');
const ERROR = offsetOf('kvm_page_fault', 'error');
const REASON = offsetOf('kvm_exit', 'reason');
const EXIT_RIP = offsetOf('kvm_exit', 'rip');

/** Operations that are replayed at most: what a person looks through, and a second or two of work. */
const MOST_OPS = 5_000;

/** Every exit as an operation of its own, up to the first that cannot be done again. */
export function byExits(course: Course): void {
  const { events } = course.h;
  const entered = new Set<number>();
  const open = new Map<number, number>();
  const ends: { lane: number; from: number; to: number }[] = [];
  for (let e = 0; e < events.length; e++) {
    const lane = events.lane(e);
    if (lane === NO_LANE) continue;
    const { id } = events.kind(e);
    if (id === ENTRY) {
      const begun = open.get(lane);
      const from = begun ?? firstOf(course, lane);
      if (begun !== undefined || !entered.has(lane)) ends.push({ lane, from, to: e + 1 });
      entered.add(lane);
      open.delete(lane);
    } else if (id === EXIT) open.set(lane, e);
  }
  for (const { lane, from, to } of ends.sort((a, b) => a.from - b.from)) {
    if (course.stopped !== undefined) return;
    if (course.segments.length >= MOST_OPS) {
      course.stop(from, `${MOST_OPS} operations have been replayed, which is as far as this goes`);
      return;
    }
    exitSegment(course, lane, from, to);
  }
}

function firstOf({ h: { events } }: Course, lane: number): number {
  for (let e = 0; e < events.length; e++) if (events.lane(e) === lane) return e;
  return 0;
}

function exitSegment(course: Course, lane: number, from: number, to: number): void {
  const { events } = course.h;
  let fault: number | undefined;
  let injected = false;
  let emulated = false;
  let reason = '';
  let rip: Word = word(0, 0);
  for (let e = from; e < to; e++) {
    if (events.lane(e) !== lane) continue;
    const { id } = events.kind(e);
    if (id === EXIT) {
      reason = events.names.text(events.word(e, REASON));
      rip = events.word64(e, EXIT_RIP);
    } else if (id === PAGE_FAULT) fault ??= e;
    else if (id === INJECT) injected = true;
    else if (id === EMULATE) emulated = true;
  }
  const compared = course.comparable(from, to, lane);
  if (compared.length === 0 && reason !== '') return;
  const vcpu = events.lanes[lane]?.vcpu ?? 0;
  const loadsCr3 = reason === 'write_cr3';
  if (emulated && !loadsCr3) {
    course.stop(from, 'KVM emulates an instruction here whose operands the trace does not print');
    return;
  }
  if (fault === undefined && !loadsCr3 && reason !== '') {
    course.stop(
      from,
      `the exit \`${reason}\` changes the shadow, and the trace does not print enough to do it again`,
    );
    return;
  }
  const pokes = course.learn(from, to, { lane });
  const code = fault === undefined ? 0 : events.word(fault, ERROR + 1);
  const groups: Group[] = [{ cpl: 0, a: [] }];
  let kind = 'nop';
  let value: string | undefined;
  if (loadsCr3) {
    const next = topAfter(course, lane, to);
    if (next === undefined) {
      course.stop(from, 'CR3 is loaded, and no later line tells with what');
      return;
    }
    kind = 'mov_cr3';
    value = hexNumber(next * 4096);
    course.topNow[vcpu] = next;
    groups[0] = { cpl: 0, a: [['f', wordText(rip), 3]], exit: 'write_cr3' };
  } else if (fault !== undefined) {
    const access = accessOf(events.word64(fault, ADDR), code);
    groups.push({ cpl: (code & 4) !== 0 ? 3 : 0, a: [access], ...(injected ? { faults: true } : {}) });
  }
  groups.push({ cpl: 0, a: [], exit: 'io' });
  const title =
    fault === undefined
      ? loadsCr3
        ? `mov_cr3 ${value ?? ''}`
        : 'the first entry'
      : `fault at ${wordText(events.word64(fault, ADDR))}`;
  const op: KvmOp = {
    op: course.segments.length,
    vcpu,
    cpl: (code & 4) !== 0 ? 3 : 0,
    kind,
    ...(value === undefined ? {} : { value }),
    groups,
    result: { ok: !injected },
  };
  course.add(title, from, to, pokes, op, compared);
}

/** The top table that a vCPU is next seen to use. */
function topAfter({ h }: Course, lane: number, event: number): number | undefined {
  const { events } = h;
  for (let e = event; e < events.length && e < event + 4000; e++) {
    if (events.lane(e) !== lane || events.kind(e).name !== 'kvm_mmu_paging_element') continue;
    return h.tables.all[(h.lanes.at(lane, LANE.top, e)?.lo ?? 0) - 1]?.gfn;
  }
  return undefined;
}

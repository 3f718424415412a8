import { sameWord, type Word, word, wordOfBigInt } from '../../base';
import type { Access, Group, KvmOp } from '../../oracle/kvm/format';
import { ENTRY, EXIT } from '../brackets';
import { MARKER } from '../events';
import { kindNamed, offsetOf } from '../kinds';
import { tracedText } from './asRecorded';
import { accessOf, type Course, wordText } from './course';
import { isResult, type MarkedOp, markedOp, missingOperand } from './markers';

const PAGE_FAULT = kindNamed('kvm_page_fault').id;
const INJECT = kindNamed('kvm_inj_exception').id;
const ZAP = kindNamed('kvm_mmu_prepare_zap_page').id;
const ADDR = offsetOf('kvm_page_fault', 'addr');
const ERROR = offsetOf('kvm_page_fault', 'error');
const REASON = offsetOf('kvm_exit', 'reason');
/** No line has said where the guest is. */
const NOWHERE = word(0, 0);
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
/** Every operation that a marker announces, up to the first that cannot be done again. */
export function byMarkers(course: Course): void {
  const { events } = course.h;
  let op: { readonly op: MarkedOp; readonly from: number } | undefined;
  for (let e = 0; e < events.length && course.stopped === undefined; e++) {
    const isMarker = events.kind(e).id === MARKER;
    const text = isMarker ? events.markerText(e) : '';
    const next = isMarker ? markedOp(text) : undefined;
    if (op !== undefined && (next !== undefined || (isMarker && isResult(text)))) {
      markedSegment(course, op.op, op.from, e);
      op = undefined;
    }
    if (next !== undefined) op = { op: next, from: e };
    else if (op === undefined && tracedText(events, e) !== undefined) {
      // At the end the VMM closes its guest: everything is zapped.
      if (!onlyZaps(course, e))
        course.stop(e, 'something happens outside every operation: the host did it, and no marker says what');
      return;
    }
  }
  if (op !== undefined) course.stop(op.from, 'the trace ends within this operation');
}

function onlyZaps({ h: { events } }: Course, from: number): boolean {
  for (let e = from; e < events.length; e++)
    if (tracedText(events, e) !== undefined && events.kind(e).id !== ZAP) return false;
  return true;
}

function markedSegment(course: Course, op: MarkedOp, from: number, to: number): void {
  const missing = missingOperand(op);
  if (missing !== undefined) {
    course.stop(from, `operation ${op.nth} cannot be replayed: ${missing}`);
    return;
  }
  if (op.kind === 'mov_cr4') {
    course.stop(from, `operation ${op.nth} loads CR4, and what is in it before is not printed`);
    return;
  }
  const loads =
    op.kind === 'mov_cr3' && op.value !== undefined ? Math.floor(Number(op.value) / 4096) : undefined;
  const pokes = course.learn(from, to, { loads });
  if (loads !== undefined) course.load(op.vcpu, loads);
  const { groups, injected } = groupsOf(course, op, from, to);
  const size = course.known.g.entryBytes;
  const guest: KvmOp = {
    op: course.segments.length,
    vcpu: op.vcpu,
    cpl: op.cpl,
    kind: op.kind,
    ...(op.va === undefined ? {} : { va: op.va, size }),
    ...(op.value === undefined ? {} : { value: op.value }),
    groups,
    result: { ok: !injected },
  };
  if (op.kind === 'write' && !injected) stored(course, op, size);
  course.add(`operation ${op.nth}: ${op.kind} ${op.va ?? op.value ?? ''}`.trim(), from, to, pokes, guest);
}

/** What the guest stores is known from then on, where it stores into a table that is known. */
function stored(course: Course, { vcpu, va, value }: MarkedOp, size: number): void {
  const top = course.topNow[vcpu];
  if (top === undefined || va === undefined || value === undefined) return;
  const gpa = course.known.translate(top, wordOfBigInt(BigInt(va)));
  if (gpa === undefined || gpa % size !== 0) return;
  const { hi, lo } = wordOfBigInt(BigInt(value));
  course.known.store(Math.floor(gpa / 4096), (gpa % 4096) / size, hi, lo);
}

function groupsOf(
  course: Course,
  op: MarkedOp,
  from: number,
  to: number,
): { groups: Group[]; injected: boolean } {
  const { events } = course.h;
  const { cpl } = op;
  let entryRip: Word | undefined;
  let ripNow = NOWHERE;
  let reason: string | undefined;
  let injectedAt = -1;
  const later: Group[] = [];
  const delivered: Access[] = [];
  let end = NOWHERE;
  for (let e = from; e < to; e++) {
    const { id } = events.kind(e);
    if (id === ENTRY) entryRip ??= events.word64(e, ENTRY_RIP);
    else if (id === EXIT) {
      ripNow = events.word64(e, EXIT_RIP);
      const name = events.names.text(events.word(e, REASON));
      if (ASKED.has(name)) reason ??= name;
      end = ripNow;
    } else if (id === INJECT && injectedAt < 0) injectedAt = e;
    else if (id === PAGE_FAULT && injectedAt >= 0) {
      // The processor faults again while it delivers the fault, or its handler does.
      const access = accessOf(events.word64(e, ADDR), events.word(e, ERROR + 1));
      if (entryRip !== undefined && sameWord(ripNow, entryRip)) delivered.push(access);
      else later.push({ cpl: 0, a: [access] });
    }
  }
  const rip = wordText(entryRip ?? NOWHERE);
  const fetch: Access = ['f', rip, op.kind === 'nop' ? 1 : 3];
  const injected = injectedAt >= 0;
  const data = dataOf(op, course.known.g.entryBytes, injected);
  const own: Group = {
    cpl,
    a: [fetch, ...data],
    ...(injected ? { faults: true } : {}),
    ...(reason === undefined ? {} : { exit: reason }),
  };
  const handler: Group[] = injected ? [{ cpl: 0, deliver: 14, a: delivered }, ...later] : [];
  const out: Group = { cpl: injected ? 0 : cpl, a: [['f', wordText(end), 2]], exit: 'io' };
  return { groups: [own, ...handler, out], injected };
}

/** What the instruction itself reads, writes or jumps to. A jump that goes well is made where the operation ends. */
function dataOf({ kind, va = '0x0' }: MarkedOp, size: number, injected: boolean): Access[] {
  if (kind === 'read') return [['r', va, size]];
  if (kind === 'write') return [['w', va, size]];
  return kind === 'fetch' && injected ? [['f', va, 2]] : [];
}

import { defined, type Word } from '../../base';
import { kvmEnterGuest } from '../../hypervisor/kvm/enter';
import { kvmReadCr3 } from '../../hypervisor/kvm/privileged';
import type { Kvm } from '../../hypervisor/kvm/state';
import { EXCEPTION_INJECTED } from '../../hypervisor/kvm/vcpuState';
import { procedure, slots, type Thread } from '../../kernel';
import {
  beginInstruction,
  combine,
  endInstruction,
  FAULT_INJECT,
  FAULT_RETRY,
  FETCH,
  GuestPageFault,
  type Halves,
  hardwareWalk,
  instruction,
  joinParts,
  type LockedOp,
  OUTCOME_PAGE_FAULT,
  PageFault,
  PFEC_P,
  PFEC_RSVD,
  READ,
  readBytes,
  WRITE,
  writeBytes,
} from '../../machine';
import { type Access, type Group, type KvmOp, wordOf } from './format';

/** What the procedure below is given beside the store: the recorded operations, and the design's exits. Which one is under way is in the store. */
export class ReplayedOp {
  /** Set when an operation took a way that the recording does not know: then nothing further means anything. */
  astray: string | undefined;
  readonly exits: Record<string, number> = {};
  /** What was read by the instruction itself. */
  value: Word = { hi: 0, lo: 0 };
  fault: { error: number; va: Word } | undefined;

  constructor(
    readonly k: Kvm,
    /** By vCPU, in the order of its program. */
    private readonly ops: readonly (readonly KvmOp[])[],
  ) {}

  /** Forgets what the operation before it came to. */
  begin(): void {
    this.astray = undefined;
    this.value = { hi: 0, lo: 0 };
    this.fault = undefined;
    for (const name of Object.keys(this.exits)) delete this.exits[name];
  }

  op({ actor }: Thread): KvmOp {
    const nth = this.k.machine.vcpu(actor).get('op');
    return defined(this.ops[actor]?.[nth], `the recorded operation ${nth} of vCPU ${actor}`);
  }

  group(t: Thread, i: number): Group {
    return defined(this.op(t).groups[i], `the recorded group ${i}`);
  }

  exit(reason: string): void {
    this.exits[reason] = (this.exits[reason] ?? 0) + 1;
  }
}

const L = slots(
  ...(['group', 'access', 'page', 'kind'] as const),
  ...(['error', 'frame', 'rights', 'shift', 'frame0'] as const),
  ...(['verdict', 'guestError', 'guestPage'] as const),
);

const KINDS = { f: FETCH, r: READ, w: WRITE } as const;
const value: Halves = { hi: 0, lo: 0 };

const accesses = (t: Thread, x: ReplayedOp): readonly Access[] => x.group(t, t.get(L.group)).a ?? [];
const access = (t: Thread, x: ReplayedOp): Access => accesses(t, x)[t.get(L.access)] as Access;

/** Whether a group is the operation's own instruction: the first, and every element of a string instruction. */
function own(t: Thread, x: ReplayedOp): boolean {
  const i = t.get(L.group);
  const group = x.group(t, i);
  if (group.deliver !== undefined) return false;
  if (x.op(t).kind === 'rep_stos')
    return accesses(t, x).some(([type]) => type === 'w') && i <= lastStore(t, x);
  return i === 0;
}

/** The last group that stores before an exception is delivered: where a string instruction ends. */
function lastStore(t: Thread, x: ReplayedOp): number {
  const groups = x.op(t).groups;
  const delivered = groups.findIndex((g) => g.deliver !== undefined);
  return (delivered < 0 ? groups.length : delivered) - 1;
}

/** The instruction of a group, as an emulator must know it. */
function prepare(t: Thread, x: ReplayedOp): void {
  const { k } = x;
  const v = t.actor;
  const op = x.op(t);
  const r = k.machine.vcpu(v);
  const list = accesses(t, x);
  const data = list.find(([type]) => type !== 'f') ?? list[0];
  const rip = list.find(([type]) => type === 'f') ?? x.group(t, 0).a?.find(([type]) => type === 'f');
  const vcpu = k.vcpu(v);
  const at = wordOf(rip?.[1] ?? '0x0');
  vcpu.set('ripKnown', 1);
  vcpu.set('ripHi', at.hi);
  vcpu.set('ripLo', at.lo);
  r.set('resultHi', 0);
  r.set('resultLo', 0);
  vcpu.set('emulated', 0);
  vcpu.set('stringLeft', op.kind === 'rep_stos' && own(t, x) ? (op.count ?? 1) - t.get(L.group) : 0);
  if (data === undefined) return;
  const locked: LockedOp | undefined = own(t, x) && op.kind === 'cmpxchg' ? 'cmpxchg' : undefined;
  const kind = locked === undefined ? KINDS[data[0]] : WRITE;
  const stored = own(t, x) && op.value !== undefined ? wordOf(op.value) : undefined;
  const expected = op.old === undefined ? undefined : wordOf(op.old);
  beginInstruction(k.machine, v, kind, wordOf(data[1]), data[2], stored, locked, expected);
}

/** Address of the page that an access is at: the second page of one that crosses begins at its boundary. */
function pageVa(t: Thread, x: ReplayedOp): Word {
  const va = wordOf(access(t, x)[1]);
  if (t.get(L.page) === 0) return va;
  const lo = ((va.lo | 0xfff) + 1) | 0;
  return { hi: lo === 0 ? va.hi + 1 : va.hi, lo };
}

/** The data of one access: stores of the harness itself leave its stack as it is, for nobody recorded what they store. */
function touch(t: Thread, x: ReplayedOp): void {
  const { machine } = x.k;
  const v = t.actor;
  const [type, address, size] = access(t, x);
  if (type === 'f' || !own(t, x)) return;
  const va = wordOf(address);
  const offset = va.lo & 0xfff;
  const first = Math.min(size, 4096 - offset);
  const spans = [
    { frame: t.get(L.frame0), offset, bytes: first },
    { frame: t.get(L.frame), offset: 0, bytes: size - first },
  ].filter((span) => span.bytes > 0);
  const r = machine.vcpu(v);
  if (type === 'r') {
    spans.forEach((span, part) => {
      readBytes(machine.memory, span.frame, span.offset, span.bytes, value);
      joinParts(machine, v, part, value);
    });
    x.value = { hi: r.get('resultHi'), lo: r.get('resultLo') };
    return;
  }
  const ins = instruction(machine, v);
  if (ins === undefined) return;
  value.hi = ins.value.hi;
  value.lo = ins.value.lo;
  if (ins.locked !== undefined) combine(machine, v, { hi: r.get('resultHi'), lo: r.get('resultLo') }, value);
  storeSpans(machine.memory, spans, { hi: value.hi, lo: value.lo });
}

function storeSpans(
  memory: Kvm['memory'],
  spans: readonly { frame: number; offset: number; bytes: number }[],
  what: Word,
): void {
  let bits = (BigInt(what.hi >>> 0) << 32n) | BigInt(what.lo >>> 0);
  for (const { frame, offset, bytes } of spans) {
    writeBytes(
      memory,
      frame,
      offset,
      bytes,
      Number((bits >> 32n) & 0xffff_ffffn) | 0,
      Number(bits & 0xffff_ffffn) | 0,
    );
    bits >>= BigInt(8 * bytes);
  }
}

/** Elements of a string instruction that the emulator has done in one go are not made again. */
function skipEmulated(t: Thread, x: ReplayedOp): void {
  for (let left = x.k.vcpu(t.actor).get('emulated'); left > 1; left--) {
    const next = t.get(L.group) + 1;
    if (x.op(t).kind !== 'rep_stos' || next > lastStore(t, x)) return;
    if (!(x.group(t, next).a ?? []).some(([type]) => type === 'w')) return;
    t.set(L.group, next);
  }
}

function leave(t: Thread, x: ReplayedOp, reason: string): void {
  const { exits } = x.k.machine;
  const op = x.op(t);
  const va = wordOf(op.va ?? '0x0');
  const operand = wordOf(op.value ?? '0x0');
  x.exit(reason);
  switch (reason) {
    case 'write_cr3':
      t.callThen('next', exits.loadCr3, [operand.hi, operand.lo]);
      return;
    case 'cr0_sel_write':
    case 'write_cr0':
      t.callThen('next', exits.setCr0, [operand.lo]);
      return;
    case 'write_cr4':
      t.callThen('next', exits.setCr4, [operand.lo]);
      return;
    case 'invlpg':
      t.callThen('next', exits.invlpg, [va.hi, va.lo]);
      return;
    case 'read_cr3':
      t.callThen('next', kvmReadCr3, [0, 0]);
      x.value = { hi: x.k.machine.vcpu(t.actor).get('cr3Hi'), lo: x.k.machine.vcpu(t.actor).get('cr3Lo') };
      return;
    default:
      throw new Error(`the recording leaves the guest by ${reason}. Expected a reason of the format`);
  }
}

/**
 * One recorded operation: every access that its groups list, as the processor would make it against the shadow as it stands. A fault leaves for
 * KVM; if that fixed the shadow, the group begins again. Part `replay`. Argument: none; the operation is the part's.
 */
export const replayOperation = procedure<ReplayedOp>({
  name: 'oracle_kvm_operation',
  part: 'replay',
  lane: 'guest',
  about: 'Makes the accesses of a recorded operation, group by group.',
  slots: L,
  steps: [
    {
      label: 'run',
      line: 'KVM_RUN: enter the guest',
      touch: 'private',
      run: (t, x) => {
        x.begin();
        x.k.machine.vcpu(t.actor).set('cpl', x.group(t, 0).cpl);
        t.call(kvmEnterGuest, []);
      },
      say: 'The VMM lets the vCPU run.',
    },
    {
      label: 'group',
      line: 'each group: its instruction',
      touch: 'private',
      run: (t, x) => {
        const group = x.group(t, t.get(L.group));
        if (group.deliver === undefined) x.k.machine.vcpu(t.actor).set('cpl', group.cpl);
        prepare(t, x);
        t.set(L.access, 0);
        t.set(L.page, 0);
      },
      say: (t) => `Group ${t.get(L.group)} begins.`,
    },
    {
      label: 'access',
      line: '  each access: walk the shadow',
      touch: 'private',
      run: (t, x) => {
        if (t.get(L.access) >= accesses(t, x).length) {
          t.goto('end');
          return;
        }
        const [type] = access(t, x);
        const va = pageVa(t, x);
        const r = x.k.machine.vcpu(t.actor);
        // The processor's own accesses while it delivers an exception are a supervisor's; KVM sees the interrupted privilege.
        t.set(L.kind, r.get('cpl'));
        r.set('cpl', x.group(t, t.get(L.group)).cpl);
        t.call(hardwareWalk, [va.hi, va.lo, KINDS[type]], L.error);
      },
      say: 'The processor translates the address.',
    },
    {
      label: 'walked',
      line: '    fault: leave for KVM; else touch memory',
      touch: 'racy',
      run: (t, x) => {
        x.k.machine.vcpu(t.actor).set('cpl', t.get(L.kind));
        if (t.get(L.error) >= 0) {
          t.goto('fault');
          return;
        }
        const [, address, size] = access(t, x);
        const crosses = (wordOf(address).lo & 0xfff) + size > 4096;
        if (t.get(L.page) === 0) t.set(L.frame0, t.get(L.frame));
        if (crosses && t.get(L.page) === 0) {
          t.set(L.page, 1);
          t.goto('access');
          return;
        }
        touch(t, x);
        t.set(L.page, 0);
        t.set(L.access, t.get(L.access) + 1);
        t.goto('access');
      },
      say: 'The access is made, or faults.',
    },
    {
      label: 'fault',
      line: '    page_fault(va, error)',
      touch: 'private',
      run: (t, x) => {
        const { k } = x;
        const va = pageVa(t, x);
        // The recorder's processor leaves P clear when it reports a reserved bit.
        const error = (t.get(L.error) & PFEC_RSVD) === 0 ? t.get(L.error) : t.get(L.error) & ~PFEC_P;
        const group = x.group(t, t.get(L.group));
        if (group.deliver !== undefined) k.vcpu(t.actor).set('exception', EXCEPTION_INJECTED);
        x.exit('PF excp');
        k.world.emit(PageFault, t.actor, va.hi, va.lo, error);
        t.callThen('verdict', k.machine.exits.pageFault, [va.hi, va.lo, error], L.verdict);
      },
      say: 'The processor leaves for KVM.',
    },
    {
      label: 'verdict',
      line: '    fixed: the group again; emulated or injected: the next group',
      touch: 'private',
      run: (t, x) => {
        const verdict = t.get(L.verdict);
        const group = x.group(t, t.get(L.group));
        if (verdict === FAULT_RETRY) {
          t.goto('group');
          return;
        }
        if (verdict === FAULT_INJECT) {
          const vcpu = x.k.vcpu(t.actor);
          const va = { hi: vcpu.get('exceptionVaHi'), lo: vcpu.get('exceptionVaLo') };
          x.fault = { error: vcpu.get('exceptionError'), va };
          x.k.machine.vcpu(t.actor).set('outcome', OUTCOME_PAGE_FAULT);
          x.k.world.emit(GuestPageFault, t.actor, va.hi, va.lo, x.fault.error);
          if (group.faults !== true) x.astray = `the guest was given a page fault in group ${t.get(L.group)}`;
        } else {
          const r = x.k.machine.vcpu(t.actor);
          if (own(t, x)) x.value = { hi: r.get('resultHi'), lo: r.get('resultLo') };
          skipEmulated(t, x);
          if (group.exit !== undefined) x.astray = `group ${t.get(L.group)} was emulated`;
        }
        if (x.astray === undefined) t.goto('next');
        else t.ret();
      },
      say: 'What follows is another group, or this one again.',
    },
    {
      label: 'end',
      line: '  the group is through: its exit, or the next',
      touch: 'private',
      run: (t, x) => {
        const { exit, faults } = x.group(t, t.get(L.group));
        if (faults === true) {
          x.astray = `group ${t.get(L.group)} went through without a page fault for the guest`;
          t.ret();
        } else if (exit === undefined) t.goto('next');
        else if (exit === 'io') {
          x.exit('io');
          endInstruction(x.k.machine, t.actor);
          const r = x.k.machine.vcpu(t.actor);
          r.set('resultHi', x.value.hi);
          r.set('resultLo', x.value.lo);
          t.ret();
        } else leave(t, x, exit);
      },
      say: 'The group is through.',
    },
    {
      label: 'next',
      line: '  next group',
      touch: 'private',
      run: (t, x) => {
        t.set(L.group, t.get(L.group) + 1);
        if (t.get(L.group) >= x.op(t).groups.length) {
          x.astray = 'the operation went on behind its last group';
          t.ret();
        } else t.goto('group');
      },
      say: 'On to the next group.',
    },
  ],
});

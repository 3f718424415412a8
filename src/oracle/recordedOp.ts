import { defined } from '../base';
import type { Cpl, GuestOp, Width } from '../machine';
import { wordOf } from './kvm/format';

/** A recorded instruction: the fields that say what the guest does, the same in every recording. */
export interface RecordedOp {
  readonly cpl: number;
  readonly kind: string;
  readonly va?: string;
  readonly size?: number;
  readonly value?: string;
  readonly old?: string;
  readonly count?: number;
}

const zero = { hi: 0, lo: 0 };

/** The recorded instruction as an operation of the machine; `defaultWidth` where it says no size. Throws on a kind that no format has. */
export function recordedOp(op: RecordedOp, defaultWidth: Width): GuestOp {
  const va = op.va === undefined ? zero : wordOf(op.va);
  const value = op.value === undefined ? zero : wordOf(op.value);
  const width = (op.size ?? defaultWidth) as Width;
  const cpl = op.cpl as Cpl;
  switch (op.kind) {
    case 'read':
      return { kind: 'load', va, width, cpl };
    case 'write':
      return { kind: 'store', va, width, value, cpl };
    case 'fetch':
      return { kind: 'fetch', va, cpl };
    case 'cmpxchg':
      return {
        kind: 'locked',
        op: 'cmpxchg',
        va,
        width,
        value,
        expected: wordOf(defined(op.old, 'old')),
        cpl,
      };
    case 'rep_stos':
      return { kind: 'stos', va, width, value, count: op.count ?? 1, cpl };
    case 'mov_cr0':
      return { kind: 'cr0', value: value.lo };
    case 'mov_cr3':
      return { kind: 'cr3', value };
    case 'mov_cr4':
      return { kind: 'cr4', value: value.lo };
    case 'invlpg':
      return { kind: 'invlpg', va };
    default:
      throw new Error(`operation kind ${op.kind} is not known. Expected one of the format's`);
  }
}

/** Does something for an entry of a case; what goes wrong is told with the entry's name. */
export function inEntry<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

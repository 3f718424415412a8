import type { Result, Word } from '../../base';
import { isObject, need, readCase } from '../readCase';
import type { RecordedOp } from '../recordedOp';

/** A recorded case of the real shadow MMU, as the recording's format describes it. Numbers as hex strings are read where they are used. */
export interface KvmCase {
  readonly name: string;
  readonly mode: '64' | 'pae' | '32';
  readonly maxphyaddr: number;
  readonly vcpus: readonly { cr0: string; cr3: string; cr4: string; efer: string; cpl: number }[];
  readonly memslots: readonly MemslotFields[];
  readonly nrMmuPages?: number;
  readonly hostHugePages?: readonly { gpa: string; size: string }[];
  readonly stamp?: {
    readonly firstFrame: string;
    readonly frames: number;
    readonly words: number;
    readonly first: string;
    readonly perFrame: string;
    readonly perWord: string;
    readonly wordAt0x200?: string;
  };
  readonly tables: Contents;
  readonly ops: readonly KvmEntry[];
  readonly final: Contents;
}

export interface MemslotFields {
  readonly slot: number;
  readonly gpa: string;
  readonly size: string;
  readonly ram: string;
  readonly flags: readonly string[];
}

/** By frame: [index, value] or [index, count, first, step]. */
export type Contents = Readonly<Record<string, readonly (readonly (number | string)[])[]>>;

/** One event of a recording: its name and fields. */
export type RecordedEvent = { readonly ev: string } & Readonly<Record<string, string | number | boolean>>;

export type ShadowChange = Readonly<
  Record<
    string,
    null | {
      readonly new?: boolean;
      readonly root?: number;
      readonly unsync?: number;
      readonly unsyncChildren?: number;
      readonly e?: Readonly<Record<string, string>>;
    }
  >
>;

export type Access = readonly ['f' | 'r' | 'w', string, number];

export interface Group {
  readonly cpl: number;
  readonly a?: readonly Access[];
  readonly exit?: string;
  readonly faults?: boolean;
  readonly deliver?: number;
}

interface Seen {
  readonly events?: readonly RecordedEvent[];
  readonly mem?: readonly (readonly [string, string])[];
  readonly shadow?: ShadowChange;
}

export interface KvmOp extends Seen, RecordedOp {
  readonly op: number;
  readonly vcpu: number;
  readonly groups: readonly Group[];
  readonly result: {
    readonly ok?: boolean;
    readonly value?: string;
    readonly pf?: { readonly error: string; readonly cr2: string };
    readonly mmio?: readonly { write: boolean | number; pa: string; len: number }[];
  };
  readonly exits?: Readonly<Record<string, number>>;
}

export interface KvmHost extends Seen, Partial<MemslotFields> {
  readonly host: number;
  readonly kind: string;
  readonly vcpu?: number;
  readonly cpl?: number;
  readonly dirty?: readonly string[];
}

export type KvmEntry = KvmOp | KvmHost;

export const isHost = (entry: KvmEntry): entry is KvmHost => 'host' in entry;

/** A hex string of a case. Throws on what is none: the reader of the case tells where. Hot: no big integers. */
export function wordOf(text: string): Word {
  if (!/^(0x)?[0-9a-f]{1,16}$/.test(text))
    throw new Error(`\`${text}\` is not a hex number of at most 64 bits`);
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  const low = digits.slice(-8);
  const high = digits.slice(0, -8);
  return { hi: high === '' ? 0 : Number.parseInt(high, 16) | 0, lo: Number.parseInt(low, 16) | 0 };
}

/** A hex string that fits a JavaScript number: frame numbers, sizes. */
export const numberOf = (text: string): number => {
  const w = wordOf(text);
  return (w.hi >>> 0) * 0x1_0000_0000 + (w.lo >>> 0);
};

/** Frame number of a guest-physical or buffer address. */
export const frameOfAddress = (text: string): number => Math.floor(numberOf(text) / 4096);

/** One line of a recording. */
export const parseKvmCase = (line: string): Result<KvmCase, string> =>
  readCase<KvmCase>(line, {
    what: 'the shadow MMU',
    fields: 'name, mode, vcpus, memslots, tables, ops, final',
    problem: ({ memslots, final }) =>
      need(Array.isArray(memslots) && memslots.length > 0, 'memslots') ?? need(isObject(final), 'final'),
    operation: (op) => {
      if ('host' in op) return typeof op.host === 'number' ? undefined : 'host';
      if (typeof op.op !== 'number') return 'op';
      if (typeof op.vcpu !== 'number') return 'vcpu';
      return Array.isArray(op.groups) && op.groups.length > 0 && op.groups.every(isObject)
        ? undefined
        : 'groups';
    },
  });

/** The words of one frame's contents, by index. */
export function* words(
  contents: readonly (readonly (number | string)[])[],
): Iterable<{ index: number; value: Word }> {
  for (const item of contents) {
    if (item.length === 2) yield { index: Number(item[0]), value: wordOf(String(item[1])) };
    else {
      const first = BigInt(String(item[2]));
      const step = BigInt(String(item[3]));
      for (let k = 0; k < Number(item[1]); k++) {
        const value = BigInt.asUintN(64, first + step * BigInt(k));
        yield {
          index: Number(item[0]) + k,
          value: { hi: Number(value >> 32n) | 0, lo: Number(value & 0xffff_ffffn) | 0 },
        };
      }
    }
  }
}

import type { Result } from '../../base';
import type { Contents } from '../kvm/format';
import { isObject, need, readCase } from '../readCase';
import type { RecordedOp } from '../recordedOp';

export { numberOf, wordOf, words } from '../kvm/format';

/** A recorded case of Xen's shadow code, as the recording's format describes it. Numbers as hex strings are read where they are used. */
export interface XenCase {
  readonly name: string;
  readonly mode: '64' | 'pae' | '32';
  readonly marker: 'none' | 'fault';
  readonly maxphyaddr: number;
  readonly vcpus: readonly { cr0: string; cr3: string; cr4: string; efer: string; cpl: number }[];
  readonly memory: readonly { readonly gpa: string; readonly size: string }[];
  /** Machine frame number modulo 3 of every frame that may become a table. */
  readonly mfnMod3: Readonly<Record<string, number>>;
  readonly stamp: {
    readonly firstFrame: string;
    readonly frames: number;
    readonly first: string;
    readonly lastByte: string;
  };
  readonly tables: Contents;
  readonly start: XenStart;
  readonly ops: readonly XenOp[];
}

/** A shadow by index, index+count: entries as text. */
export type Entries = Readonly<Record<string, string>>;

export interface ShadowFields {
  readonly new?: boolean;
  readonly recreated?: boolean;
  readonly refs?: number;
  readonly pinned?: boolean;
  readonly e?: Entries;
}

export interface Heuristics {
  readonly emulOk: boolean;
  readonly emulFrame: string;
  readonly emulGfn: string | null;
  readonly unshadowGfn: string | null;
  readonly lastWritable: string | null;
}

export interface XenStart {
  readonly shadows: Readonly<Record<string, ShadowFields>>;
  readonly roots: readonly (string | null)[];
  readonly oos: readonly (string | null)[];
  readonly fixups: readonly (readonly string[])[];
  readonly heur: Heuristics;
}

export type RecordedEvent = { readonly ev: string } & Readonly<
  Record<string, string | number | boolean | readonly string[]>
>;

/** What was seen of one operation, or of the stores before it. */
export interface Seen {
  readonly events: readonly RecordedEvent[];
  readonly mem?: readonly (readonly [string, string])[];
  readonly shadow?: Readonly<Record<string, null | ShadowFields>>;
  readonly state?: Partial<Omit<XenStart, 'shadows'>>;
}

export interface XenOp extends Seen, RecordedOp {
  readonly op: number;
  readonly vcpu: number;
  readonly pre?: Partial<Seen> & { readonly stores?: readonly (readonly [string, string])[] };
  readonly result: {
    readonly ok?: boolean;
    readonly value?: string;
    readonly pf?: { readonly error: string; readonly cr2: string };
  };
}

/** One line of a recording. */
export const parseXenCase = (line: string): Result<XenCase, string> =>
  readCase<XenCase>(line, {
    what: 'Xen’s shadow code',
    fields: 'name, mode, vcpus, memory, tables, start, ops',
    problem: ({ vcpus, marker, memory, mfnMod3, stamp, start }) =>
      need((vcpus as readonly unknown[]).length === 1, 'one vCPU') ??
      need(marker === 'none' || marker === 'fault', 'a marker of none or fault') ??
      need(Array.isArray(memory) && memory.length > 0, 'memory') ??
      need(isObject(mfnMod3), 'mfnMod3') ??
      need(isObject(stamp), 'a stamp') ??
      need(isObject(start) && isObject(start.shadows), 'the shadows at the start') ??
      need(
        isObject(start) && ['roots', 'oos', 'fixups'].every((field) => Array.isArray(start[field])),
        'roots, oos and fixups at the start',
      ) ??
      need(isObject(start) && isObject(start.heur), 'heur at the start'),
    operation: (op) => {
      if (typeof op.op !== 'number') return 'op';
      if (!Array.isArray(op.events)) return 'events';
      return op.pre === undefined || isObject(op.pre) ? undefined : 'pre';
    },
  });

/** Entries of a shadow one by one: `"I+N"` is a run whose frames increase by one (`0`: a run of cleared entries). */
export function* entriesOf(e: Entries | undefined): Iterable<{ index: number; text: string }> {
  if (e === undefined) return;
  for (const where in e) {
    const text = e[where] as string;
    const plus = where.indexOf('+');
    if (plus < 0) {
      yield { index: Number(where), text };
      continue;
    }
    const first = Number(where.slice(0, plus));
    const count = Number(where.slice(plus + 1));
    const leaf = /^(!?)([0-9a-f]+)(:.*)$/.exec(text);
    const frame = leaf === null ? 0 : Number.parseInt(leaf[2] as string, 16);
    for (let i = 0; i < count; i++)
      yield {
        index: first + i,
        text: leaf === null ? text : `${leaf[1]}${(frame + i).toString(16)}${leaf[3]}`,
      };
  }
}

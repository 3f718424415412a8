import { fail, ok, type Result } from '../../base';
import type { Contents } from '../kvm/format';

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

export interface XenOp extends Seen {
  readonly op: number;
  readonly vcpu: number;
  readonly cpl: number;
  readonly kind: string;
  readonly va?: string;
  readonly size?: number;
  readonly value?: string;
  readonly old?: string;
  readonly count?: number;
  readonly pre?: Partial<Seen> & { readonly stores?: readonly (readonly [string, string])[] };
  readonly result: {
    readonly ok?: boolean;
    readonly value?: string;
    readonly pf?: { readonly error: string; readonly cr2: string };
  };
}

const need = (what: boolean, message: string): string | undefined => (what ? undefined : message);
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function firstProblem(c: Partial<XenCase>): string | undefined {
  return (
    need(typeof c.name === 'string', 'a name') ??
    need(c.mode === '64' || c.mode === 'pae' || c.mode === '32', 'a mode of 64, pae or 32') ??
    need(c.marker === 'none' || c.marker === 'fault', 'a marker of none or fault') ??
    need(
      typeof c.maxphyaddr === 'number' && c.maxphyaddr > 32 && c.maxphyaddr <= 43,
      'a maxphyaddr of 33 to 43',
    ) ??
    need(Array.isArray(c.vcpus) && c.vcpus.length === 1, 'one vCPU') ??
    need(Array.isArray(c.memory) && c.memory.length > 0, 'memory') ??
    need(isObject(c.mfnMod3), 'mfnMod3') ??
    need(isObject(c.stamp), 'a stamp') ??
    need(isObject(c.tables), 'tables') ??
    need(isObject(c.start) && isObject(c.start?.shadows), 'the shadows at the start') ??
    need(Array.isArray(c.ops), 'ops')
  );
}

/** One line of a recording. */
export function parseXenCase(line: string): Result<XenCase, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return fail(
      `not JSON: ${error instanceof Error ? error.message : String(error)}. Expected one case as an object`,
    );
  }
  if (!isObject(value))
    return fail('not a case. Expected an object with name, mode, vcpus, memory, tables, start, ops');
  const problem = firstProblem(value as Partial<XenCase>);
  if (problem !== undefined) return fail(`not a case of Xen's shadow code. Expected ${problem}`);
  return ok(value as XenCase);
}

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

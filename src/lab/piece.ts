import { address, frameName, hex } from '../base';
import { designs } from '../hypervisor';
import { FETCH, packedKind, packedUser, packedWidth, READ, WRITE } from '../machine';
import type { LabConfig } from './config';
import { LAYOUTS } from './guest/layout';
import { CALL, EXCHANGE, INVALIDATE, isAccess, LOAD_CR3, LOCKED_AND, type OpStream } from './stream';
import { workloads } from './workloads/registry';
import { guestsOf, openingText, openWorld } from './world';

/** Operations that can be put on the stage at once: more make a text that nobody reads. */
export const MOST_OF_A_PIECE = 5000;

/** An operation as the scenario language has it. */
function line(stream: OpStream, at: number, directHi: number, directLo: number): string {
  const code = stream.code[at] as number;
  const hi = stream.vaHi[at] as number;
  const lo = stream.vaLo[at] as number;
  const width = packedWidth(code);
  const value = (): string => address(stream.valueHi[at] as number, stream.valueLo[at] as number, 1);
  const va = address(hi, lo, 1);
  const by = `${width === 4 ? 'dword ' : ''}${packedUser(code) ? 'user' : 'kernel'}`;
  // An entry of a table, where the kernel writes all of it through its direct map.
  const byte = (lo - directLo) >>> 0;
  const entry = stream.onEntry(at) && width === 8 && hi === directHi;
  const place = entry ? `${frameName(byte >>> 12)}[${(byte & 0xfff) >>> 3}]` : va;
  const given = entry ? `word ${value()}` : `${value()} ${by}`;
  switch (packedKind(code)) {
    case READ:
      return `load ${va} ${by}`;
    case WRITE:
      return `store ${place} = ${given}`;
    case FETCH:
      return `fetch ${va} ${packedUser(code) ? 'user' : 'kernel'}`;
    case LOCKED_AND:
      return `lock-and ${place} = ${given}`;
    case EXCHANGE:
      return `xchg ${place} = ${given}`;
    case LOAD_CR3:
      return `cr3 0x${hex(((stream.valueHi[at] as number) << 20) | ((stream.valueLo[at] as number) >>> 12))}`;
    case INVALIDATE:
      return `invlpg ${va}`;
    case CALL:
      return callLine(stream, at);
    default:
      throw new Error(`operation ${packedKind(code)} has no line in a piece`);
  }
}

/** A call of the guest's, with its arguments as the design's operation has them. */
function callLine(stream: OpStream, at: number): string {
  const { name, args } = stream.calling(at);
  const spec = designs.get('paravirt')?.operations?.find((one) => one.name === name);
  let next = 0;
  const words = (spec?.args ?? []).map(({ wide }) => {
    const first = args[next++] ?? 0;
    return wide === true ? address(first, args[next++] ?? 0, 1) : String(first);
  });
  return ['call', name, ...words].join(' ');
}

/** What the world outside does before a row, as a block of its own. */
function hostLines(stream: OpStream, at: number, v: number): string[] {
  const calls = stream.calls.filter(({ row }) => row === at);
  if (calls.length === 0) return [];
  return ['host', ...calls.map(({ name, args }) => `  call ${[name, ...args].join(' ')}`), `vcpu ${v}`];
}

/** A piece of a run, as a scenario. */
export interface Piece {
  readonly text: string;
  readonly operations: number;
  /** Accesses among them: a run of this length, on one vCPU, counts what the scenario counts. */
  readonly accesses: number;
}

/**
 * The first operations of a run (of each vCPU its share) as a scenario: the same guest on the same design, to be stepped through.
 * The last one is an access.
 */
export function pieceOf(c: LabConfig, operations: number): Piece {
  const { spec } = openWorld(c);
  const { streams, turns } = guestsOf(c, spec);
  const each = Math.floor(operations / c.vcpus);
  const { directHi, directLo } = LAYOUTS[c.paging];
  let done = 0;
  let accesses = 0;
  const programs = streams.map((stream, v) => {
    while (stream.length < each) turns[v]?.next();
    let end = each;
    while (end > 0 && !isAccess(stream.code[end - 1] as number)) end--;
    const lines = Array.from({ length: end }, (_, at) => [
      ...hostLines(stream, at, v),
      `  ${line(stream, at, directHi, directLo)}`,
    ]).flat();
    done += end;
    for (let at = 0; at < end; at++) if (isAccess(stream.code[at] as number)) accesses++;
    return [`vcpu ${v}`, ...lines].join('\n');
  });
  const title = workloads.get(c.workload)?.title ?? c.workload;
  const text = [
    `scenario "${title}: the first ${done} operations"`,
    'topic "Lab"',
    'level advanced',
    `about "The beginning of a workload of the lab, seed ${c.seed}. What the guest does is made up; what the design does about it is not."`,
    '',
    openingText(c),
    '',
    ...programs,
    ...(c.vcpus === 1 ? [] : [`schedule random ${c.seed % 1_000_000}`]),
    '',
  ].join('\n');
  return { text, operations: done, accesses };
}

import { fail, ok, type Result } from '../base';
import {
  compareKvm,
  eventText as kvmEvent,
  gotResult as kvmGot,
  resultText as kvmResult,
} from './kvm/compare';
import { isHost } from './kvm/format';
import { hex64 } from './kvm/print';
import { KvmReplay } from './kvm/replay';
import { operationText, type Recorded } from './recordedText';
import {
  compareXen,
  eventText as xenEvent,
  gotResult as xenGot,
  resultText as xenResult,
} from './xen/compare';
import type { RecordedEvent as XenEvent } from './xen/format';
import { XenReplay } from './xen/replay';

/** What came of an operation, as lines to show. */
export interface Seen {
  readonly result: string;
  readonly events: readonly string[];
  readonly memory: readonly string[];
  readonly shadow: readonly string[];
}

export interface EntryReport {
  /** `op 12`, `host 3`. */
  readonly where: string;
  readonly says: string;
  readonly recorded: Seen;
  readonly simulated: Seen;
  /** None: they agree. */
  readonly differences: readonly { readonly what: string; readonly expected: string; readonly got: string }[];
}

/** An event's name, then its fields. */
const named = (ev: string, text: string): string =>
  `${ev} ${text.replace(`ev=${ev}`, '').replace(/ {2,}/g, ' ').trim()}`;

const memory = (at: number | string, value: string): string =>
  `${typeof at === 'number' ? `0x${at.toString(16)}` : at} = ${value}`;

type Entries = Readonly<Record<string, string>> | undefined;
type Change = Readonly<
  Record<string, null | { readonly new?: boolean; readonly unsync?: number; readonly e?: Entries }>
>;

function shadowLines(change: Change | undefined): string[] {
  return Object.entries(change ?? {}).flatMap(([key, page]) => {
    if (page === null) return [`${key} gone`];
    const head = page.new === true ? [`${key} new`] : [];
    const unsync =
      page.unsync === undefined ? [] : [`${key} ${page.unsync === 0 ? 'in sync' : 'out of sync'}`];
    return [...head, ...unsync, ...Object.entries(page.e ?? {}).map(([i, text]) => `${key}[${i}] = ${text}`)];
  });
}

function* kvmReports(c: Extract<Recorded, { system: 'kvm' }>['c']): Generator<EntryReport> {
  for (const { entry, got, differences } of compareKvm(c, new KvmReplay(c))) {
    const host = isHost(entry);
    yield {
      where: host ? `host ${entry.host}` : `op ${entry.op}`,
      says: operationText(entry),
      recorded: {
        result: host ? '' : kvmResult(entry),
        events: (entry.events ?? []).map((event) => named(event.ev, kvmEvent(event, false))),
        memory: (entry.mem ?? []).map(([at, value]) => memory(at, value)),
        shadow: shadowLines(entry.shadow),
      },
      simulated: {
        result: host ? '' : kvmGot(entry, got),
        events: got.events.map((event) => named(event.ev, kvmEvent(event, false))),
        memory: got.mem.map(([at, value]) => memory(at, value)),
        shadow: shadowLines(got.shadow),
      },
      differences,
    };
  }
}

function* xenReports(c: Extract<Recorded, { system: 'xen' }>['c']): Generator<EntryReport> {
  const seen = new Map<string, { shadow: unknown; written: number }>();
  const replay = new XenReplay(c);
  for (const [key, shadow] of replay.start().shadows)
    seen.set(key, { shadow, written: shadow.written.length });
  for (const { op, before, got, differences } of compareXen(c, replay)) {
    const events = (list: readonly XenEvent[] | undefined): string[] =>
      (list ?? []).map((event) => named(event.ev, xenEvent(event)));
    const changed: string[] = [];
    for (const [key, shadow] of got.shadows) {
      const known = seen.get(key);
      if (known === undefined) changed.push(`${key} new`);
      const from = known?.shadow === shadow ? known.written : 0;
      for (const i of new Set(shadow.written.slice(from)))
        changed.push(`${key}[${i}] = ${shadow.entries.get(i) ?? '0'}`);
      seen.set(key, { shadow, written: shadow.written.length });
    }
    for (const key of [...seen.keys()])
      if (!got.shadows.has(key)) {
        seen.delete(key);
        changed.push(`${key} gone`);
      }
    yield {
      where: `op ${op.op}`,
      says: operationText(op),
      recorded: {
        result: xenResult(op),
        events: [...events(op.pre?.events), ...events(op.events)],
        memory: [...(op.pre?.mem ?? []), ...(op.mem ?? [])].map(([at, value]) => memory(at, value)),
        shadow: [...shadowLines(op.pre?.shadow), ...shadowLines(op.shadow)],
      },
      simulated: {
        result: xenGot(op, got),
        events: [...events(before?.events), ...events(got.events)],
        memory: [...(before?.mem ?? []), ...got.mem].map(([at, w]) => memory(at, hex64(w.hi, w.lo))),
        shadow: changed,
      },
      differences,
    };
  }
}

/** Replays a case and tells of each operation what was recorded and what the simulation did. The same comparison as the command's. */
export function reportOf(recorded: Recorded): Result<readonly EntryReport[], string> {
  try {
    return ok([...(recorded.system === 'kvm' ? kvmReports(recorded.c) : xenReports(recorded.c))]);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

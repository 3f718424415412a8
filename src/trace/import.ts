import { figure } from '../base';
import type { TraceEvents } from './events';
import { TraceHistory } from './follow';
import { HOW_TO_RECORD, type Problems, problemWords } from './problems';
import { TraceReader } from './reader';

/** What a trace is read from: a file of a page, or bytes of a test. Pieces are asked for one after the other. */
export interface TraceSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
}

/** How a file is read. */
export interface ImportOptions {
  /** A file beyond this is not read whole: only as much as this of it. Bytes. */
  readonly most?: number;
  /** Where the part begins that is read of a larger file, as a share of it (0 to 1). */
  readonly from?: number;
  /** Told now and then how much has been done, 0 to 1. */
  readonly progress?: (done: number) => void;
  /** Asked now and then; true gives up. */
  readonly cancelled?: () => boolean;
  /** Lets messages be heard between two slices of work. */
  readonly pause?: () => Promise<void>;
}

/** A trace that has been read: what it shows at every moment, and what is to be said about its text. */
export interface ImportedTrace {
  readonly name: string;
  readonly lines: number;
  readonly events: TraceEvents;
  readonly history: TraceHistory;
  readonly problems: Problems;
  /** In sentences; empty when all of it was understood. */
  readonly says: readonly string[];
}

export type Imported =
  | { readonly kind: 'trace'; readonly trace: ImportedTrace }
  /** It is no trace, or none of it could be understood: why, and what to do. */
  | { readonly kind: 'refused'; readonly why: string; readonly commands: readonly string[] }
  | { readonly kind: 'cancelled' };

/** A quarter of a gigabyte: some two and a half million lines, whose columns still fit a small machine. */
export const MOST_BYTES = 256 * 1024 * 1024;
const PIECE = 4 * 1024 * 1024;
/** A file that has shown nothing of a trace in so many bytes will not any more. */
const HOPELESS = 2 * 1024 * 1024;
const SLICE = 50_000;
/** Reading text is the larger part of the work. */
const READING = 0.75;

const MAGIC: readonly (readonly [bytes: readonly number[], what: string, todo: string])[] = [
  [
    [0x17, 0x08, 0x44],
    'a recording of trace-cmd (trace.dat)',
    'Its text leaves out frame numbers; record again with the kernel’s own text:',
  ],
  [
    [0x50, 0x45, 0x52, 0x46, 0x49, 0x4c, 0x45],
    'a recording of perf (perf.data)',
    'Print it with `perf script > guest.trace`, or record the kernel’s own text:',
  ],
  [[0x1f, 0x8b], 'compressed by gzip', 'Unpack it with gunzip first. A trace is recorded so:'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed by zstd', 'Unpack it with unzstd first. A trace is recorded so:'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive', 'Unpack it first. A trace is recorded so:'],
];

/** Reads a trace piece by piece; memory is that of what is kept of it, never that of the file. */
export async function importTrace(source: TraceSource, options: ImportOptions = {}): Promise<Imported> {
  const { most = MOST_BYTES, progress = () => undefined, cancelled = () => false } = options;
  const { name, size } = source;
  if (size === 0) return refused(`${name} is empty. Expected the text of a trace, recorded so:`);
  const head = await source.read(0, Math.min(size, 4096));
  const strange = foreign(name, head);
  if (strange !== undefined) return strange;
  const begin = size <= most ? 0 : Math.floor(Math.min(Math.max(options.from ?? 0, 0), 1) * (size - most));
  const end = Math.min(size, begin + most);
  const reader = new TraceReader(begin > 0);
  for (let at = begin; at < end; at += PIECE) {
    reader.push(await source.read(at, Math.min(end, at + PIECE)));
    if (cancelled()) return { kind: 'cancelled' };
    progress((READING * (at - begin)) / (end - begin));
    if (reader.events.length === 0 && at + PIECE - begin >= HOPELESS) break;
  }
  // The end of a part is in the middle of a line as a rule: nobody has cut it.
  reader.finish(end < size);
  if (reader.events.length === 0) return noTrace(name, reader);
  const history = new TraceHistory(reader.events);
  const all = reader.events.length;
  for (let at = 0; at < all; at += SLICE) {
    history.follow(at, Math.min(all, at + SLICE));
    await options.pause?.();
    if (cancelled()) return { kind: 'cancelled' };
    progress(READING + ((1 - READING) * at) / all);
  }
  history.finish();
  const { events, problems, lines } = reader;
  const says = [
    ...sampledWords(source, begin, end),
    ...problemWords(problems),
    ...guestsWords(events),
    ...kindWords(history),
  ];
  return { kind: 'trace', trace: { name, lines, events, history, problems, says } };
}

const refused = (why: string): Imported => ({ kind: 'refused', why, commands: HOW_TO_RECORD });

function foreign(name: string, head: Uint8Array): Imported | undefined {
  for (const [bytes, what, todo] of MAGIC)
    if (bytes.every((byte, i) => head[i] === byte))
      return refused(`${name} is ${what}, not its text. ${todo}`);
  const zero = head.indexOf(0);
  // The kernel writes a NUL behind some lines; a file that is no text has them everywhere.
  if (zero >= 0 && head.reduce((n, byte) => n + (byte === 0 ? 1 : 0), 0) > head.length / 50)
    return refused(`${name} is no text: byte ${zero} is zero. Expected the text of a trace, recorded so:`);
  return undefined;
}

function noTrace(name: string, { lines, problems }: TraceReader): Imported {
  const names = [...problems.others].sort(([, a], [, b]) => b - a).slice(0, 4);
  if (names.length > 0)
    return refused(
      `${name} is a trace, but none of its ${figure(problems.otherEvents)} events is KVM’s: ${names.map(([event, n]) => `${event} ${figure(n)}`).join(', ')}. Switch KVM’s events on:`,
    );
  const said = problemWords(problems).join(' ');
  return refused(
    `None of the ${figure(lines)} lines of ${name} could be read as a line of KVM’s trace. ${said} A trace is recorded so:`,
  );
}

const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${figure(Math.round(bytes / 1e6))} MB`;

function sampledWords({ name, size }: TraceSource, begin: number, end: number): string[] {
  if (begin === 0 && end === size) return [];
  const where = begin === 0 ? 'the first' : end === size ? 'the last' : `from ${megabytes(begin)} on`;
  return [
    `${name} has ${megabytes(size)}. Only ${where} ${megabytes(end - begin)} were read: what is before or after is not on the stage. To see another part, cut it out of the file.`,
  ];
}

/** Whether more than one guest is in it: their pages cannot be told apart. */
function guestsWords(events: TraceEvents): string[] {
  const tasks = new Map<number, Set<number>>();
  for (const { vcpu, task } of events.lanes) {
    const seen = tasks.get(vcpu) ?? new Set<number>();
    tasks.set(vcpu, seen.add(task));
  }
  const shared = [...tasks].find(([, seen]) => seen.size > 1);
  if (shared === undefined) return [];
  return [
    `${figure(shared[1].size)} tasks run a vCPU ${shared[0]}: more than one guest is in this trace, and shadow pages of different guests cannot be told apart. Record one guest only (set_event_pid).`,
  ];
}

/** A guest with second-level tables has no shadow to be shown. */
function kindWords(history: TraceHistory): string[] {
  const { all } = history.lives;
  const nested = all.length === 0 && history.tables.all.length === 0;
  if (!nested) return [];
  return [
    'This trace shows no shadow page and no walk of a guest’s tables: the guest has second-level tables of its own (EPT or NPT), or the kvmmmu events were off. Shadow paging is used with `modprobe kvm_intel ept=0` or `modprobe kvm_amd npt=0`.',
  ];
}

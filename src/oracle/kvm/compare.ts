import { sameWord, type Word } from '../../base';
import { changedWords, type Difference } from '../difference';
import {
  isHost,
  type KvmCase,
  type KvmEntry,
  type KvmHost,
  type KvmOp,
  numberOf,
  type RecordedEvent,
  type ShadowChange,
  wordOf,
  words,
} from './format';
import { hex64, printedKey } from './print';
import { type EntryOutcome, KvmReplay } from './replay';

export interface KvmComparison {
  /** What makes a case fail. */
  readonly differences: readonly Difference[];
  /** What the format says to report only: root counts, numbers of unsync children, exits. */
  readonly notes: readonly Difference[];
}

/** What is only told, by what a note is about. */
export const KVM_NOTED: readonly { readonly of: RegExp; readonly says: string }[] = [
  { of: / root$/, says: 'root counts that differ (told, not a failure)' },
  { of: / unsyncChildren$/, says: 'counts of unsync children that differ (told, not a failure)' },
  { of: /^exits /, says: 'VM exits that differ in number (told, not a failure)' },
];

const hexWord = (w: Word): string => hex64(w.hi, w.lo);

/** An event as text; with `bare` without what the recording could not know of its page. */
export function eventText(event: RecordedEvent, bare: boolean): string {
  return Object.keys(event)
    .filter((name) => name !== 'spAmbiguous' && name !== 'usedPages')
    .sort()
    .map((name) => {
      const value = event[name];
      return `${name}=${name === 'sp' && bare ? printedKey(String(value)) : value}`;
    })
    .join(' ');
}

/** Equal as they stand: the usual case, without making text of them. */
function sameEvent(a: RecordedEvent, b: RecordedEvent): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) if (a[name] !== b[name] && name !== 'usedPages') return false;
  return true;
}

const ambiguous = (event: RecordedEvent | undefined): boolean =>
  event?.spAmbiguous === true || (typeof event?.sp === 'string' && event.sp.includes('/invalid'));

/** Pages that the recording itself lists, before and after an entry. */
interface Listed {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

/**
 * Tracepoints do not print all of a role; the recorder filled the rest in from its lists of pages. Where a page was zapped and made again
 * within one operation its lists show no new page, and what it filled in may be a page that they do not have. Then its lists are believed:
 * the page must have been there before, have been zapped earlier in the operation, and be there after it.
 */
function filledInWrongly(
  events: readonly RecordedEvent[],
  at: number,
  got: RecordedEvent,
  listed: Listed,
): boolean {
  const expected = events[at];
  if (expected?.ev !== 'get_page' || expected.new !== true || got.ev !== 'get_page') return false;
  const key = String(got.sp);
  if (listed.after.has(String(expected.sp)) || !listed.before.has(key) || !listed.after.has(key))
    return false;
  const zapped = events.slice(0, at).some((e) => e.ev === 'prepare_zap_page' && e.sp === key);
  return zapped && eventText(expected, true) === eventText(got, true);
}

function compareEvents(
  where: string,
  expected: readonly RecordedEvent[],
  got: readonly RecordedEvent[],
  listed: Listed,
): Difference[] {
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const x = expected[i];
    const y = got[i];
    if (x !== undefined && y !== undefined && sameEvent(x, y)) continue;
    const bare = ambiguous(x);
    const a = x === undefined ? 'nothing more' : eventText(x, bare);
    const b = y === undefined ? 'nothing more' : eventText(y, bare);
    if (a === b || (y !== undefined && filledInWrongly(expected, i, y, listed))) continue;
    // What follows the first difference would only repeat it.
    return [{ where, what: `event ${i}`, expected: a, got: b }];
  }
  return [];
}

function compareMem(where: string, expected: KvmEntry['mem'], got: EntryOutcome['mem']): Difference[] {
  const a = new Map((expected ?? []).map(([at, value]) => [numberOf(at), hexWord(wordOf(value))]));
  const b = new Map(got.map(([at, value]) => [numberOf(at), value]));
  return changedWords(where, a, b);
}

type PageChange = NonNullable<ShadowChange[string]>;

export function pageFields(change: PageChange | null | undefined): Map<string, string> {
  const out = new Map<string, string>();
  if (change === undefined) return out;
  out.set('', change === null ? 'gone' : change.new === true ? 'new' : 'kept');
  if (change?.unsync !== undefined) out.set(' unsync', String(change.unsync));
  for (const [index, entry] of Object.entries(change?.e ?? {})) out.set(`[${index}]`, entry);
  return out;
}

/** Expected changes under the keys that the simulation uses: those of zapped roots lack bits. */
function compareShadow(where: string, expected: ShadowChange, got: ShadowChange): KvmComparison {
  const differences: Difference[] = [];
  const notes: Difference[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const a = pageFields(expected[key]);
    const b = pageFields(got[key]);
    for (const field of new Set([...a.keys(), ...b.keys()])) {
      // A page that only changed in fields which are not compared is kept on one side and not mentioned on the other.
      const plain = field === '' ? 'kept' : 'unchanged';
      const [x, y] = [a.get(field) ?? plain, b.get(field) ?? plain];
      if (x !== y) differences.push({ where, what: `shadow ${key}${field}`, expected: x, got: y });
    }
    for (const field of ['root', 'unsyncChildren'] as const) {
      const [x, y] = [expected[key]?.[field], got[key]?.[field]];
      if (x !== y) notes.push({ where, what: `shadow ${key} ${field}`, expected: String(x), got: String(y) });
    }
  }
  return { differences, notes };
}

export function resultText(op: KvmOp): string {
  const { ok, value, pf, mmio } = op.result;
  const parts = pf === undefined ? (ok === true ? ['ok'] : ['?']) : [`#PF error ${pf.error} cr2 ${pf.cr2}`];
  if (value !== undefined) parts.push(`value ${hexWord(wordOf(value))}`);
  for (const m of mmio ?? []) parts.push(`${m.write ? 'write' : 'read'} ${m.pa} ${m.len}`);
  return parts.join(', ');
}

export function gotResult(op: KvmOp, got: EntryOutcome): string {
  const { fault, value, mmio } = got.result;
  const parts =
    fault === undefined ? ['ok'] : [`#PF error 0x${fault.error.toString(16)} cr2 ${hexWord(fault.va)}`];
  if (op.result.value !== undefined) parts.push(`value ${hexWord(value)}`);
  for (const m of mmio) parts.push(`${m.write ? 'write' : 'read'} ${m.pa} ${m.len}`);
  return parts.join(', ');
}

function compareGuest(where: string, op: KvmOp, got: EntryOutcome): KvmComparison {
  const expected = resultText(op);
  const result = gotResult(op, got);
  const exits = new Set([...Object.keys(op.exits ?? {}), ...Object.keys(got.exits)]);
  return {
    differences: expected === result ? [] : [{ where, what: 'result', expected, got: result }],
    notes:
      op.exits === undefined
        ? []
        : [...exits]
            .filter((name) => op.exits?.[name] !== got.exits[name])
            .map((name) => ({
              where,
              what: `exits ${name}`,
              expected: String(op.exits?.[name] ?? 0),
              got: String(got.exits[name] ?? 0),
            })),
  };
}

function compareHost(where: string, host: KvmHost, got: EntryOutcome): Difference[] {
  if (host.dirty === undefined) return [];
  const expected = host.dirty.map((gfn) => numberOf(gfn)).sort((a, b) => a - b);
  const a = expected.map((gfn) => gfn.toString(16)).join(' ');
  const b = got.dirty.map((gfn) => gfn.toString(16)).join(' ');
  return a === b ? [] : [{ where, what: 'dirty log', expected: a, got: b }];
}

function compareEntry(entry: KvmEntry, got: EntryOutcome, listed: Listed): KvmComparison {
  const where = isHost(entry) ? `host ${entry.host}` : `op ${entry.op}`;
  const astray =
    got.astray === undefined
      ? []
      : [{ where, what: 'course', expected: 'the recorded groups of accesses', got: got.astray }];
  const shadow = compareShadow(where, entry.shadow ?? {}, got.shadow);
  const own = isHost(entry)
    ? { differences: compareHost(where, entry, got), notes: [] }
    : compareGuest(where, entry, got);
  return {
    differences: [
      ...compareEvents(where, entry.events ?? [], got.events, listed),
      ...astray,
      ...own.differences,
      ...compareMem(
        where,
        entry.kind === 'madvise_dontneed' ? [] : entry.mem,
        entry.kind === 'madvise_dontneed' ? [] : got.mem,
      ),
      ...shadow.differences,
    ],
    notes: [...own.notes, ...shadow.notes],
  };
}

/** The guest's whole memory at the end: listed frames word by word, all others as at the start. */
function compareFinal(c: KvmCase, replay: KvmReplay): Difference[] {
  const out: Difference[] = [];
  const differ = (frame: number, word: number, expected: Word): void => {
    const got = replay.word(frame, word);
    if (sameWord(got, expected)) return;
    const what = `frame ${frame.toString(16)} word ${word}`;
    out.push({ where: 'final', what, expected: hexWord(expected), got: hexWord(got) });
  };
  const listed = new Set<number>();
  const stamped = stampRule(c);
  for (const [name, contents] of Object.entries(c.final)) {
    const frame = numberOf(name);
    listed.add(frame);
    const given = new Map([...words(contents)].map(({ index, value }) => [index, value]));
    const count = c.mode === '32' ? 1024 : 512;
    for (let word = 0; word < count; word++) {
      const value =
        given.get(word) ?? (replay.discarded.has(frame) ? { hi: 0, lo: 0 } : stamped(frame, word));
      differ(frame, word, value);
    }
  }
  for (const [frame, first] of replay.firstValues) {
    if (listed.has(frame) || replay.discarded.has(frame)) continue;
    for (const [word, value] of first) differ(frame, word, value);
  }
  return out;
}

/** A data frame's words by the case's rule. */
function stampRule(c: KvmCase): (frame: number, word: number) => Word {
  const { stamp } = c;
  const zero = { hi: 0, lo: 0 };
  if (stamp === undefined) return () => zero;
  const [firstFrame, first] = [numberOf(stamp.firstFrame), numberOf(stamp.first)];
  const [perFrame, perWord] = [numberOf(stamp.perFrame), numberOf(stamp.perWord)];
  const codeWord = stamp.wordAt0x200 === undefined ? -1 : 0x200 / (c.mode === '32' ? 4 : 8);
  const code = stamp.wordAt0x200 === undefined ? zero : wordOf(stamp.wordAt0x200);
  return (frame, word) => {
    const i = frame - firstFrame;
    if (i < 0 || i >= stamp.frames) return zero;
    if (word === codeWord) return code;
    return word < stamp.words ? { hi: 0, lo: first + i * perFrame + word * perWord } : zero;
  };
}

function listedAfter(before: ReadonlySet<string>, change: ShadowChange): ReadonlySet<string> {
  const after = new Set(before);
  for (const [key, page] of Object.entries(change)) {
    if (page === null) after.delete(key);
    else after.add(key);
  }
  return after;
}

/** An entry of a case, with what the design did in it. */
export interface KvmCompared extends KvmComparison {
  readonly entry: KvmEntry;
  readonly got: EntryOutcome;
}

/** Replays a case entry by entry. It ends after an operation that went astray: nothing after it can be compared. */
export function* compareKvm(c: KvmCase, replay: KvmReplay): Generator<KvmCompared, void> {
  let before: ReadonlySet<string> = new Set();
  for (const entry of c.ops) {
    const got = replay.run(entry);
    const after = listedAfter(before, entry.shadow ?? {});
    yield { entry, got, ...compareEntry(entry, got, { before, after }) };
    before = after;
    if (got.astray !== undefined) return;
  }
}

/** Replays a case on the design and lists every difference. After an operation that went astray nothing more is compared. */
export function checkKvmCase(c: KvmCase): KvmComparison {
  const differences: Difference[] = [];
  const notes: Difference[] = [];
  let where = 'start';
  try {
    const replay = new KvmReplay(c);
    let next = 0;
    const name = (entry: KvmEntry | undefined): string =>
      entry === undefined ? 'final' : isHost(entry) ? `host ${entry.host}` : `op ${entry.op}`;
    where = name(c.ops[0]);
    for (const found of compareKvm(c, replay)) {
      differences.push(...found.differences);
      notes.push(...found.notes);
      if (found.got.astray !== undefined) return { differences, notes };
      where = name(c.ops[++next]);
    }
    differences.push(...compareFinal(c, replay));
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    differences.push({ where, what: 'replay', expected: 'an operation that can be replayed', got });
  }
  return { differences, notes };
}

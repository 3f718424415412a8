import { Brackets } from './brackets';
import { Cursor, textOf } from './cursor';
import { TraceEvents } from './events';
import { KINDS, LAYOUTS, WIDEST } from './kinds';
import { type EventKind, readLayout } from './layout';
import { linePrefix, readPrefix, taskParts } from './linePrefix';
import { Names } from './names';
import { Problems } from './problems';

const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
/** Nobody's line is longer; without a bound a file without line ends would be held in memory whole. */
const LONGEST_LINE = 64 * 1024;
/** Where a tracepoint keeps its vCPU, or -1: what an older kernel does not print is no vCPU, and not the first. */
const vcpuAt = KINDS.map((kind) => kind.fields.get('vcpu')?.offset ?? -1);
const firstLayout = KINDS.map((kind) => LAYOUTS.findIndex((layout) => layout.event === kind));

/**
 * Reads a trace from pieces of bytes, in the order of the file; what a piece cuts in two is kept until the next one comes. Memory is that of the
 * columns and of one line.
 */
export class TraceReader {
  readonly events = new TraceEvents();
  readonly problems = new Problems();
  /** Lines so far, counted with those that say nothing. */
  lines = 0;
  private readonly brackets = new Brackets(this.events);
  private readonly c = new Cursor();
  private readonly prefix = linePrefix();
  private readonly words = new Int32Array(WIDEST + 2);
  private readonly kinds = new KindFinder();
  private readonly taskNames = new Names(60_000);
  private lastTask = -1;
  /** Layouts that fitted last, by tracepoint: a file has one kernel's. */
  private readonly fitting = new Int32Array(KINDS.length);
  private rest = new Uint8Array(0);
  private skipping = false;

  /** `partial`: it does not begin with the file: its first line may be half a one. */
  constructor(private readonly partial = false) {
    this.skipping = partial;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.rest.length > 0 || this.skipping) {
      const end = bytes.indexOf(NEWLINE);
      const upTo = end < 0 ? bytes.length : end;
      if (!this.skipping) this.keepRest(bytes.subarray(0, upTo));
      if (end < 0) return;
      if (this.skipping) {
        this.skipping = false;
        // A line that was too long is one that was not understood; half a line at the start of a part is nobody's fault.
        if (this.lines > 0 || !this.partial) this.lines++;
      } else this.line(this.rest, 0, this.rest.length);
      this.rest = new Uint8Array(0);
      at = end + 1;
    }
    for (let end = bytes.indexOf(NEWLINE, at); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      this.line(bytes, at, end);
      at = end + 1;
    }
    if (at < bytes.length) this.keepRest(bytes.subarray(at));
  }

  /** After the last piece. `goesOn`: the file does, but is not read further, so that half a line at the end is none. */
  finish(goesOn = false): void {
    const { rest } = this;
    this.rest = new Uint8Array(0);
    if (rest.length > 0 && !goesOn) {
      const before = this.events.length;
      const { unknown, unread } = this.problems;
      this.line(rest, 0, rest.length);
      const understood = this.events.length > before;
      const odd = this.problems.unknown > unknown || this.problems.unread > unread;
      if (!understood && odd) this.cutShort(rest, this.problems.unread > unread);
    }
    this.brackets.finish();
  }

  /** The last line is no whole line because the file ends in it: that is said by itself, not counted as one not understood. */
  private cutShort(rest: Uint8Array, unread: boolean): void {
    const { problems } = this;
    if (unread) {
      problems.unread--;
      if (problems.firstUnread.at(-1)?.line === this.lines) problems.firstUnread.pop();
    } else {
      problems.unknown--;
      if (problems.first.at(-1)?.line === this.lines) problems.first.pop();
    }
    problems.cut = { line: this.lines, text: textOf(rest, 0, Math.min(rest.length, 160)) };
  }

  private keepRest(more: Uint8Array): void {
    if (this.rest.length + more.length > LONGEST_LINE) {
      const shown = this.rest.length > 0 ? this.rest : more;
      this.problems.odd(shown, 0, shown.length, this.lines + 1);
      this.rest = new Uint8Array(0);
      this.skipping = true;
      return;
    }
    const joined = new Uint8Array(this.rest.length + more.length);
    joined.set(this.rest);
    joined.set(more, this.rest.length);
    this.rest = joined;
  }

  private line(bytes: Uint8Array, from: number, to: number): void {
    this.lines++;
    const end = to > from && bytes[to - 1] === RETURN ? to - 1 : to;
    const { c, prefix } = this;
    c.on(bytes, from, end).spaces();
    if (c.at === end) return;
    if (bytes[c.at] === HASH) {
      this.comment(textOf(bytes, from, Math.min(end, from + 200)));
      return;
    }
    c.at = from;
    if (!readPrefix(c, prefix)) {
      this.withoutPrefix(bytes, from, end);
      return;
    }
    const kind = this.kinds.of(bytes, prefix.nameFrom, prefix.nameTo);
    if (kind === undefined) {
      this.problems.other(textOf(bytes, prefix.nameFrom, prefix.nameTo));
      return;
    }
    const layout = this.read(kind);
    if (layout < 0) {
      if (isPlugin(textOf(bytes, prefix.nameTo + 1, Math.min(end, prefix.nameTo + 60))))
        this.problems.plugin++;
      else this.problems.unreadable(bytes, from, end, this.lines);
      return;
    }
    const task = this.task(bytes);
    const event = this.events.add(layout, prefix.time, this.lines, task, this.words, kind.width);
    this.brackets.add(event, kind, task);
  }

  /** The layout that the words are of, or -1. Their words are in `words` then. */
  private read(kind: EventKind): number {
    const { c, words } = this;
    const start = c.at;
    const first = this.fitting[kind.id] ?? 0;
    for (let n = 0; n < kind.layouts.length; n++) {
      // The one that fitted last is tried first, then the others in their order.
      const i = n === 0 ? first : n <= first ? n - 1 : n;
      const layout = kind.layouts[i];
      if (layout === undefined) continue;
      words.fill(0, 0, kind.width);
      const vcpu = vcpuAt[kind.id] ?? -1;
      if (vcpu >= 0) words[vcpu] = -1;
      c.at = start;
      if (!readLayout(layout, c, words, this.events)) continue;
      this.fitting[kind.id] = i;
      return (firstLayout[kind.id] ?? 0) + i;
    }
    return -1;
  }

  private task(bytes: Uint8Array): number {
    const { taskFrom, taskTo } = this.prefix;
    if (this.lastTask >= 0 && this.taskNames.equal(this.lastTask, bytes, taskFrom, taskTo))
      return this.lastTask;
    const id = this.taskNames.of(bytes, taskFrom, taskTo);
    if (id === this.events.tasks.length) this.events.tasks.push(taskParts(this.taskNames.text(id)));
    this.lastTask = id;
    return id;
  }

  /** `# entries-in-buffer/entries-written: 265/265   #P:1`. */
  private comment(text: string): void {
    const found = /entries-in-buffer\/entries-written:\s*(\d+)\/(\d+)/.exec(text);
    if (found === null) return;
    this.problems.held = Number(found[1]);
    this.problems.written = Number(found[2]);
  }

  /** `CPU:0 [LOST 123 EVENTS]`, `cpus=4` (trace-cmd), and what is no line of a trace. */
  private withoutPrefix(bytes: Uint8Array, from: number, to: number): void {
    const text = textOf(bytes, from, Math.min(to, from + 80));
    const lost = /^CPU:\s*\d+ \[LOST (\d+) EVENTS\]/.exec(text);
    if (lost !== null) {
      this.problems.lost += Number(lost[1]);
      if (this.problems.lostAt.length < 100) this.problems.lostAt.push(this.lines);
      return;
    }
    if (/^(cpus=\d+|CPU \d+ is empty|version = \d+)$/.test(text.trim())) return;
    this.problems.odd(bytes, from, to, this.lines);
  }
}

/** `new sp gfn`, `existing sp gfn`, or a role without its page: what only plugins print. */
const isPlugin = (text: string): boolean => /^\s*((new|existing) sp gfn|\d+ q\d)/.test(text);

/** A tracepoint by its name's bytes. The same few names come again and again. */
class KindFinder {
  private readonly names = new Names(2000);
  private readonly known: (EventKind | undefined)[] = [];
  private last = -1;

  of(bytes: Uint8Array, from: number, to: number): EventKind | undefined {
    if (this.last < 0 || !this.names.equal(this.last, bytes, from, to)) {
      this.last = this.names.of(bytes, from, to);
      if (this.last === this.known.length) {
        const name = this.names.text(this.last);
        this.known.push(KINDS.find((kind) => kind.name === name || (name === 'print' && kind.id === 0)));
      }
    }
    return this.known[this.last];
  }
}

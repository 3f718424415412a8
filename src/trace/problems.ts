import { figure } from '../base';
import { textOf } from './cursor';

/** A line that was not understood. */
export interface OddLine {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** How many of such lines are kept to be shown. */
const KEPT = 8;
/** As much of a line as is shown. */
const SHOWN = 160;

/** What of a file was not understood, counted; the first lines are kept. */
export class Problems {
  /** No line of a trace at all. */
  unknown = 0;
  readonly first: OddLine[] = [];
  /** Lines of a trace, of events that are not KVM's or that this page does not show: how many by name. */
  readonly others = new Map<string, number>();
  /** Lines of KVM's events whose words are of no layout that is known. */
  unread = 0;
  readonly firstUnread: OddLine[] = [];
  /** Words that only the kvm plugin of trace-cmd and perf prints. */
  plugin = 0;
  /** Events the kernel says it has lost: its buffer was full. */
  lost = 0;
  /** Lines at which it says so. */
  lostAt: number[] = [];
  /** Of the file's own head: how many events were written, and how many of them the buffer still held. */
  written: number | undefined;
  held: number | undefined;
  /** The last line has no end, and is no whole line. */
  cut: OddLine | undefined;

  odd(bytes: Uint8Array, from: number, to: number, line: number): void {
    this.unknown++;
    keep(this.first, bytes, from, to, line);
  }

  unreadable(bytes: Uint8Array, from: number, to: number, line: number): void {
    this.unread++;
    keep(this.firstUnread, bytes, from, to, line);
  }

  other(name: string): void {
    // Names of a file that is no trace may be anything: a few are enough.
    const key = this.others.has(name) || this.others.size < 40 ? name : 'others';
    this.others.set(key, (this.others.get(key) ?? 0) + 1);
  }

  get otherEvents(): number {
    let sum = 0;
    for (const count of this.others.values()) sum += count;
    return sum;
  }
}

function keep(list: OddLine[], bytes: Uint8Array, from: number, to: number, line: number): void {
  if (list.length >= KEPT) return;
  const text = textOf(bytes, from, Math.min(to, from + SHOWN));
  list.push({ line, text: to - from > SHOWN ? `${text}…` : text });
}

/** How to get a text that this page reads, as commands of a shell on the host. */
export const HOW_TO_RECORD = [
  'cd /sys/kernel/tracing',
  'echo > trace',
  'echo 1 > events/kvmmmu/enable',
  'for e in entry exit page_fault inj_exception emulate_insn cr; do',
  '  echo 1 > events/kvm/kvm_$e/enable; done',
  'sleep 5; echo 0 > tracing_on',
  'cat trace > guest.trace',
] as const;

const lines = (count: number): string => `${figure(count)} ${count === 1 ? 'line' : 'lines'}`;

/** What a person is told about the file, a sentence or two each; empty when all was understood. */
export function problemWords(p: Problems): string[] {
  const says: string[] = [];
  if (p.held !== undefined && p.written !== undefined && p.held < p.written)
    says.push(
      `The kernel’s buffer held ${figure(p.held)} of ${figure(p.written)} events: the first ${figure(p.written - p.held)} were overwritten before the file was made. Shadow pages from before are shown from their first mention on. A larger buffer_size_kb keeps more.`,
    );
  if (p.lost > 0)
    says.push(
      `The kernel says that it lost ${figure(p.lost)} events (first at line ${figure(p.lostAt[0] ?? 0)}). What they did to the shadow is not known.`,
    );
  if (p.plugin > 0)
    says.push(
      `${lines(p.plugin)} are printed by the kvm plugin of trace-cmd or perf, which leaves out frame numbers. The kernel’s own text has them: \`trace-cmd show > guest.trace\` instead of \`trace-cmd report\`, or \`cat /sys/kernel/tracing/trace\`.`,
    );
  if (p.unread > 0)
    says.push(
      `${lines(p.unread)} of KVM’s events are written in a way that this page does not know. The first is line ${figure(p.firstUnread[0]?.line ?? 0)}: \`${p.firstUnread[0]?.text.trim() ?? ''}\`.`,
    );
  if (p.unknown > 0)
    says.push(
      `${lines(p.unknown)} ${p.unknown === 1 ? 'is no line' : 'are no lines'} of a trace and ${p.unknown === 1 ? 'was' : 'were'} left out. The first is line ${figure(p.first[0]?.line ?? 0)}: \`${p.first[0]?.text.trim() ?? ''}\`. Expected \`TASK-PID [CPU] FLAGS TIME: EVENT: …\`.`,
    );
  if (p.otherEvents > 0) {
    const names = [...p.others].sort(([, a], [, b]) => b - a).slice(0, 3);
    says.push(
      `${lines(p.otherEvents)} of other events were left out: ${names.map(([name, count]) => `${name} ${figure(count)}`).join(', ')}${p.others.size > 3 ? ' and others' : ''}.`,
    );
  }
  if (p.cut !== undefined)
    says.push(
      `The file ends in the middle of line ${figure(p.cut.line)}: \`${p.cut.text.trim()}\`. That line was left out.`,
    );
  return says;
}

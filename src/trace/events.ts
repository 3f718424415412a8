import type { Word } from '../base';
import { EventColumns, Int32Column } from './columns';
import type { Keeping } from './field';
import { kindNamed, LAYOUTS, offsetOf } from './kinds';
import { type EventKind, printLayout } from './layout';
import { Names } from './names';
import { TextPool } from './textPool';

/** A task that appears in the trace: a thread of a VMM, usually. */
export interface Task {
  readonly name: string;
  readonly pid: number;
}

/** A vCPU of the trace: the task that runs it, and its number in its guest. */
export interface Lane {
  readonly task: number;
  readonly vcpu: number;
}

/** No vCPU could be told for a line. */
export const NO_LANE = 0xffff;

/** The events of a trace, in columns: some forty bytes each. Times are seconds. */
export class TraceEvents implements Keeping {
  readonly names = new Names();
  readonly texts = new TextPool();
  readonly tasks: Task[] = [];
  /** vCPUs, in the order of their first sight; known when the trace has been read. */
  lanes: readonly Lane[] = [];
  private readonly columns = new EventColumns();
  private readonly words = new Int32Column();

  get length(): number {
    return this.columns.length;
  }

  add(layout: number, time: number, line: number, task: number, words: Int32Array, width: number): number {
    this.columns.push(layout, time, line, task, NO_LANE, this.words.length);
    for (let i = 0; i < width; i++) this.words.push(words[i] ?? 0);
    return this.columns.length - 1;
  }

  kind(event: number): EventKind {
    const layout = LAYOUTS[this.columns.layout(event)];
    if (layout === undefined || event >= this.length) throw new Error(`event ${event} is not in this trace`);
    return layout.event;
  }

  /** Seconds, as printed. */
  time(event: number): number {
    return this.columns.time(event);
  }

  /** Line of the file, from 1. */
  line(event: number): number {
    return this.columns.line(event);
  }

  task(event: number): Task | undefined {
    return this.tasks[this.columns.task(event)];
  }

  /** Number of the vCPU's lane, or NO_LANE. */
  lane(event: number): number {
    return this.columns.lane(event);
  }

  setLane(event: number, lane: number): void {
    this.columns.setLane(event, lane);
  }

  /** The word of an event at an offset that `offsetOf` names. */
  word(event: number, offset: number): number {
    return this.words.get(this.columns.start(event) + offset);
  }

  /** A 64-bit field, exactly: for what may use all of its bits, as the linear addresses of a kernel and CR3 do. */
  word64(event: number, offset: number): Word {
    return { hi: this.word(event, offset), lo: this.word(event, offset + 1) };
  }

  /** A 64-bit field as a number. Exact up to 2^53: for frames and physical addresses. */
  wide(event: number, offset: number): number {
    return (this.word(event, offset) >>> 0) * 0x1_0000_0000 + (this.word(event, offset + 1) >>> 0);
  }

  /** What the kernel printed behind the event's name. */
  payload(event: number): string {
    const layout = LAYOUTS[this.columns.layout(event)];
    if (layout === undefined) return '';
    return printLayout(layout, (offset) => this.word(event, offset), this);
  }

  /** The text of a marker that somebody wrote into the trace. */
  markerText(event: number): string {
    return this.texts.text(this.word(event, MARK_TEXT), this.word(event, MARK_TEXT + 1));
  }

  /** What the columns take. */
  get bytes(): number {
    return this.columns.bytes + this.words.bytes;
  }
}

const MARK_TEXT = offsetOf('tracing_mark_write', 'text');
export const MARKER = kindNamed('tracing_mark_write').id;

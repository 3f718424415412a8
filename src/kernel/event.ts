import { ensure } from '../base';

/**
 * Typed events: what a step did, in the field's words. Panels, captions, timeline, counters and exports read these and
 * the store; they never compute the algorithm again. In the log an event is one header cell and its arguments as cells.
 */
export interface EventType<Field extends string = string> {
  readonly kind: string;
  readonly fields: readonly Field[];
  readonly index: number;
}

/** An event read back from the log. */
export type LoggedEvent = { readonly kind: string; readonly actor: number; readonly step: number } & {
  readonly [field: string]: number | string;
};

const registered: EventType[] = [];
const byKind = new Map<string, EventType>();

/** Declares an event once, at module level. Every field is a 32-bit number (64-bit values take two fields, `xLo` and `xHi`). */
export function eventType<const Field extends string>(kind: string, ...fields: Field[]): EventType<Field> {
  ensure(!byKind.has(kind), `event ${kind} is declared once`);
  const type = { kind, fields, index: registered.length };
  registered.push(type);
  byKind.set(kind, type);
  return type;
}

/** The type of a kind; undefined if nobody has declared it. */
export function eventTypeNamed(kind: string): EventType | undefined {
  return byKind.get(kind);
}

/** All kinds declared so far, in the order of their index. */
export function eventKinds(): readonly string[] {
  return registered.map((t) => t.kind);
}

/** The run's events, in order. Not part of the state: a cursor in the timeline says how many of them have happened. */
export class EventLog {
  private log = new Int32Array(4096);
  private used = 0;
  /** Off in the checker and in workloads, where nobody looks. */
  recording = true;
  /** Told of each event, recorded or not: for whoever counts them over runs that are too long to record. */
  told: ((type: EventType, args: readonly number[]) => void) | undefined;

  get mark(): number {
    return this.used;
  }

  truncate(mark: number): void {
    this.used = mark;
  }

  /** Header: type index, actor in the high byte (+1, so that "nobody" is 0). */
  emit(type: EventType, actor: number, args: readonly number[]): void {
    if (this.told !== undefined) this.told(type, args);
    if (!this.recording) return;
    if (this.used + 1 + type.fields.length > this.log.length) {
      const grown = new Int32Array(this.log.length * 2);
      grown.set(this.log);
      this.log = grown;
    }
    this.log[this.used++] = type.index | ((actor + 1) << 24);
    for (let i = 0; i < type.fields.length; i++) this.log[this.used++] = args[i] ?? 0;
  }

  /**
   * The events in [from, to), decoded; of some kinds only, if they are given. `step` is what the caller knows about where the span lies.
   */
  read(from: number, to: number, step: number, kinds?: ReadonlySet<string>): LoggedEvent[] {
    const out: LoggedEvent[] = [];
    this.scan(from, to, (type, actor, at) => {
      if (kinds !== undefined && !kinds.has(type.kind)) return;
      const event: Record<string, number | string> = { kind: type.kind, actor, step };
      const { fields } = type;
      for (let i = 0; i < fields.length; i++) event[fields[i] as string] = this.log[at + i] as number;
      out.push(event as LoggedEvent);
    });
    return out;
  }

  /** Visits the events in [from, to) without decoding them; `at` is the place of the first argument. */
  scan(from: number, to: number, visit: (type: EventType, actor: number, at: number) => void): void {
    let p = from;
    while (p < to) {
      const header = this.log[p] as number;
      const type = registered[header & 0xff_ffff] as EventType;
      visit(type, (header >>> 24) - 1, p + 1);
      p += 1 + type.fields.length;
    }
  }

  argument(at: number): number {
    return this.log[at] as number;
  }

  slice(from: number, to: number): Int32Array {
    return this.log.slice(from, to);
  }

  append(record: Int32Array): void {
    while (this.used + record.length > this.log.length) {
      const grown = new Int32Array(this.log.length * 2);
      grown.set(this.log);
      this.log = grown;
    }
    this.log.set(record, this.used);
    this.used += record.length;
  }

  get bytes(): number {
    return this.used * 4;
  }
}

/** Rows come in pieces of this many, so that growing copies nothing. */
const SHIFT = 16;
const PIECE = 1 << SHIFT;
const MASK = PIECE - 1;

/**
 * A row of whole numbers (32 bits) that grows. It has one kind of array: a column that could be of any kind is an order of
 * magnitude slower where millions are pushed.
 */
export class Int32Column {
  private readonly pieces: Int32Array[] = [];
  private last = new Int32Array(0);
  length = 0;

  push(value: number): void {
    const place = this.length & MASK;
    if (place === 0) {
      this.last = new Int32Array(PIECE);
      this.pieces.push(this.last);
    }
    this.last[place] = value;
    this.length++;
  }

  /** What was pushed at `i`; 0 outside. */
  get(i: number): number {
    return this.pieces[i >>> SHIFT]?.[i & MASK] ?? 0;
  }

  clear(): void {
    this.pieces.length = 0;
    this.length = 0;
  }

  get bytes(): number {
    return this.pieces.length * PIECE * 4;
  }
}

/** One piece of the table of events. */
class EventPiece {
  readonly layout = new Uint8Array(PIECE);
  readonly time = new Float64Array(PIECE);
  readonly line = new Uint32Array(PIECE);
  readonly task = new Uint16Array(PIECE);
  readonly lane = new Uint16Array(PIECE);
  readonly start = new Uint32Array(PIECE);
}

/** The fixed columns of the table of events: 21 bytes a row. */
export class EventColumns {
  private readonly pieces: EventPiece[] = [];
  private last: EventPiece | undefined;
  length = 0;

  push(layout: number, time: number, line: number, task: number, lane: number, start: number): void {
    const place = this.length & MASK;
    let { last } = this;
    if (place === 0 || last === undefined) {
      last = new EventPiece();
      this.last = last;
      this.pieces.push(last);
    }
    last.layout[place] = layout;
    last.time[place] = time;
    last.line[place] = line;
    last.task[place] = task;
    last.lane[place] = lane;
    last.start[place] = start;
    this.length++;
  }

  layout(row: number): number {
    return this.pieces[row >>> SHIFT]?.layout[row & MASK] ?? 0;
  }
  time(row: number): number {
    return this.pieces[row >>> SHIFT]?.time[row & MASK] ?? 0;
  }
  line(row: number): number {
    return this.pieces[row >>> SHIFT]?.line[row & MASK] ?? 0;
  }
  task(row: number): number {
    return this.pieces[row >>> SHIFT]?.task[row & MASK] ?? 0;
  }
  lane(row: number): number {
    return this.pieces[row >>> SHIFT]?.lane[row & MASK] ?? 0;
  }
  start(row: number): number {
    return this.pieces[row >>> SHIFT]?.start[row & MASK] ?? 0;
  }

  setLane(row: number, lane: number): void {
    const piece = this.pieces[row >>> SHIFT];
    if (piece !== undefined) piece.lane[row & MASK] = lane;
  }

  get bytes(): number {
    return this.pieces.length * PIECE * 21;
  }
}

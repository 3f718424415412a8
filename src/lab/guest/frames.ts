/** There is no frame left for what the guest wants: said to whoever chose the workload's numbers. */
export class OutOfFrames extends Error {
  constructor(frames: number) {
    super(
      `The guest has used up its ${frames} frames of memory. Give it more memory, or lower the number of pages or processes.`,
    );
    this.name = 'OutOfFrames';
  }
}

/**
 * The guest kernel's page allocator: last freed, first used, as per-processor lists do. Tables come from lists of their own, for a
 * kernel of that time kept the tables it freed, which are all zero by then (Linux: quicklists).
 */
export class Frames {
  private readonly free: number[] = [];
  private readonly tables: number[] = [];
  private readonly roots: number[] = [];
  /** How many address spaces map a frame. */
  private readonly maps = new Map<number, number>();
  /** Frames in which something but zero may lie. */
  private readonly used = new Set<number>();
  private readonly all: number;

  /** Frames `first` to `end` - 1 are free. */
  constructor(first: number, end: number) {
    this.all = Math.max(0, end - first);
    for (let frame = end - 1; frame >= first; frame--) this.free.push(frame);
  }

  /** A frame for data, mapped once. */
  take(): number {
    const frame = this.any();
    this.used.add(frame);
    this.maps.set(frame, 1);
    return frame;
  }

  private any(): number {
    const frame = this.free.pop() ?? this.tables.pop();
    if (frame === undefined) throw new OutOfFrames(this.all);
    return frame;
  }

  /** A frame for a table, and whether the kernel must clear it first. */
  takeTable(): { readonly frame: number; readonly clear: boolean } {
    const kept = this.tables.pop();
    if (kept !== undefined) return { frame: kept, clear: false };
    const frame = this.any();
    const clear = this.used.delete(frame);
    return { frame, clear };
  }

  /** A root that an earlier process had: its kernel half is filled in already. */
  takeRoot(): number | undefined {
    return this.roots.pop();
  }

  share(frame: number): void {
    this.maps.set(frame, this.mapped(frame) + 1);
  }

  mapped(frame: number): number {
    return this.maps.get(frame) ?? 0;
  }

  /** One mapping less; with the last the frame is free. */
  drop(frame: number): void {
    const left = this.mapped(frame) - 1;
    if (left > 0) this.maps.set(frame, left);
    else {
      this.maps.delete(frame);
      this.free.push(frame);
    }
  }

  /** A table whose entries are all zero. */
  dropTable(frame: number): void {
    this.tables.push(frame);
  }

  dropRoot(frame: number): void {
    this.roots.push(frame);
  }
}

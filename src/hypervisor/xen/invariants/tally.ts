/** How often each frame was counted. Frames beyond the machine's are not. */
export class Tally {
  private readonly counts: Int32Array;
  /** Frames that were counted since the last `clear`. */
  private readonly counted: number[] = [];

  constructor(private readonly frames: number) {
    this.counts = new Int32Array(frames);
  }

  clear(): void {
    for (const frame of this.counted) this.counts[frame] = 0;
    this.counted.length = 0;
  }

  bump(frame: number): void {
    if (frame < 0 || frame >= this.frames) return;
    const now = this.counts[frame] as number;
    if (now === 0) this.counted.push(frame);
    this.counts[frame] = now + 1;
  }

  of(frame: number): number {
    return this.counts[frame] ?? 0;
  }

  /** The count of a frame, which is then settled: it is not among the rest. */
  take(frame: number): number {
    const count = this.of(frame);
    if (count !== 0) this.counts[frame] = 0;
    return count;
  }

  /** Frames counted and not taken. */
  rest(): number[] {
    return this.counted.filter((frame) => this.of(frame) !== 0);
  }
}

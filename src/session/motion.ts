import type { Frames } from './frame';

/** One beat at 1×, in milliseconds. */
export const BEAT_MS = 420;

interface Running {
  readonly began: number;
  readonly lasts: number;
  readonly backwards: boolean;
  readonly ended: () => void;
}

/**
 * How far the beat on stage has got: `fraction` 0 is its beginning, 1 its end. The scene is a function of (beat, fraction);
 * this is the only thing that knows time. Backwards it runs from 1 to 0.
 */
export class Motion {
  fraction = 1;
  private running: Running | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly tick = (now: number): boolean => this.advance(now);

  constructor(private readonly frames: Frames) {}

  get moving(): boolean {
    return this.running !== undefined;
  }

  /** Called once per frame while the fraction changes. Returns how to stop listening. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts a beat. `lasts` 0 shows its end at once. */
  start(lasts: number, backwards: boolean, ended: () => void): void {
    if (lasts <= 0) {
      this.rest();
      ended();
      return;
    }
    this.running = { began: this.frames.now, lasts, backwards, ended };
    this.set(backwards ? 1 : 0);
    this.frames.animate(this.tick);
  }

  /** Whatever was moving is at its end now, and nobody is told that it ended. */
  rest(): void {
    this.running = undefined;
    this.frames.stop(this.tick);
    this.set(1);
  }

  private advance(now: number): boolean {
    const { running } = this;
    if (running === undefined) return false;
    const done = Math.min(1, Math.max(0, (now - running.began) / running.lasts));
    if (done < 1) {
      this.set(running.backwards ? 1 - done : done);
      return true;
    }
    this.running = undefined;
    this.set(1);
    running.ended();
    // The end may have started the next beat: then it goes on in this same loop.
    return this.running !== undefined;
  }

  private set(fraction: number): void {
    if (fraction === this.fraction) return;
    this.fraction = fraction;
    for (const listener of this.listeners) listener();
  }
}

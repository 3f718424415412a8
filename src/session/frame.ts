/** The browser's frame clock, or a test's. */
export interface Clock {
  readonly now: () => number;
  readonly request: (callback: (now: number) => void) => void;
}

/** Called once per frame while it returns true. `now` is in milliseconds. */
export type Animation = (now: number) => boolean;

/**
 * The one frame handler of the page. Animations change state first; drawings asked for in the meantime run after them, once
 * each. `idle` tells when nothing is left to do, so that a test never has to wait for a length of time.
 */
export class Frames {
  private readonly animations = new Set<Animation>();
  private readonly drawings = new Set<(now: number) => void>();
  private readonly busy = new Set<symbol>();
  private waiting: (() => void)[] = [];
  private scheduled = false;
  private quietFrames = 0;

  constructor(private readonly clock: Clock) {}

  get now(): number {
    return this.clock.now();
  }

  animate(animation: Animation): void {
    this.animations.add(animation);
    this.request();
  }

  stop(animation: Animation): void {
    this.animations.delete(animation);
  }

  /** Asks for a drawing in the coming frame; asking twice draws once. */
  draw(drawing: (now: number) => void): void {
    this.drawings.add(drawing);
    this.request();
  }

  cancel(drawing: (now: number) => void): void {
    this.drawings.delete(drawing);
  }

  /** Something that ends later (a chunk that loads, a worker that runs) began; call the result when it has ended. */
  begin(what: string): () => void {
    const token = Symbol(what);
    this.busy.add(token);
    return () => {
      if (!this.busy.delete(token)) return;
      this.request();
    };
  }

  /**
   * Resolves when no animation runs, nothing is being loaded or computed, and two frames have passed with nothing to draw:
   * one in which the last change reached the document, one in which it was painted.
   */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.quietFrames = 0;
      this.waiting.push(resolve);
      this.request();
    });
  }

  private request(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.clock.request((now) => this.frame(now));
  }

  private frame(now: number): void {
    this.scheduled = false;
    let quiet = this.animations.size === 0 && this.drawings.size === 0 && this.busy.size === 0;
    for (const animation of [...this.animations]) {
      if (!animation(now)) this.animations.delete(animation);
    }
    const drawings = [...this.drawings];
    this.drawings.clear();
    for (const drawing of drawings) drawing(now);
    quiet = quiet && this.animations.size === 0 && this.drawings.size === 0;
    this.quietFrames = quiet ? this.quietFrames + 1 : 0;
    if (this.quietFrames >= 2) {
      const waiting = this.waiting;
      this.waiting = [];
      for (const resolve of waiting) resolve();
    }
    // While something is loading there is nothing to do per frame: its end asks for the next one.
    if (
      this.animations.size > 0 ||
      this.drawings.size > 0 ||
      (this.waiting.length > 0 && this.busy.size === 0)
    ) {
      this.request();
    }
  }
}

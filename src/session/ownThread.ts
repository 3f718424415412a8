/** The part of a worker that is used; a test gives its own. */
export interface WorkerLike<To, From> {
  postMessage(message: To): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<From>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Hearing<To, From> {
  readonly make: () => WorkerLike<To, From>;
  readonly hear: (message: From) => void;
  /** The thread is gone, by no wish of the page: why, in a sentence. */
  readonly failed: (why: string) => void;
  /** What it does, as in `the part of the page that reads traces`. */
  readonly does: string;
}

/**
 * A thread for work that takes long, so that the page goes on. It is made when it is first told something, and made anew after it has
 * failed or was ended: whoever ends one hears nothing more of it.
 */
export class OwnThread<To, From> {
  private worker: WorkerLike<To, From> | undefined;

  constructor(private readonly hearing: Hearing<To, From>) {}

  tell(message: To): void {
    this.worker ??= this.made();
    this.worker.postMessage(message);
  }

  /** Tells it only if there is one: nobody is made to hear that something is cancelled. */
  tellIfMade(message: To): void {
    this.worker?.postMessage(message);
  }

  end(): void {
    const { worker } = this;
    if (worker === undefined) return;
    this.worker = undefined;
    worker.onmessage = worker.onerror = null;
    worker.terminate();
  }

  private made(): WorkerLike<To, From> {
    const { make, hear, failed, does } = this.hearing;
    const worker = make();
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = ({ message }) => {
      this.end();
      // A file that cannot be fetched is an error without words.
      failed(message || `The part of the page that ${does} could not be fetched.`);
    };
    return worker;
  }
}

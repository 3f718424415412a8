import { textOf } from './cursor';

/** Short byte strings that occur again and again (tasks, events, exit reasons), numbered in the order of their first sight. */
export class Names {
  private readonly byHash = new Map<number, number[]>();
  private readonly bytes: Uint8Array[] = [];
  readonly texts: string[] = [];

  constructor(
    /** How many are kept apart; what comes later is all one. A trace has a handful, a file that is none may have millions. */
    private readonly most = 4096,
  ) {}

  /** The number of the bytes from `from` up to `to`. */
  of(bytes: Uint8Array, from: number, to: number): number {
    let h = 0x811c9dc5 | 0;
    for (let i = from; i < to; i++) h = Math.imul(h ^ (bytes[i] ?? 0), 0x01000193);
    const same = this.byHash.get(h);
    for (const id of same ?? []) if (this.equal(id, bytes, from, to)) return id;
    if (this.texts.length >= this.most) return this.most - 1;
    const id = this.texts.length;
    this.bytes.push(bytes.slice(from, to));
    this.texts.push(textOf(bytes, from, to));
    if (same === undefined) this.byHash.set(h, [id]);
    else same.push(id);
    return id;
  }

  /** Whether these bytes are the name with this number: the usual question, without a hash. */
  equal(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const known = this.bytes[id];
    if (known === undefined || known.length !== to - from) return false;
    for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
    return true;
  }

  text(id: number): string {
    return this.texts[id] ?? '?';
  }
}

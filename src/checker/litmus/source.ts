import type { LitmusError } from './test';

/** Stops the reading of a text; `parseLitmus` turns it into a value. */
export class LitmusTrouble extends Error {
  constructor(
    readonly at: number,
    says: string,
  ) {
    super(says);
  }
}

/** A piece of a litmus text that knows where in the whole it lies, so that every error can name its line. */
export class Source {
  constructor(
    readonly whole: string,
    readonly from = 0,
    readonly to = whole.length,
  ) {}

  get text(): string {
    return this.whole.slice(this.from, this.to);
  }

  /** The pieces between separators, without the blanks around them. */
  split(separator: string): Source[] {
    const pieces: Source[] = [];
    let from = this.from;
    for (const piece of this.text.split(separator)) {
      pieces.push(new Source(this.whole, from, from + piece.length).trim());
      from += piece.length + separator.length;
    }
    return pieces;
  }

  trim(): Source {
    const { text } = this;
    const from = this.from + (text.length - text.trimStart().length);
    return new Source(this.whole, from, Math.max(from, this.from + text.trimEnd().length));
  }

  /** From and up to offsets of this piece. */
  slice(from: number, to = this.to - this.from): Source {
    return new Source(this.whole, this.from + from, this.from + to);
  }

  /** Stops the reading with a sentence about this place. */
  fail(says: string): never {
    throw new LitmusTrouble(this.from, says);
  }
}

/** Comments become blanks, line ends stay: what follows keeps its line. */
export function withoutComments(text: string): string {
  let out = '';
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const two = text.slice(i, i + 2);
    if (two === '(*') depth++;
    if (depth === 0) out += text[i];
    else out += text[i] === '\n' ? '\n' : ' ';
    if (two === '*)' && depth > 0) {
      depth--;
      out += ' ';
      i++;
    }
  }
  return out;
}

/** The same trouble with the line it is in, counted from 1. */
export function errorAt(whole: string, trouble: LitmusTrouble): LitmusError {
  return { line: whole.slice(0, trouble.at).split('\n').length, from: trouble.at, says: trouble.message };
}

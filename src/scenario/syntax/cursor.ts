import { nearest, orList } from '../suggest';
import type { Line, Token, TokenKind } from './token';

/** Something that could have stood at a place: a phrase for the message, and the words it may begin with. */
export interface Expected {
  /** "a frame", or a literal in backticks. */
  readonly what: string;
  readonly words: readonly string[];
  /** What the reference calls it (FRAME, SWITCH), where that is no literal: completion knows such things by it. */
  readonly symbol?: string;
}

/** Reading stopped: caught where statements are read, never seen outside. */
export class ReadError extends Error {
  constructor(
    readonly from: number,
    readonly to: number,
    readonly says: string,
    readonly suggestion: string | undefined,
  ) {
    super(says);
  }
}

/**
 * A place in the tokens of one statement. Whoever looks and does not find says what it looked for; when reading stops, the
 * message lists all that was looked for at that very place.
 */
export class Cursor {
  private at = 0;
  private wanted: Expected[] = [];

  constructor(private readonly line: Line) {}

  /** The token `ahead` places on, or nothing at the end of the line. */
  peek(ahead = 0): Token | undefined {
    return this.line.tokens[this.at + ahead];
  }

  get done(): boolean {
    return this.at >= this.line.tokens.length;
  }

  /** Whether the next token is of this kind (and has this text); if not, remembers that it was looked for. */
  sees(expected: Expected, kind: TokenKind, text?: string): boolean {
    const token = this.peek();
    if (token !== undefined && token.kind === kind && (text === undefined || token.text === text))
      return true;
    this.want(expected);
    return false;
  }

  /** What was looked for at this place and not found. */
  get looked(): readonly Expected[] {
    return this.wanted;
  }

  want(expected: Expected): void {
    this.wanted.push(expected);
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) return this.fail();
    this.at++;
    this.wanted = [];
    return token;
  }

  /** Where the statement's text ends: for messages about something missing. */
  get end(): number {
    return this.line.tokens.at(-1)?.to ?? this.line.from;
  }

  /** Stops with all that was looked for here. */
  fail(): never {
    const token = this.peek();
    const whats = [...new Set(this.wanted.map((e) => e.what))];
    const expected = `Expected ${orList(whats)}.`;
    if (token === undefined) {
      const from = Math.max(this.line.from, this.end - 1);
      throw new ReadError(from, this.end, `The line ends too early. ${expected}`, undefined);
    }
    if (token.kind === 'open string') {
      throw new ReadError(
        token.from,
        token.to,
        'This text has no closing quote. Expected `"` before the end of the line; a long text goes on as another quoted text in the next line.',
        undefined,
      );
    }
    const meant = nearest(
      token.text,
      this.wanted.flatMap((e) => e.words),
    );
    // "a frame number such as 0x030" is said in full once, in the second sentence.
    const only =
      whats.length === 1 && whats[0] !== 'the end of the line'
        ? `is not ${whats[0]?.replace(/ (such as|\().*/, '')}`
        : 'cannot stand here';
    this.stop(token, `\`${token.text}\` ${only}. ${expected}`, meant);
  }

  /** Stops at a token with a message of its own. */
  stop(token: { readonly from: number; readonly to: number }, says: string, suggestion?: string): never {
    const question = suggestion === undefined ? '' : ` Did you mean \`${suggestion}\`?`;
    throw new ReadError(token.from, token.to, says + question, suggestion);
  }
}

import type { SyntaxNode } from '@lezer/common';
import type { Span } from '../../engine/spec';
import { parser } from '../grammar/scenario.gen';

/** One token of a line, as the grammar names it; keywords, modifiers and rights are all words here. */
export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
}

export type TokenKind =
  | 'word'
  | 'number'
  | 'size'
  | 'string'
  | 'open string'
  | 'mark'
  /** Characters the language has no use for. */
  | 'junk';

/** A line that is not blank. */
export interface Line extends Span {
  readonly tokens: readonly Token[];
  /** Text of the comment without `#`, if there is one. */
  readonly comment?: string;
}

const KINDS: Readonly<Record<string, TokenKind>> = {
  Keyword: 'word',
  Word: 'word',
  Modifier: 'word',
  Right: 'word',
  Number: 'number',
  Size: 'size',
  String: 'string',
  OpenString: 'open string',
  Junk: 'junk',
};

const commentText = (raw: string): string => raw.replace(/^#/, '').trim();

function lineOf(node: SyntaxNode, text: string): Line {
  const span = { from: node.from, to: node.to };
  if (node.name === 'Comment')
    return { ...span, tokens: [], comment: commentText(text.slice(node.from, node.to)) };
  const tokens: Token[] = [];
  let comment: string | undefined;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const raw = text.slice(child.from, child.to);
    if (child.name === 'Comment') comment = commentText(raw);
    // A comma's token reaches over the line end it swallows; people only see the comma.
    else if (child.name === 'Comma')
      tokens.push({ kind: 'mark', text: ',', from: child.from, to: child.from + 1 });
    else tokens.push({ kind: KINDS[child.name] ?? 'mark', text: raw, from: child.from, to: child.to });
  }
  const glued = glueJunk(tokens);
  return comment === undefined ? { ...span, tokens: glued } : { ...span, tokens: glued, comment };
}

/** `0xZZ` and `12abc` reach us in pieces; a person sees one wrong word, so the message must name one. */
function glueJunk(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const before = out.at(-1);
    const touches = before !== undefined && before.to === token.from;
    const breaks = (t: Token): boolean =>
      t.kind === 'junk' || t.kind === 'word' || t.kind === 'number' || t.kind === 'size';
    if (touches && breaks(before) && breaks(token)) {
      out[out.length - 1] = { kind: 'junk', text: before.text + token.text, from: before.from, to: token.to };
    } else out.push(token);
  }
  return out;
}

/** The lines of a text that hold something, in order. Never fails: what no statement can use comes back as junk tokens. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let node = parser.parse(text).topNode.firstChild; node !== null; node = node.nextSibling) {
    if (node.name === 'Statement' || node.name === 'Comment') lines.push(lineOf(node, text));
  }
  return lines;
}

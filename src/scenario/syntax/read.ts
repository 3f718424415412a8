import { assertNever } from '../../base';
import type { Cursor } from './cursor';
import type { AnyPart, Leaf } from './part';

const isMark = (text: string): boolean => !/^[a-z0-9]/i.test(text);

/** Whether the next token is this word or mark. */
export function seesLiteral(c: Cursor, text: string): boolean {
  return c.sees({ what: `\`${text}\``, words: [text] }, isMark(text) ? 'mark' : 'word', text);
}

/** Whether the parts can begin here. Parts that may be absent do not count as beginning by being absent. */
export function seesParts(c: Cursor, parts: readonly AnyPart[]): boolean {
  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        return seesLiteral(c, part.text);
      case 'field':
        return part.leaf.starts(c);
      case 'list':
        if (part.leaf.starts(c)) return true;
        if (part.least > 0) return false;
        break;
      case 'optional':
        if (seesParts(c, part.parts)) return true;
        break;
      case 'options':
        if (part.parts.some((one) => seesParts(c, [one]))) return true;
        break;
      default:
        assertNever(part);
    }
  }
  return false;
}

function readLeaf(c: Cursor, leaf: Leaf<never>): unknown {
  if (!leaf.starts(c)) c.fail();
  return leaf.read(c);
}

function readList(c: Cursor, part: Extract<AnyPart, { kind: 'list' }>): unknown[] {
  const items: unknown[] = [];
  while (items.length < part.least || part.leaf.starts(c)) {
    items.push(readLeaf(c, part.leaf));
    if (!part.comma) continue;
    if (!seesLiteral(c, ',')) break;
    c.next();
    // After a comma there must be one more.
    if (!part.leaf.starts(c)) c.fail();
  }
  return items;
}

function readOptions(c: Cursor, parts: readonly AnyPart[], into: Record<string, unknown>): void {
  const left = new Set(parts);
  for (let found = true; found; ) {
    found = false;
    for (const part of left) {
      if (!seesParts(c, [part])) continue;
      readInto(c, [part], into);
      left.delete(part);
      found = true;
    }
  }
}

function readInto(c: Cursor, parts: readonly AnyPart[], into: Record<string, unknown>): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        if (!seesLiteral(c, part.text)) c.fail();
        c.next();
        break;
      case 'field':
        into[part.name] = readLeaf(c, part.leaf);
        break;
      case 'list':
        into[part.name] = readList(c, part);
        break;
      case 'optional':
        if (seesParts(c, part.parts)) readInto(c, part.parts, into);
        break;
      case 'options':
        readOptions(c, part.parts, into);
        break;
      default:
        assertNever(part);
    }
  }
}

/** Reads some parts into one object; stops (ReadError) where they do not fit. */
export function readParts(c: Cursor, parts: readonly AnyPart[]): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  readInto(c, parts, into);
  return into;
}

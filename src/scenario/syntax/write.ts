import { assertNever } from '../../base';
import type { AnyPart } from './part';

/** Where a line may be broken: after a comma, or inside a text (which is then closed and opened again). */
export const BREAK = '\u0001';
export const TEXT_BREAK = '\u0002';
const WIDTH = 100;

/** The text of some parts for a node that has their fields. Absent options are left out. */
export function writeParts(parts: readonly AnyPart[], node: Readonly<Record<string, unknown>>): string {
  let out = '';
  let tight = true;
  const put = (piece: string, glue?: 'left' | 'both'): void => {
    if (piece === '') return;
    out += tight || glue !== undefined ? piece : ` ${piece}`;
    tight = glue === 'both';
  };
  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        put(part.text, part.glue);
        break;
      case 'field':
        put(part.leaf.print(node[part.name] as never), part.leaf.glued && 'left');
        break;
      case 'list':
        put(
          (node[part.name] as never[])
            .map((item) => part.leaf.print(item))
            .join(part.comma ? `,${BREAK}` : ' '),
        );
        break;
      case 'optional':
        if (isThere(part.parts, node)) put(writeParts(part.parts, node), glueOf(part.parts[0]));
        break;
      case 'options':
        for (const one of part.parts) if (isThere([one], node)) put(writeParts([one], node));
        break;
      default:
        assertNever(part);
    }
  }
  return out;
}

function glueOf(first: AnyPart | undefined): 'left' | undefined {
  if (first?.kind === 'literal' && first.glue !== undefined) return 'left';
  return first?.kind === 'field' && first.leaf.glued ? 'left' : undefined;
}

/** Whether a node has what an optional group is about: its first field. */
function isThere(parts: readonly AnyPart[], node: Readonly<Record<string, unknown>>): boolean {
  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        break;
      case 'field':
      case 'list':
        return node[part.name] !== undefined;
      case 'optional':
      case 'options':
        if (isThere(part.parts, node)) return true;
        break;
      default:
        assertNever(part);
    }
  }
  return false;
}

/** Fits a statement into lines of 100 columns at most, as far as its break places allow. */
export function layOut(statement: string, indent: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own break marks.
  const pieces = statement.split(/([\u0001\u0002])/);
  let line = indent + (pieces[0] ?? '');
  const lines: string[] = [];
  for (let i = 1; i < pieces.length; i += 2) {
    const inText = pieces[i] === TEXT_BREAK;
    const piece = pieces[i + 1] ?? '';
    if (line.length + 1 + piece.length <= WIDTH) {
      line += ` ${piece}`;
      continue;
    }
    lines.push(inText ? `${line}"` : line);
    line = `${indent}    ${inText ? '"' : ''}${piece}`;
  }
  return [...lines, line].join('\n');
}

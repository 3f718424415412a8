import { bytesOf, type Cursor } from './cursor';
import type { FieldType, Keeping } from './field';
import { FIELD_TYPES } from './fieldTypes';

/** Where a field of an event lies among the words that are kept of it. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
}

type Op =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array; readonly text: string }
  /** In this layout's own way of printing: kernels differ in that, not in what a field means. */
  | { readonly kind: 'field'; readonly type: FieldType; readonly offset: number }
  /** Names of the flags of a field that stands elsewhere in the line: read over, printed again from that field. */
  | { readonly kind: 'flags'; readonly of: Field };

/** One way in which a kernel prints an event, compiled from a line such as `addr {addr:x64} pferr {pferr:x32} {flags of pferr}`. */
export interface Layout {
  readonly event: EventKind;
  readonly ops: readonly Op[];
}

/** A tracepoint: its fields in the order in which their words are kept, and the ways in which kernels have printed it. */
export interface EventKind {
  readonly id: number;
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Words kept of one event. */
  readonly width: number;
  readonly layouts: readonly Layout[];
}

const PIECES = /\{(?:flags of (\w+)|(\w+):(\w+))\}|[^{]+/g;

/** Compiles a tracepoint. Throws on a line that names a type or field which is not there: the table is wrong then. */
export function eventKind(id: number, name: string, lines: readonly string[]): EventKind {
  const fields = new Map<string, Field>();
  let width = 0;
  const layouts: Layout[] = [];
  const event = {
    id,
    name,
    fields,
    layouts,
    width: 0,
  };
  for (const line of lines) {
    const ops: Op[] = [];
    for (const [piece, flagsOf, fieldName, typeName] of line.matchAll(PIECES)) {
      if (flagsOf !== undefined) {
        const of = fields.get(flagsOf);
        if (of === undefined) throw new Error(`${name}: the line has no field ${flagsOf} to print flags of`);
        ops.push({ kind: 'flags', of });
      } else if (fieldName !== undefined && typeName !== undefined) {
        const type = FIELD_TYPES[typeName];
        if (type === undefined) throw new Error(`${name}: ${typeName} is no type of a field`);
        let field = fields.get(fieldName);
        if (field === undefined) {
          field = { name: fieldName, type, offset: width };
          fields.set(fieldName, field);
          width += type.width;
        }
        ops.push({ kind: 'field', type, offset: field.offset });
      } else ops.push({ kind: 'literal', bytes: bytesOf(piece), text: piece });
    }
    layouts.push({ event, ops });
  }
  event.width = width;
  return event;
}

/** Reads a payload that must fill the rest of the line. False if it is not of this layout; `out` then holds nothing of meaning. */
export function readLayout(layout: Layout, c: Cursor, out: Int32Array, keep: Keeping): boolean {
  for (const op of layout.ops) {
    if (op.kind === 'literal') {
      if (!c.take(op.bytes)) return false;
    } else if (op.kind === 'flags') FIELD_TYPES.flags?.read(c, SCRATCH, 0, keep);
    else if (!op.type.read(c, out, op.offset, keep)) return false;
  }
  // The kernel ends some lines with a space (an empty list of flags), some programs take it away.
  c.spaces();
  return c.at === c.end;
}

const SCRATCH = new Int32Array(8);

/** The payload as the kernel printed it: the inverse of reading. `word` gives the event's words by their offset. */
export function printLayout(layout: Layout, word: (offset: number) => number, keep: Keeping): string {
  return layout.ops
    .map((op) => {
      if (op.kind === 'literal') return op.text;
      if (op.kind === 'flags') return FIELD_TYPES.flags?.print(() => word(op.of.offset), keep) ?? '';
      return op.type.print((i) => word(op.offset + i), keep);
    })
    .join('');
}

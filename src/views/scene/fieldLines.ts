import { hex } from '../../base';
import { A, D, G, NX_HI, P, PCD, PS, PWT, U, W } from '../../machine';
import { isLeaf, targetFrame } from './decode';
import type { TableModel } from './model';

/** One line of the tooltip. */
export interface FieldLine {
  readonly bits: string;
  readonly name: string;
  readonly value: string;
  readonly says: string;
}

const flag = (bit: number, name: string, on: boolean, yes: string, no: string): FieldLine => ({
  bits: String(bit),
  name,
  value: on ? '1' : '0',
  says: on ? yes : no,
});

/** Memory types as EPT leaves name them, in bits 3 to 5. */
const MEMORY_TYPES: Readonly<Record<number, string>> = {
  0: 'uncacheable',
  1: 'write-combining',
  4: 'write-through',
  5: 'write-protected',
  6: 'write-back',
};

/** An EPT entry field by field, lowest bit first. Source: Intel SDM volume 3, "EPT translation mechanism", format of EPT entries. */
export function eptFieldLines(t: TableModel, hi: number, lo: number): FieldLine[] {
  const leaf = isLeaf(t.level, lo);
  const type = (lo >> 3) & 7;
  const frame = hex(targetFrame(hi, lo), 3);
  return [
    flag(0, 'R', (lo & 1) !== 0, 'may be read', 'no read: with W and X clear too, not present'),
    flag(1, 'W', (lo & 2) !== 0, 'may be written', 'a store exits'),
    flag(2, 'X', (lo & 4) !== 0, 'instructions may be fetched', 'a fetch exits'),
    ...(leaf
      ? [
          {
            bits: '5–3',
            name: 'type',
            value: String(type),
            says: MEMORY_TYPES[type] ?? 'a type that does not exist',
          },
        ]
      : []),
    ...(t.level > 1 ? [flag(7, 'PS', (lo & PS) !== 0, 'maps a large page', 'points at a table')] : []),
    flag(8, 'A', (lo & 0x100) !== 0, 'has been used', 'not used since cleared, or A and D are off'),
    ...(leaf
      ? [
          flag(
            9,
            'D',
            (lo & 0x200) !== 0,
            'has been written',
            'not written since cleared, or A and D are off',
          ),
        ]
      : []),
    {
      bits: '51–12',
      name: leaf ? 'frame' : 'table',
      value: leaf ? `0x${frame}` : `s${frame}`,
      says: leaf ? 'the machine frame' : 'the next nested table',
    },
  ];
}

/** An entry field by field, lowest bit first. Source: Intel SDM volume 3, "Paging", formats of paging-structure entries. */
export function fieldLines(t: TableModel, hi: number, lo: number): FieldLine[] {
  const leaf = isLeaf(t.level, lo);
  const lines = [
    flag(0, 'P', (lo & P) !== 0, 'present', 'not present: the other bits are the kernel’s own'),
    flag(1, 'W', (lo & W) !== 0, 'writable', 'read-only'),
    flag(2, 'U', (lo & U) !== 0, 'user and kernel', 'kernel only'),
    flag(3, 'PWT', (lo & PWT) !== 0, 'write-through', 'write-back'),
    flag(4, 'PCD', (lo & PCD) !== 0, 'not cached', 'cached'),
    flag(5, 'A', (lo & A) !== 0, 'has been used', 'not used since cleared'),
    leaf
      ? flag(6, 'D', (lo & D) !== 0, 'has been written through', 'not written since cleared')
      : flag(6, '—', (lo & D) !== 0, 'ignored at this level', 'ignored at this level'),
    t.level > 1
      ? flag(7, 'PS', (lo & PS) !== 0, 'maps a large page', 'points at a table')
      : flag(7, 'PAT', (lo & PS) !== 0, 'memory type, high bit', 'memory type, high bit'),
    flag(8, 'G', (lo & G) !== 0, 'global: survives a CR3 load', 'flushed by a CR3 load'),
  ];
  const frame = hex(targetFrame(hi, lo), 3);
  lines.push({
    bits: '51–12',
    name: leaf ? 'frame' : 'table',
    value: t.side === 'shadow' && !leaf ? `s${frame}` : `0x${frame}`,
    says: leaf ? 'the frame mapped' : 'the next table',
  });
  if (t.stride === 2)
    lines.push(flag(63, 'NX', (hi & NX_HI) !== 0, 'no instruction fetch', 'may be executed'));
  return lines;
}

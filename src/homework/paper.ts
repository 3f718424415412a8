import { hex } from '../base';
import type { Block } from './exercise';

/** `0x7f80_8820_7000`: an address or an entry, in groups of four digits from the right. */
export function long(value: bigint): string {
  return `0x${value.toString(16).replace(/(?<=[0-9a-f])(?=(?:[0-9a-f]{4})+$)/g, '_')}`;
}

/** A whole 64-bit word, all of its digits: what an examination sheet prints. */
export const wordText = (value: bigint, digits = 16): string =>
  `0x${value
    .toString(16)
    .padStart(digits, '0')
    .replace(/(?<=[0-9a-f])(?=(?:[0-9a-f]{4})+$)/g, '_')}`;

export const frameText = (frame: number): string => `0x${hex(frame, 3)}`;

export const text = (words: string): Block => ({ kind: 'text', text: words });

export const table = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Block => ({ kind: 'table', caption, head, rows });

export const program = (caption: string, lines: readonly string[]): Block => ({
  kind: 'program',
  caption,
  lines,
});

/** Quoted for a scenario's text. */
export const quote = (words: string): string => `"${words.replace(/[\\"]/g, '\\$&')}"`;

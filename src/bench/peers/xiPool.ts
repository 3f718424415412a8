import { type BuiltWorld, buildWorld } from '../../engine';
import { PlainStore } from '../../kernel';
import { resolve } from '../../scenario';

/** Entries of an upper table that lead to leaf tables; the last ones stay free. */
const USED = 500;
const LEAVES = 0x1000;
const OTHERS = 0x4000;
const TARGET = 0x8000;

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
const address = (nth: number): bigint => BigInt(Math.floor(nth / USED) * 512 + (nth % USED)) << 21n;

/**
 * A scenario whose prologue fills the pool with so many leaf shadows, so many of which map one page. Then the guest uses that page as
 * a page table.
 */
function text(shadows: number, mappings: number): string {
  const each = Array.from({ length: shadows }, (_, nth) => nth);
  return [
    'scenario "A full pool"',
    'design xi',
    `knob kits ${shadows + 16 + Math.ceil(shadows / USED)}`,
    `paging x86-64, ${0x1_0000} frames`,
    'root 0x010',
    'tables from 0x020',
    'table l2 0x300 at 0x0',
    ...each.map((nth) => `table l1 ${hex(LEAVES + nth)} at ${hex(address(nth))}`),
    ...each.map(
      (nth) => `entry ${hex(LEAVES + nth)}[0] = ${hex(nth < mappings ? TARGET : OTHERS + nth)} rwx a d`,
    ),
    'prologue vcpu 0',
    ...each.map((nth) => `  store ${hex(address(nth))} = 1 kernel`),
    'vcpu 0',
    `  poke 0x300[505] = ${hex(TARGET)} rwx a d`,
    `  poke ${hex(TARGET)}[0] = ${hex(OTHERS)} rwx a d`,
    `  load ${hex(505n << 21n)} kernel`,
  ].join('\n');
}

/** The world before the page becomes a page table. */
export function fullPool(shadows: number, mappings: number): BuiltWorld {
  const resolved = resolve(text(shadows, mappings));
  if (resolved.kind === 'error') throw new Error(resolved.error.map((d) => d.says).join(' '));
  const { spec, design } = resolved.value;
  return buildWorld(spec, design, new PlainStore(1 << 25));
}

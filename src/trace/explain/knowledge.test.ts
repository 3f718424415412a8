import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CR4_PSE } from '../../machine';
import { parseWalkCase, type WalkCase } from '../../oracle/walksFormat';
import { geometryOf } from '../geometry';
import { Knowledge } from './knowledge';

const recorded = (name: string): WalkCase[] =>
  readFileSync(new URL(`../../testing/oracles/walks/${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = parseWalkCase(line);
      return parsed.kind === 'ok' ? [parsed.value] : [];
    });

/** What a trace would have shown of a recorded walk's tables: each entry at its place. */
function knowledgeOf({ entries, mode }: WalkCase): { known: Knowledge; top: number } {
  const known = new Knowledge(geometryOf(mode === '64' ? 4 : mode === 'pae' ? 3 : 2));
  const bytes = mode === '32' ? 4 : 8;
  const at = entries.map(({ addr, before, level }) => {
    const gfn = addr.hi * 0x10_0000 + (addr.lo >>> 12);
    const place = (addr.lo & 0xfff) / bytes;
    // PAE's four top entries may begin anywhere in a frame, and a trace does not tell where.
    known.store(gfn, level === 3 && mode === 'pae' ? place & 3 : place, before.hi, before.lo);
    return gfn;
  });
  return { known, top: at[0] ?? 0 };
}

it.each([
  ['mode64', 100],
  ['pae', 60],
  ['mode32', 60],
])('%s: an address leads to where a processor was recorded to find it', (name, least) => {
  let compared = 0;
  for (const c of recorded(name)) {
    // Without CR4.PSE no entry of 32-bit mode is large; a trace does not print CR4.
    if (c.result.fault !== null || (c.mode === '32' && (c.cr4.lo & CR4_PSE) === 0)) continue;
    const { known, top } = knowledgeOf(c);
    const { pa } = c.result;
    expect(known.translate(top, c.va), `case ${c.id}`).toBe((pa.hi >>> 0) * 2 ** 32 + (pa.lo >>> 0));
    // An entry that is not known ends it: nothing is made up.
    expect(new Knowledge(known.g).translate(top, c.va)).toBeUndefined();
    compared++;
  }
  expect(compared).toBeGreaterThan(least);
});

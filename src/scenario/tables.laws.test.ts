import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, recordRun } from '../engine';
import { printDiagnostic } from './diagnostic';
import { resolve } from './resolve';

/** Pages of a guest: distinct page numbers below 3 GiB, each with a frame of its own. */
const pages = fc.uniqueArray(fc.nat(0xbffff), { minLength: 1, maxLength: 12 });
const mode = fc.constantFrom('x86-64', 'pae', '32-bit');

describe('tables made from `map` lines', () => {
  it('lead the processor to the mapped frames, in every paging mode', () => {
    fc.assert(
      fc.property(mode, pages, (paging, list) => {
        const at = (page: number): string => `0x${(page * 4096).toString(16)}`;
        const text = [
          'scenario "a law"',
          'design native',
          `paging ${paging}, 128 frames`,
          'stamp 0x060 count 32 from 1000',
          ...list.map((page, i) => `map ${at(page)} -> 0x${(0x60 + i).toString(16)} rw user`),
          'vcpu 0',
          ...list.map((page) => `  load ${at(page)}`),
          ...list.map((_, i) => `expect result vcpu 0 op ${i} = ${1000 + i}`),
          'expect no page-fault',
        ].join('\n');
        const resolved = resolve(text);
        if (resolved.kind === 'error') throw new Error(resolved.error.map(printDiagnostic).join('\n'));
        const verdict = judge(recordRun(resolved.value.spec, resolved.value.design));
        expect(verdict.findings.filter((f) => f.kind === 'unmet')).toEqual([]);
        expect(verdict.ok).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

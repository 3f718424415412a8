import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { RISES } from '../../testing/xenCounterRises';
import { COUNTERS_EXPLAINED as COUNTERS, NEVER_COUNTED } from './counterTexts';
import { FIGURES } from './figures';

/** The table of sheet 8, copied as data: what follows `shadow_` of every name. */
const SHEET = `fault fault_fixed fault_emulate_write fault_emulate_wp fault_emulate_failed fault_mmio
  fault_bail_real_fault fault_bail_bad_gfn fault_fast_gnp fault_fast_mmio fault_fast_fail fault_fast_emulate
  fault_fast_emulate_fail guest_walk check_gwalk inconsistent_gwalk rm_write_flush_tlb writeable
  writeable_h_1 writeable_h_2 writeable_h_3 writeable_h_4 writeable_h_5 writeable_h_6 writeable_h_7 writeable_h_8
  writeable_bf writeable_bf_1 validate_gl1e_calls validate_gl2e_calls validate_gl3e_calls validate_gl4e_calls
  unsync unsync_evict resync oos_fixup_add_ok oos_fixup_no_add oos_fixup_add_fail oos_fixup_remove oos_fixup_flush
  oos_fixup_flush_gmfn oos_fixup_add oos_fixup_evict early_unshadow unshadow up_pointer unshadow_bf mappings
  mappings_bf alloc alloc_tlbflush free prealloc_1 prealloc_2 alloc_count hash_lookups hash_lookup_head
  hash_lookup_miss hash_inserts hash_deletes get_shadow_status invlpg invlpg_fault em_ex_pt em_ex_non_pt em_ex_fail
  a_update ad_update ptwr_emulate`
  .split(/\s+/)
  .map((name) => `shadow_${name}`);

describe('counters (sheet 8)', () => {
  it('are those of the sheet, each with its meaning', () => {
    expect(COUNTERS.map(({ name }) => name).sort()).toEqual([...SHEET].sort());
    for (const { name, says } of COUNTERS) {
      expect(says).toMatch(/\.$/);
      expect(says.startsWith('Nothing:')).toBe(NEVER_COUNTED.includes(name));
    }
  });

  // -1: how often depends on what the pool finds; but it happens.
  it.each(RISES)('rise with $what', ({ run, counts }) => {
    const l = run();
    const found = Object.keys(counts).map((name) => [name, l.counter(`shadow_${name}`)] as const);
    for (const [name, value] of found) expect([name, value > 0]).toEqual([name, true]);
    expect(Object.fromEntries(found.filter(([name]) => counts[name] !== -1))).toEqual(
      Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== -1)),
    );
    expect(l.broken).toEqual([]);
  });

  it('all rise in some row, but those that never do', () => {
    const risen = new Set(RISES.flatMap(({ counts }) => Object.keys(counts)));
    const quiet = SHEET.filter((name) => !risen.has(name.slice('shadow_'.length)));
    expect(quiet.sort()).toEqual([...NEVER_COUNTED].sort());
  });

  it('form the figures of the commits', () => {
    for (const { of, per } of FIGURES)
      for (const name of [of, per].flat())
        expect(
          defined(
            COUNTERS.find((c) => c.name === name),
            name,
          ),
        ).toBeTruthy();
  });
});

import { describe, expect, it } from 'vitest';
import { Random } from '../../base';
import { XenLab } from '../../testing/xenLab';
import { randomEntries, runRandom } from '../../testing/xenRandom';

/** `XEN_SEED=123 npx vitest run random.laws` repeats one failure; `XEN_RUNS` asks for more worlds than the usual few. */
const seed = Number(process.env.XEN_SEED ?? Date.now() % 1_000_000);
const runs = process.env.XEN_SEED === undefined ? Number(process.env.XEN_RUNS ?? 12) : 1;

describe('under random guests and schedules no invariant breaks', () => {
  it(`${runs} worlds from seed ${seed}`, () => {
    for (let i = 0; i < runs; i++) {
      const r = new Random(seed + i);
      const era = r.pick(['U', 'A']);
      const vcpus = 1 + r.below(3);
      const pool = r.chance(0.3) ? 34 + 3 * vcpus : 128;
      const tlb = r.pick([0, 4, 64]);
      const lab = new XenLab({
        era,
        vcpus,
        pool,
        tlb,
        l3TopLevel: r.chance(0.5),
        entries: randomEntries(),
      });
      const world = `XEN_SEED=${seed + i}: era ${era}, ${vcpus} vCPUs, pool ${pool}, TLB ${tlb}`;
      runRandom(lab, r, Math.ceil(360 / vcpus), { switches: r.chance(0.5) });
      const first = lab.violations[0];
      expect(
        first === undefined
          ? 'nothing breaks'
          : `${first.violation.invariant} at step ${first.step}: ${first.violation.says}`,
        world,
      ).toBe('nothing breaks');
      expect(lab.x.domain.get('crashed'), `${world}: the domain lives`).toBe(0);
    }
  });
});

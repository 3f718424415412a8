import { describe, expect, it } from 'vitest';
import { Random } from '../base';
import { buildWorld } from '../engine';
import type { Design } from '../hypervisor';
import { resolved } from '../testing/library';
import { liesAboutTouch } from '../testing/touchAudit';

const SEEDS = [1, 2];

describe('what steps declare they touch', () => {
  it('is held against the cells: a step that flushes another vCPU’s TLB is no private one', () => {
    const { spec, design } = resolved('stale-walk');
    const steps = new Set<string>();
    const { world } = buildWorld(spec, design);
    const draw = new Random(1);
    for (;;) {
      const able = world.actors.filter((a) => a.enabled());
      const actor = able[draw.below(Math.max(1, able.length))];
      if (actor === undefined) break;
      const at = world.location(actor.index);
      steps.add(`${actor.thread?.touch} ${at?.procedure.name}.${at?.label}`);
      world.step(actor.index);
    }
    expect(steps).toContain('racy flush_tlb_mask.cpu');
    expect(steps).toContain('racy guest_access.lookup');
    expect(steps).toContain('private guest_walk_tables.check');
    // The same scenario on a design that says all its steps are private: the audit notices.
    const liar: Design = {
      ...design,
      build: (w, machine, options) => {
        for (const a of w.actors)
          if (a.thread !== undefined) Object.defineProperty(a.thread, 'touch', { get: () => 'private' });
        return design.build(w, machine, options);
      },
    };
    expect(
      liesAboutTouch(spec, liar, SEEDS).some((lie) => lie.includes('flush_tlb_mask.cpu writes TLB')),
    ).toBe(true);
  });
});

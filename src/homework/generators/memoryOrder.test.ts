import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { recordRun, type Until } from '../../engine';
import { GENERAL_REGISTERS } from '../../machine';
import { resolve } from '../../scenario';
import { LEVELS, type Stretch } from '../exercise';
import { makeExercise } from '../seed';
import { stageLink } from '../stageLink';
import { memoryOrder } from './memoryOrder';

const untilOf = ({ actor, until }: Stretch): Until =>
  until === 'one-step'
    ? { kind: 'steps', count: 1 }
    : { kind: 'moment', moment: { actor, op: until, label: 'done', nth: 0 } };

describe('the schedules of a key', () => {
  it.each(LEVELS)('of level %i end on the stage with the values by which they are called', (level) => {
    const { exercise, key } = makeExercise(memoryOrder, 5, 0, level);
    const resolved = resolve(exercise.scenario);
    if (resolved.kind === 'error') throw new Error(JSON.stringify(resolved.error));
    const { spec, design } = resolved.value;
    expect(key.solution.length).toBeGreaterThan(1);
    for (const told of key.solution) {
      const { label, stretches } = defined(told.schedule, 'a schedule');
      const segments = stretches.map((one) => ({ actor: one.actor, until: untilOf(one) }));
      const run = recordRun({ ...spec, schedule: { segments, rest: { kind: 'in-order' } } }, design);
      run.seek(run.length);
      const [, ...ends] = /^\w: (.*)$/.exec(label) ?? [];
      const values = (ends[0] ?? '').split(', ').map((one) => /^P(\d):(\w+)=(\d+)$/.exec(one) ?? []);
      expect(values.length).toBeGreaterThan(1);
      for (const [text, thread, register, value] of values) {
        const name = GENERAL_REGISTERS.find((one) => one.toUpperCase() === register);
        const found = run.built.machine.vcpu(Number(thread)).get(defined(name, 'a register'));
        expect([label, text, found]).toEqual([label, text, Number(value)]);
      }
      expect(run.ending.kind).toBe('done');
      expect(stageLink(exercise, told)).toMatch(/^#\/1\//);
    }
  });
});

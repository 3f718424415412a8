import type { Driven } from './drive';
import { buildDriven } from './play';
import { sayWorld } from './settings';
import { shrink } from './shrink';
import { scenarioText } from './text';

/** A driven world that went wrong, as small as it could be made, as a scenario that a person can open. */
export function asScenario({ seed, world, programs, played }: Driven): string {
  const small = shrink(world, programs, played);
  const regs = buildDriven(world).machine.vcpu(0);
  const boot = { cr0: regs.get('cr0'), cr4: regs.get('cr4') };
  const broken = [...new Set(small.played.violations.map((v) => v.invariant))];
  const title = `Random guest ${seed}`;
  return scenarioText(world, title, small.programs, small.played.segments, boot, broken);
}

/** What went wrong, in a few lines. */
export function sayDriven({ seed, world, played }: Driven): string {
  const first = played.violations[0];
  const what =
    first === undefined ? (played.trouble ?? 'nothing broke') : `${first.invariant}: ${first.says}`;
  return `Seed ${seed} (${sayWorld(world)}), after ${played.operations} operations and ${played.steps} steps: ${what}`;
}

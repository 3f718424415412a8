import { recordRun } from '../../engine';
import { resolvedText } from '../library';
import { type KvmWorld, kvmText, kvmWorld } from './guest';

/** What came of a world: the first breach, if there was one. */
export interface KvmDriven {
  readonly world: KvmWorld;
  readonly operations: number;
  readonly steps: number;
  /** `I9: ...`; or why the run stopped early. */
  readonly wrong: string | undefined;
  readonly invariants: readonly string[];
}

/** Far more than any of these worlds takes: beyond it somebody goes in circles. */
const STEPS = 20_000;

function played(world: KvmWorld): KvmDriven {
  const { spec, design } = resolvedText(kvmText(world));
  const run = recordRun(spec, design, { bound: STEPS });
  const [first] = run.violations;
  const wrong =
    first !== undefined
      ? `${first.violation.invariant}: ${first.violation.says} (${first.violation.where}, step ${first.step})`
      : run.ending.kind === 'done'
        ? undefined
        : `the run ends as ${run.ending.kind}`;
  return {
    world,
    operations: world.done.length,
    steps: run.length,
    wrong,
    invariants: [...new Set(run.violations.map(({ violation }) => violation.invariant))],
  };
}

export const driveKvm = (seed: number, without: readonly string[] = []): KvmDriven =>
  played(kvmWorld(seed, without));

/** The same failure with as few operations as can be found by leaving out one after the other. */
export function shrinkKvm(driven: KvmDriven): KvmDriven {
  let best = driven;
  const [wanted] = driven.invariants;
  for (let i = best.world.done.length - 1; i >= 0; i--) {
    const done = best.world.done.filter((_, at) => at !== i);
    if (done.length === 0) continue;
    const tried = played({ ...best.world, done });
    if (wanted === undefined ? tried.wrong !== undefined : tried.invariants[0] === wanted) best = tried;
  }
  return best;
}

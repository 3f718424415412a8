import { type Run, recordRun, type ScenarioSpec } from '../../engine';

/** What is different in the other run. */
export interface Variation {
  readonly switches?: Readonly<Record<string, boolean>>;
  readonly knobs?: Readonly<Record<string, number>>;
}

const made = new WeakMap<ScenarioSpec, Map<string, Run>>();

/** A scenario with other settings; everything else is the same. */
export const varied = (spec: ScenarioSpec, { switches = {}, knobs = {} }: Variation): ScenarioSpec => ({
  ...spec,
  options: {
    ...spec.options,
    switches: { ...spec.options.switches, ...switches },
    knobs: { ...spec.options.knobs, ...knobs },
  },
});

/** Longer runs than this are not made a second time for a comparison. */
const MOST_STEPS = 200_000;

/**
 * The same scenario with the same guest program and schedule under other settings, recorded to its end. The same scenario and
 * settings give the same run. Throws what building a world throws.
 */
export function twinOf(run: Run, variation: Variation): Run {
  const { spec, design } = run.built;
  const key = JSON.stringify(variation);
  const known = made.get(spec) ?? new Map<string, Run>();
  made.set(spec, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const twin = recordRun(varied(spec, variation), design, { bound: MOST_STEPS });
  known.set(key, twin);
  return twin;
}

import { figure } from '../../base';
import { type Run, recordRun, type ScenarioSpec } from '../../engine';
import type { Design } from '../../hypervisor';

/** What is different in the other run. */
export interface Variation {
  readonly switches?: Readonly<Record<string, boolean>>;
  /** Null: not set, whatever the scenario says. */
  readonly knobs?: Readonly<Record<string, number | null>>;
}

const made = new WeakMap<ScenarioSpec, Map<string, Run>>();

type Knobs = ScenarioSpec['options']['knobs'];

const withKnobs = (before: Knobs, changes: NonNullable<Variation['knobs']>): Knobs =>
  Object.fromEntries(
    Object.entries({ ...before, ...changes }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    ),
  );

/** A scenario with other settings; everything else is the same, but that the hypervisor has room for what they ask. */
function varied(spec: ScenarioSpec, design: Design, { switches = {}, knobs = {} }: Variation): ScenarioSpec {
  const { machine } = spec;
  const options = {
    ...spec.options,
    switches: { ...spec.options.switches, ...switches },
    knobs: withKnobs(spec.options.knobs, knobs),
  };
  const wants = design.poolFrames(machine.vcpus, machine.guestFrames, options.knobs);
  const more = Math.max(0, wants - options.poolFrames);
  return {
    ...spec,
    machine: { ...machine, machineFrames: machine.machineFrames + more },
    options: { ...options, poolFrames: options.poolFrames + more },
  };
}

/** Longer runs than this are not made a second time for a comparison. */
const MOST_STEPS = 200_000;

/**
 * The same scenario with the same guest program and schedule under other settings, recorded to its end or to `MOST_STEPS`, which
 * `cutShort` tells. The same scenario and settings give the same run. Throws what building a world throws.
 */
export function twinOf(run: Run, variation: Variation): Run {
  const { spec, design } = run.built;
  const key = JSON.stringify(variation);
  const known = made.get(spec) ?? new Map<string, Run>();
  made.set(spec, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const twin = recordRun(varied(spec, design, variation), design, { bound: MOST_STEPS });
  known.set(key, twin);
  return twin;
}

/** What to know of runs that were stopped before their end, when they are compared; undefined if all came to it. */
export function cutShort(runs: readonly Run[]): string | undefined {
  const found = runs.flatMap(({ ending }) => (ending.kind === 'bound' ? [ending.steps] : []));
  if (found.length === 0) return undefined;
  const who = found.length === runs.length ? 'The runs were' : 'One of the runs was';
  return `${who} stopped after ${figure(Math.min(...found))} steps, before the end: the counts are those of the steps that were made, and cannot be compared. Choose a shorter scenario.`;
}

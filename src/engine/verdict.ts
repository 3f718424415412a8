import { assertNever } from '../base';
import { actorName, checkExpectations, type Finding } from './expect';
import type { Seen } from './monitor';
import type { Run } from './run';

/** A finished run held against its scenario. */
export interface Verdict {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Violations of invariants that the scenario does not announce. */
  readonly unannounced: readonly Seen[];
  /** Invariants that the scenario announces as broken and that held. */
  readonly missing: readonly string[];
  /** Why the run did not come to its end, as a sentence; undefined if it did. */
  readonly stopped: string | undefined;
}

/**
 * Everything a scenario promises: its expectations, that exactly the invariants it announces break, and that it ends.
 * The run must have been recorded to its end or its bound.
 */
export function judge(run: Run): Verdict {
  const findings = checkExpectations(run);
  const announced = new Set(run.built.spec.violates);
  const broken = new Set(run.violations.map(({ violation }) => violation.invariant));
  const unannounced = run.violations.filter(({ violation }) => !announced.has(violation.invariant));
  const missing = [...announced].filter((name) => !broken.has(name));
  const stopped = whyStopped(run);
  const ok =
    findings.every(({ kind }) => kind === 'met') &&
    unannounced.length === 0 &&
    missing.length === 0 &&
    stopped === undefined;
  return { ok, findings, unannounced, missing, stopped };
}

function whyStopped(run: Run): string | undefined {
  const { ending } = run;
  switch (ending.kind) {
    case 'done':
      return undefined;
    case 'open':
      return `The run was recorded up to step ${run.length} only.`;
    case 'bound':
      return `The run was stopped at its bound of ${ending.steps} steps. Expected it to end: look for an operation that is retried for ever.`;
    case 'deadlock':
      return `Nobody can run any more, but ${ending.actors.join(' and ')} ${ending.actors.length === 1 ? 'is' : 'are'} not done. Expected all to end: look for a lock that is never released.`;
    default:
      return assertNever(ending);
  }
}

/** What is wrong, one sentence each, in the order a reader needs it; empty when the verdict is ok. */
export function verdictText(run: Run, verdict: Verdict): string[] {
  const { findings, unannounced, missing, stopped } = verdict;
  return [
    ...(stopped === undefined ? [] : [stopped]),
    ...unannounced.map(
      ({ step, violation }) =>
        `${violation.invariant} breaks at step ${step + 1} (${actorName(run, run.actorOf(step))}, ${run.nameOf(step).label}): ${violation.says} The scenario does not announce it; if it should, add \`violates ${violation.invariant}\`.`,
    ),
    ...missing.map((name) => `The scenario announces that ${name} breaks, but it holds throughout.`),
    ...findings.flatMap((f) => (f.kind === 'met' ? [] : [`\`${f.expectation.text.trim()}\`: ${f.said}.`])),
  ];
}

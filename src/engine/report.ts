import { address } from '../base';
import type { LoggedEvent } from '../kernel';
import { eventText } from './eventText';
import { actorName } from './expect';
import type { Seen } from './monitor';
import type { Run } from './run';
import type { Verdict } from './verdict';

/** A run as plain data, up to a step: what the command line prints, as text or as JSON. */
export interface Report {
  readonly title: string;
  readonly design: string;
  readonly profile: string;
  /** Steps told of, and steps recorded. */
  readonly step: number;
  readonly length: number;
  readonly events: readonly LoggedEvent[];
  readonly counters: Readonly<Record<string, number>>;
  readonly violations: readonly ReportedViolation[];
  /** The state after `step` steps, in lines a person can read. */
  readonly state: readonly string[];
  /** Absent when only a part of the run is told of: then nothing is judged but violations. */
  readonly verdict?: {
    readonly ok: boolean;
    readonly expectations: readonly {
      readonly text: string;
      readonly met: boolean;
      readonly said?: string;
    }[];
    readonly missingViolations: readonly string[];
    readonly stopped?: string;
  };
}

/** An invariant that broke, and at which step. */
export interface ReportedViolation {
  readonly step: number;
  readonly actor: string;
  readonly label: string;
  readonly invariant: string;
  readonly says: string;
  readonly where: string;
  readonly announced: boolean;
}

/** Steps are counted from 1 here, as on the page: step n is the one that leads to cursor n. */
export function reportOf(run: Run, step: number, verdict: Verdict | undefined): Report {
  const { spec } = run.built;
  const upTo = Math.min(step, run.length);
  return run.peek(upTo, () => ({
    title: spec.title,
    design: spec.design,
    profile: spec.options.profile,
    step: upTo,
    length: run.length,
    events: run.eventsIn(0, upTo).map((event) => ({ ...event, step: event.step + 1 })),
    counters: run.world.counters.all(),
    violations: run.violations.filter((seen) => seen.step < upTo).map((seen) => reported(run, seen)),
    state: [...registerLines(run), ...run.built.hypervisor.describe.summary()],
    ...(verdict !== undefined && { verdict: plain(verdict) }),
  }));
}

function reported(run: Run, { step, violation }: Seen): ReportedViolation {
  return {
    step: step + 1,
    actor: actorName(run, run.actorOf(step)),
    label: run.nameOf(step).label,
    ...violation,
    announced: run.built.spec.violates.includes(violation.invariant),
  };
}

function plain({ ok, findings, missing, stopped }: Verdict): NonNullable<Report['verdict']> {
  return {
    ok,
    expectations: findings.map((f) => ({
      text: f.expectation.text.trim(),
      met: f.kind === 'met',
      ...(f.kind === 'unmet' && { said: f.said }),
    })),
    missingViolations: missing,
    ...(stopped !== undefined && { stopped }),
  };
}

function registerLines(run: Run): string[] {
  const { machine } = run.built;
  return machine.regs.map((r, v) => {
    const cr3 = address(r.get('cr3Hi'), r.get('cr3Lo'), 1);
    const walks = address(r.get('hwCr3Hi'), r.get('hwCr3Lo'), 1);
    const read = address(r.get('resultHi'), r.get('resultLo'), 1);
    return `vCPU ${v}: CR3 ${cr3}, the processor walks from ${walks}, last read ${read}`;
  });
}

/** The report as text: one line per event, then counters, violations and the state. */
export function reportText(run: Run, report: Report): string[] {
  const width = String(report.length).length;
  const nameWidth = Math.max(...run.world.actors.map(({ name }) => name.length), 0);
  const events = report.events.map(
    (e) => `${String(e.step).padStart(width)}  ${actorName(run, e.actor).padEnd(nameWidth)}  ${eventText(e)}`,
  );
  const counters = Object.entries(report.counters).filter(([, value]) => value !== 0);
  const counterWidth = Math.max(...counters.map(([name]) => name.length), 0);
  const violations = report.violations.map(
    (v) =>
      `step ${v.step}, ${v.actor}, ${v.label}: ${v.invariant}${v.announced ? ' (announced)' : ''}: ${v.says}`,
  );
  const profile = report.profile === '' ? '' : `, profile ${report.profile}`;
  const told =
    report.step === report.length ? `${report.length} steps` : `${report.step} of ${report.length} steps`;
  return [
    `${report.title}: ${report.design}${profile}, ${told}`,
    ...section('Events', events),
    ...section(
      'Counters (others are 0)',
      counters.map(([name, value]) => `${name.padEnd(counterWidth)}  ${value}`),
    ),
    ...section('Violations', violations),
    ...section(report.verdict === undefined ? `State after step ${report.step}` : 'End state', report.state),
  ];
}

const section = (title: string, lines: readonly string[]): string[] => [
  '',
  title,
  ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`)),
];

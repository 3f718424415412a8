import { type Run, stepCaption } from '../engine';

/** What decided something: a step of a table, what it said when it was taken, and where the table comes from. */
export interface Rule {
  readonly step: number;
  /** `sh_unsync.allowed` */
  readonly label: string;
  /** Its line of pseudo-code. */
  readonly line: string;
  /** Its sentence in this run. */
  readonly says: string;
  /** What the procedure is for, with the section or the manual it follows. */
  readonly about: string;
}

/** The rule behind a step of a run. */
export function ruleOf(run: Run, step: number): Rule {
  const name = run.nameOf(step);
  return {
    step,
    label: name.label,
    line: name.step?.line.trim() ?? 'the oldest store of the buffer reaches memory',
    says: stepCaption(run, step) ?? '',
    about: name.procedure?.about ?? 'A store buffer drains in order (x86-TSO).',
  };
}

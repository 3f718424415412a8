import { fail, fnv1a, ok, type Result } from '../base';
import { procedures } from './procedure';

/**
 * How notes, questions and links name a moment: "just after actor 1, in its operation 2, has taken step
 * `sh_page_fault.lock` for the 3rd time". Adding a step to a procedure moves step numbers, but not anchors.
 */
export interface Anchor {
  readonly actor: number;
  /** Index of the guest operation the actor is in, from 0. */
  readonly op: number;
  /** `procedure.label`, or `start` (the operation begins) or `done` (the operation has ended). */
  readonly label: string;
  /** Which occurrence within the operation, from 0. */
  readonly nth: number;
}

/** `1:2:sh_page_fault.lock#3`; the occurrence is left out when it is the first. */
export function printAnchor(a: Anchor): string {
  return `${a.actor}:${a.op}:${a.label}${a.nth === 0 ? '' : `#${a.nth}`}`;
}

/** Reads what `printAnchor` writes; the error says what was found, and shows an example. Whether there is such a moment is for the run to say. */
export function parseAnchor(text: string): Result<Anchor, string> {
  const match = /^(\d+):(\d+):([A-Za-z_][\w.\-? ]*?)(?:#(\d+))?$/.exec(text);
  if (match === null)
    return fail(
      `\`${text}\` is not a moment. Expected actor:operation:label, for example 1:2:sh_page_fault.lock`,
    );
  return ok({
    actor: Number(match[1]),
    op: Number(match[2]),
    label: match[3] as string,
    nth: Number(match[4] ?? 0),
  });
}

/** A fingerprint of all step tables: it differs when any procedure gained, lost or renamed a step. 8 hex digits. */
export function stepTablesFingerprint(): string {
  const names = procedures()
    .map((p) => `${p.name}:${p.steps.map((s) => s.label).join(',')}`)
    .sort();
  return (fnv1a(names.join(';')) >>> 0).toString(16).padStart(8, '0');
}

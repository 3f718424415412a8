import type { Moment } from '../../engine/spec';
import { procedureNamed, procedures } from '../../kernel';
import type { Item } from '../ast';
import type { Name, Num } from '../syntax/leaf';
import type { Findings } from './findings';
import type { Programs } from './program';

/** A moment as written. */
export interface MomentNode {
  readonly actor?: { readonly kind: 'host' } | { readonly kind: 'vcpu'; readonly number: Num };
  readonly op?: Num;
  readonly label: Name;
  readonly occurrence?: Num;
}

/** The actor that is meant; the host comes after the last vCPU. */
export function actorOf(said: NonNullable<MomentNode['actor']>, programs: Programs, f: Findings): number {
  const host = programs.ops.length - 1;
  return said.kind === 'host' ? host : f.number('The number of a vCPU', said.number, 0, host - 1);
}

/** An operation of an actor's program by number. */
export function opOf(said: Num, actor: number, programs: Programs, f: Findings): number {
  const count = programs.ops[actor]?.length ?? 0;
  const who = actor === programs.ops.length - 1 ? 'The host' : `vCPU ${actor}`;
  if (count === 0) {
    f.error(
      said,
      `${who} has no operations, so none of them can be meant. Give it some, or name another actor.`,
    );
    return 0;
  }
  return f.number(`${who} has ${count} operations, from 0; the one meant here`, said, 0, count - 1);
}

/** Whether a label exists in some procedure; `start` and `done` always do. */
export function checkLabel(label: Name, f: Findings): void {
  if (label.text === 'start' || label.text === 'done') return;
  const dot = label.text.lastIndexOf('.');
  const all = procedures();
  if (dot > 0) {
    const wanted = label.text.slice(0, dot);
    const procedure = procedureNamed(wanted);
    if (procedure === undefined)
      f.known(
        'a procedure',
        { ...label, text: wanted },
        all.map((p) => p.name),
      );
    else if (!procedure.labels.has(label.text.slice(dot + 1)))
      f.known(
        `a step of ${wanted}`,
        label,
        [...procedure.labels.keys()].map((l) => `${wanted}.${l}`),
      );
    return;
  }
  const labels = new Set(all.flatMap((p) => [...p.labels.keys()]));
  if (!labels.has(label.text)) f.known('the label of a step', label, ['start', 'done', ...labels]);
}

/** The moment that is meant: parts left out come from the operation above the statement. */
export function momentOf(said: MomentNode | undefined, at: Item, programs: Programs, f: Findings): Moment {
  const above = programs.above.get(at);
  if (said !== undefined) checkLabel(said.label, f);
  if (said?.actor !== undefined && said.op === undefined) {
    f.error(at, 'The moment names an actor but no operation. Expected `op` and its number after the actor.');
  }
  if (said?.op !== undefined) {
    const actor = said.actor === undefined ? (above?.actor ?? 0) : actorOf(said.actor, programs, f);
    return {
      actor,
      op: opOf(said.op, actor, programs, f),
      label: said.label.text,
      nth: nthOf(said.occurrence, f),
    };
  }
  if (above === undefined || above.last < above.first) {
    f.error(
      at,
      'No operation stands above this line, so the moment is not known. Expected `at vcpu N op N LABEL`.',
    );
    return { actor: 0, op: 0, label: 'start', nth: 0 };
  }
  const label = said?.label.text ?? 'done';
  // Of a range of stores: the end is the end of the last, everything else is looked for in the first.
  return {
    actor: above.actor,
    op: label === 'done' ? above.last : above.first,
    label,
    nth: nthOf(said?.occurrence, f),
  };
}

/** Texts count occurrences from 1. */
export const nthOf = (said: Num | undefined, f: Findings): number =>
  said === undefined ? 0 : f.number('An occurrence', said, 1, 1_000_000) - 1;

import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import type { Actor } from '../../kernel';
import { ruleOf } from '../rule';
import type { Option, Question } from './question';

/** Who could be chosen at all: vCPUs and the host that have a program, idle workers, and buffers that hold something. */
const mayMatter = (run: Run, { kind, index, enabled, thread }: Actor): boolean => {
  switch (kind) {
    case 'vcpu':
    case 'host':
      return (run.built.machine.programs[index]?.length ?? 0) > 0;
    case 'worker':
      return thread?.alive ?? false;
    case 'drain':
      return enabled();
  }
};

/** Who can take a step now? Whoever waits for a lock, or has nothing left to do, cannot. */
export function canRun(run: Run, cursor: number): Result<Question, string> {
  return run.peek(cursor, () => {
    const actors = run.world.actors.filter((actor) => mayMatter(run, actor));
    if (actors.length < 2) return fail('There is only one who could run.');
    const enabled = actors.filter((actor) => actor.enabled());
    const options = actors.map(
      (actor): Option => ({ id: actor.name, says: actor.name, why: whereItStands(actor) }),
    );
    const waiting = actors.find((actor) => !actor.enabled()) ?? actors[0];
    const next = waiting?.thread?.next;
    return ok({
      kind: 'can-run',
      cursor,
      prompt: 'Who can take a step now?',
      parts: [{ says: 'Can go on', many: true, how: 'list', options }],
      truth: enabled.map(({ name }) => name),
      shown: cursor,
      hides: ['code', 'timeline'],
      rule:
        next === undefined
          ? ruleOf(run, Math.max(0, cursor - 1))
          : {
              step: Math.max(0, cursor - 1),
              label: `${next.procedure.name}.${next.step.label}`,
              line: next.step.line.trim(),
              says: waiting === undefined ? '' : `${waiting.name}: ${whereItStands(waiting)}`,
              about: next.procedure.about,
            },
    });
  });
}

function whereItStands(actor: Actor): string {
  const next = actor.thread?.next;
  if (actor.kind === 'drain') return 'a store waits in it, and may reach memory at any time.';
  if (next === undefined) return 'it has nothing left to do.';
  const line = next.step.line.trim();
  return actor.enabled()
    ? `it can go on: nothing stops it at “${line}”.`
    : `it must wait: the step “${line}” cannot be taken now.`;
}

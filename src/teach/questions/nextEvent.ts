import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { EVENT_WORDS, sayEvent } from '../eventWords';
import { ruleOf } from '../rule';
import { knownGraph } from '../whyNot/known';
import { standing } from '../whyNot/span';
import { whyNotIn } from '../whyNot/whyNot';
import { eventAhead } from './ahead';
import type { Option, Question } from './question';

/** How many other events are offered. */
const OTHERS = 3;

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/**
 * What comes next? The right answer is the next event of the run that has a name. Offered beside it: events that the step tables lead to
 * from here, nearest first, and that do not come now.
 */
export function nextEvent(run: Run, cursor: number): Result<Question, string> {
  const event = eventAhead(run, cursor, ({ kind }) => EVENT_WORDS[kind] !== undefined);
  if (event === undefined) return fail('Nothing that has a name happens any more in this run.');
  const { actor, step } = event;
  const now = new Set(run.eventsIn(cursor, step + 1).map(({ kind }) => kind));
  const { to } = knownGraph(run.built.design.name);
  const stack = run.peek(cursor, () => standing(run, actor));
  const others = Object.keys(EVENT_WORDS)
    .filter((kind) => !now.has(kind))
    .map((kind) => ({ kind, distance: to(kind).ofStack(stack) }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((a, b) => a.distance - b.distance);
  const nouns = new Set([EVENT_WORDS[event.kind]?.noun]);
  const offered: Option[] = [];
  for (const { kind } of others) {
    const noun = EVENT_WORDS[kind]?.noun ?? kind;
    if (offered.length === OTHERS) break;
    if (nouns.has(noun)) continue;
    nouns.add(noun);
    offered.push({ id: kind, says: sentence(noun), why: against(run, cursor, step, actor, kind) });
  }
  if (offered.length === 0) return fail('Only one thing can happen here.');
  const rule = ruleOf(run, step);
  const right: Option = {
    id: event.kind,
    says: sentence(EVENT_WORDS[event.kind]?.noun ?? event.kind),
    why: `that is what comes: ${sayEvent(run, event)}. ${rule.says}`,
  };
  const options = [...offered, right].sort((a, b) => (a.says < b.says ? -1 : 1));
  return ok({
    kind: 'next-event',
    cursor,
    prompt: `${run.world.actors[actor]?.name ?? 'Somebody'} goes on. What happens next?`,
    parts: [{ says: 'Next comes', many: false, how: 'list', options }],
    truth: [event.kind],
    shown: step + 1,
    hides: ['code', 'timeline', 'events'],
    rule,
  });
}

/** Why another event does not come first: where the run turned away from it, or that it comes later. */
function against(run: Run, from: number, last: number, actor: number, kind: string): string {
  const span = { actor, op: run.opOf(last), from, to: last + 1 };
  const why = whyNotIn(run, span, kind);
  return why.kind === 'decided' ? why.rule.says : 'something else comes before it.';
}

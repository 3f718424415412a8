import { assertNever } from '../../base';
import type { Rest, Schedule, Segment, Until } from '../../engine/spec';
import type { ScenarioText, StatementOf } from '../ast';
import type { Findings } from './findings';
import { checkLabel, nthOf, opOf } from './moments';
import { once } from './once';
import type { Programs, Written } from './program';
import type { Setup } from './setup';

type Plan = StatementOf<'schedule'>['plan'];
type RestNode = Extract<Plan, { readonly kind: 'rule' }>['rule'];
type SegmentNode = Extract<Plan, { readonly kind: 'segments' }>['segments'][number];

const IN_ORDER: Rest = { kind: 'in-order' };

/** Who runs when: as the `schedule` line says, else in the order of the text, each operation to its end. */
export function lowerSchedule(ast: ScenarioText, setup: Setup, programs: Programs, f: Findings): Schedule {
  const said = once(ast, 'schedule', f);
  if (said === undefined) return { segments: asWritten(programs.written), rest: IN_ORDER };
  const { plan } = said;
  switch (plan.kind) {
    case 'rule':
      return { segments: [], rest: restOf(plan.rule, f) };
    case 'segments':
      return {
        segments: plan.segments.map((segment) => segmentOf(segment, setup, programs, f)),
        rest: plan.then === undefined ? IN_ORDER : restOf(plan.then, f),
      };
    default:
      return assertNever(plan);
  }
}

/** One segment per stretch of operations of one actor. */
function asWritten(written: readonly Written[]): Segment[] {
  const segments: Segment[] = [];
  for (const { actor, first, last } of written) {
    if (last < first) continue;
    if (segments.at(-1)?.actor === actor) segments.pop();
    segments.push({ actor, until: { kind: 'op', op: last, edge: 'end' } });
  }
  return segments;
}

function restOf(rule: RestNode, f: Findings): Rest {
  switch (rule.kind) {
    case 'inOrder':
      return IN_ORDER;
    case 'roundRobin':
      return { kind: 'round-robin' };
    case 'random':
      return { kind: 'random', seed: f.number('A seed', rule.seed, 0, 0x7fff_ffff) };
    default:
      return assertNever(rule);
  }
}

function segmentOf({ who, until }: SegmentNode, setup: Setup, programs: Programs, f: Findings): Segment {
  const host = programs.ops.length - 1;
  if (who.kind === 'worker') return workerSegment(until, setup, host, f);
  const number = who.kind === 'host' ? 0 : f.number('The number of a vCPU', who.number, 0, host - 1);
  const actor = who.kind === 'host' ? host : who.kind === 'buffer' ? host + 1 + number : number;
  if (who.kind === 'buffer') {
    if (setup.machine.storeBufferDepth === 0)
      f.warn(
        who.number,
        'There are no store buffers here, so this does nothing. For buffers, add a line such as `store-buffers 4`.',
      );
    if (until?.kind === 'op')
      f.error(
        until.op,
        'A store buffer has no operations. Expected `until N steps`, one for each store, or `until done`.',
      );
    const count =
      until?.kind === 'steps' ? f.number('The number of steps', until.count, 1, 10_000_000) : undefined;
    return { actor, until: count === undefined ? { kind: 'done' } : { kind: 'steps', count } };
  }
  return { actor, until: until === undefined ? { kind: 'done' } : untilOf(until, actor, programs, f) };
}

/** The design's idle loop, behind the host and the store buffers: it has no operations, and runs while there is something for it to do. */
function workerSegment(until: SegmentNode['until'], setup: Setup, host: number, f: Findings): Segment {
  const actor = host + 1 + (setup.machine.storeBufferDepth === 0 ? 0 : setup.machine.vcpus);
  if (until?.kind === 'op')
    f.error(until.op, 'A worker has no operations. Expected `until N steps`, or `until done`.');
  if (until?.kind !== 'steps') return { actor, until: { kind: 'done' } };
  return {
    actor,
    until: { kind: 'steps', count: f.number('The number of steps', until.count, 1, 10_000_000) },
  };
}

function untilOf(
  until: NonNullable<SegmentNode['until']>,
  actor: number,
  programs: Programs,
  f: Findings,
): Until {
  switch (until.kind) {
    case 'done':
      return { kind: 'done' };
    case 'steps':
      return { kind: 'steps', count: f.number('The number of steps', until.count, 1, 10_000_000) };
    case 'op': {
      const op = opOf(until.op, actor, programs, f);
      const label = until.label.text;
      if (label === 'start') return { kind: 'op', op, edge: 'start' };
      if (label === 'end' || label === 'done') return { kind: 'op', op, edge: 'end' };
      checkLabel(until.label, f);
      return { kind: 'moment', moment: { actor, op, label, nth: nthOf(until.occurrence, f) } };
    }
    default:
      return assertNever(until);
  }
}

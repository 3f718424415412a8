import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { errorCode, FETCH, type GuestOp, PFEC_P, PFEC_W, READ, sayError, WRITE } from '../../machine';
import { ruleOf } from '../rule';
import { eventAhead, goingOn, num } from './ahead';
import { ERROR_BITS } from './bits';
import type { Option, Question } from './question';

const HIT = 'hit';
const WALK = 'walk';
const GP = 'general-protection';
const EPT = 'ept-violation';
const faultId = (error: number): string => `fault ${error}`;

/** What ends the first try of an access: the events that tell it. */
const ENDS: ReadonlySet<string> = new Set([
  ...['TlbHit', 'PageFault', 'GeneralProtection', 'NestedViolation', 'TlbFilled'],
]);

/** How an operation touches memory; undefined for one that does not, or not by itself. */
function accessOf(op: GuestOp | undefined): number | undefined {
  switch (op?.kind) {
    case 'load':
      return READ;
    case 'store':
    case 'locked':
    case 'stos':
    case 'pte':
      return WRITE;
    case 'fetch':
      return FETCH;
    default:
      return undefined;
  }
}

/** What will the access do: a hit in the TLB, a walk that succeeds, or a fault, and with which error code? */
export function access(run: Run, cursor: number): Result<Question, string> {
  const span = goingOn(run, cursor);
  const op = span && run.built.spec.programs[span.actor]?.[span.op];
  const how = accessOf(op);
  if (span === undefined || op === undefined || how === undefined)
    return fail('The operation that comes is no access to memory.');
  const end = eventAhead(run, cursor, ({ kind }) => ENDS.has(kind), span);
  if (end === undefined) return fail('This access has been settled.');
  const codes = run.peek(cursor, () => {
    const r = run.built.machine.vcpu(span.actor);
    const user = r.get('cpl') === 3;
    const code = (cause: number): number => errorCode(cause, how, user, r.get('cr4'), r.get('efer'));
    // And the one of somebody who takes a store for a load, or a load for a store.
    return [code(0), code(PFEC_P), code(PFEC_P) ^ PFEC_W];
  });
  const truth = truthOf(end.kind, end.kind === 'PageFault' ? num(end, 'error') : 0);
  const faults = new Set(end.kind === 'PageFault' ? [num(end, 'error'), ...codes] : codes);
  // Two accesses of one operation may differ in their mode: what is offered keeps to the one that is meant.
  const offered = [...faults].slice(0, 3).sort((a, b) => a - b);
  const rule = ruleOf(run, end.step);
  const again = run.eventsIn(span.from, cursor).some((e) => e.actor === span.actor && ENDS.has(e.kind));
  const nested = run.built.design.name === 'nested';
  const options: Option[] = [
    {
      id: HIT,
      says: 'It hits in the TLB',
      why: 'the TLB does not hold the page with these rights: tables are read.',
    },
    { id: WALK, says: 'A walk of the tables succeeds', why: against(end.kind, rule.says) },
    ...offered.map((error) => ({
      id: faultId(error),
      says: `It faults, with error code ${sayError(error)}`,
      why: aboutFault(error, end.kind === 'PageFault' ? num(end, 'error') : undefined, rule.says),
    })),
    ...(nested
      ? [{ id: EPT, says: 'It leaves the guest: an EPT violation', why: against(end.kind, rule.says) }]
      : []),
    ...(end.kind === 'GeneralProtection'
      ? [{ id: GP, says: 'A general protection fault', why: 'the address is not canonical.' }]
      : []),
  ];
  return ok({
    kind: 'access',
    cursor,
    prompt: `${run.world.actors[span.actor]?.name ?? 'It'}: ${run.built.spec.sources[span.actor]?.[span.op]?.text ?? op.kind}. ${again ? 'It has been tried before. What will it do when it is tried again?' : 'What will this access do first?'}`,
    parts: [{ says: 'The processor', many: false, how: 'list', options }],
    truth: [truth],
    shown: end.step + 1,
    hides: ['code', 'timeline', 'events'],
    rule,
  });
}

function truthOf(kind: string, error: number): string {
  switch (kind) {
    case 'TlbHit':
      return HIT;
    case 'PageFault':
      return faultId(error);
    case 'GeneralProtection':
      return GP;
    case 'NestedViolation':
      return EPT;
    default:
      return WALK;
  }
}

const against = (kind: string, says: string): string =>
  kind === 'TlbHit' ? 'the TLB knows the page: no table is read.' : says;

function aboutFault(error: number, real: number | undefined, says: string): string {
  if (real === undefined) return says;
  if (error === real) return `it is this fault. ${says}`;
  const wrong = ERROR_BITS.filter(({ mask }) => ((error ^ real) & mask) !== 0);
  return wrong
    .map((bit) => `${bit.name} ${((real & bit.mask) !== 0 ? bit.set : bit.clear).replace(/^it /, '')}`)
    .join(' ');
}

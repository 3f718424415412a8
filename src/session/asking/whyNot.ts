import { type Lacking, lackingOf, type Missing, missingAt, type WhyNot, whyNot } from '../../teach/whyNot';
import { cellsOf } from '../entityCell';
import type { Session } from '../session';
import { actingAt } from '../stepping';

/** What can be asked about the operation that goes on: what did not happen in it, and what the entry in focus does not say. */
export interface WhyNotHere {
  /** `vCPU 1: store 0x7f80… = 0x1234` */
  readonly operation: string;
  readonly missing: readonly Missing[];
  readonly entry: string | undefined;
  readonly lacking: readonly Lacking[];
}

let kept: { readonly key: string; readonly run: object; readonly here: WhyNotHere } | undefined;

/** The same for every cursor of an operation: kept until another is on stage. */
export function whyNotHere(session: Session): WhyNotHere | undefined {
  const { run, state } = session;
  if (run === undefined) return undefined;
  const actor = actingAt(session);
  const op = run.length === 0 ? 0 : run.opOf(Math.max(0, Math.min(state.cursor, run.length) - 1));
  const entity = state.focus.now?.entity;
  const key = `${actor} ${op} ${entity === undefined ? '' : `${entity} ${state.cursor}`} ${run.length}`;
  if (kept !== undefined && kept.key === key && kept.run === run) return kept.here;
  const cells = entity?.includes('[') === true ? cellsOf(run, entity) : undefined;
  const here: WhyNotHere = {
    operation: `${run.world.actors[actor]?.name ?? ''}: ${run.built.spec.sources[actor]?.[op]?.text ?? 'its work'}`,
    missing: missingAt(run, state.cursor),
    entry: cells === undefined ? undefined : entity,
    lacking: cells === undefined ? [] : lackingOf(run, cells.from, state.cursor),
  };
  kept = { key, run, here };
  return here;
}

/** Why an event of a kind did not come in the operation on stage. */
export const explain = (session: Session, kind: string): WhyNot | undefined =>
  session.run === undefined ? undefined : whyNot(session.run, session.state.cursor, kind);

import * as v from 'valibot';
import { fail, ok, type Result } from '../base';
import { invalid, type LinkError } from './errors';
import { type LinkState, LinkStateSchema } from './state';

/**
 * The plain object that goes into a link or a file. Defaults are left out and keys have one order, so the same state
 * always gives the same text, and a fresh view a short link.
 */
export function toPlain(state: LinkState): Record<string, unknown> {
  return {
    kind: state.kind,
    text: state.text,
    ...(state.library !== undefined && { library: state.library }),
    ...(Object.keys(state.switches).length > 0 && { switches: sorted(state.switches) }),
    ...(state.branches.length > 0 && {
      branches: state.branches.map(({ parent, from, label, segments }) => ({
        ...(parent !== 0 && { parent }),
        ...(from !== undefined && { from: { anchor: from.anchor, step: from.step } }),
        ...(label !== '' && { label }),
        segments: segments.map(({ actor, until, steps }) => ({
          actor,
          ...(until !== undefined && { until }),
          ...(steps !== 0 && { steps }),
        })),
      })),
    }),
    ...(state.run !== 0 && { run: state.run }),
    ...(state.at !== undefined && { at: { anchor: state.at.anchor, step: state.at.step } }),
    ...(state.focus !== undefined && {
      focus: {
        entity: state.focus.entity,
        ...(state.focus.field !== undefined && { field: state.focus.field }),
      },
    }),
    ...(Object.keys(state.view).length > 0 && { view: sorted(state.view) }),
    tables: state.tables,
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The state a plain object of the present version stands for, or the first field that breaks a rule. */
export function fromPlain(plain: unknown): Result<LinkState, LinkError> {
  const read = v.safeParse(LinkStateSchema, plain, { abortPipeEarly: true });
  if (read.success) return ok(read.output);
  const issue = read.issues[0];
  const path = v.getDotPath(issue);
  const found = path === null ? `\`${issue.received}\`` : `${shortly(issue.received)} in \`${path}\``;
  return fail(invalid(found, issue.message));
}

/** What was received, cut so that a message stays one line. */
const shortly = (received: string): string => (received.length > 60 ? `${received.slice(0, 57)}…` : received);

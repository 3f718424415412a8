import * as v from 'valibot';
import { parseAnchor } from '../kernel';

/**
 * What a link carries: everything needed to see what its maker saw, and nothing that the engine computes (no memory, no
 * state hashes). The schema is the type: `LinkState` is derived from it, and reading goes through it.
 */

const Natural = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'at least 0'));

/** Names of switches, panels and tabs, as scenarios and panels write them. */
const Name = v.pipe(
  v.string('a name'),
  v.regex(/^[a-z][a-zA-Z0-9-]{0,63}$/, 'a name of letters, digits and -'),
);

/** A printed name of a thing on the stage (`guest 0x02e[007]`), or of a field of one. */
const Entity = v.pipe(
  v.string('a printed name'),
  v.minLength(1, 'a printed name'),
  v.maxLength(200, 'at most 200 characters'),
);

const AnchorText = v.pipe(
  v.string('a moment as text'),
  v.maxLength(200, 'a moment of at most 200 characters'),
  v.check(
    (text) => parseAnchor(text).kind === 'ok',
    'actor:operation:label, for example 1:2:sh_page_fault.lock',
  ),
);

/** A moment: its anchor, and the step count it had where the link was made. The anchor rules, the count is a hint. */
const Moment = v.strictObject({ anchor: AnchorText, step: Natural });

/**
 * One stretch of a schedule: run `actor` until just after `until`, or to its end if that is missing. `steps` is how many it
 * took where the link was made, for a step that no table has any more; without `until` it is the rule.
 */
const Segment = v.strictObject({
  actor: Natural,
  until: v.optional(AnchorText),
  steps: v.optional(Natural, 0),
});

/**
 * A run that left another one because somebody acted in its past. Run 0 is the scenario's own; branch i of the list is
 * run i+1. `from` is missing when it left before the first step. After the last segment the scenario's schedule goes on.
 */
const Branch = v.strictObject({
  parent: v.optional(Natural, 0),
  from: v.optional(Moment),
  label: v.optional(v.pipe(v.string('text'), v.maxLength(200, 'at most 200 characters')), ''),
  segments: v.pipe(v.array(Segment, 'a list of segments'), v.maxLength(10_000, 'at most 10000 segments')),
});

const ScenarioLink = v.strictObject({
  kind: v.literal('scenario'),
  /** The scenario, whole: a link outlives the library. */
  text: v.string('the text of a scenario'),
  /** The library's name for it, when the text was the library's; only a label. */
  library: v.optional(
    v.pipe(v.string('a name'), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a name of letters, digits and -')),
  ),
  /** Switches set otherwise than the text says. */
  switches: v.optional(v.record(Name, v.boolean('true or false'), 'switches by name'), {}),
  branches: v.optional(
    v.pipe(v.array(Branch, 'a list of branches'), v.maxLength(1_000, 'at most 1000 branches')),
    [],
  ),
  /** The run on stage: 0 is the scenario's own, i+1 is branch i. */
  run: v.optional(Natural, 0),
  /** Missing: before the first step. */
  at: v.optional(Moment),
  /** What is in focus: a thing on the stage, printed, and one of its fields where one was chosen. */
  focus: v.optional(v.strictObject({ entity: Entity, field: v.optional(Entity) })),
  /** Open tabs and panels by place. A place or tab that no longer exists is ignored: it is comfort, not content. */
  view: v.optional(v.record(Name, Name, 'open tabs by place'), {}),
  /** Fingerprint of the step tables where the link was made: when it differs, step counts say nothing. */
  tables: v.pipe(v.string('a fingerprint'), v.regex(/^[0-9a-f]{8}$/, '8 hex digits')),
});

/** A link's state, by kind. */
export const LinkStateSchema = v.pipe(
  v.variant('kind', [ScenarioLink], 'a link of kind `scenario`'),
  v.check((s) => s.branches.every((b, i) => b.parent <= i), 'branches that leave a run listed before them'),
  v.check((s) => s.run <= s.branches.length, 'a run that is in the list of branches'),
);

export type LinkState = v.InferOutput<typeof LinkStateSchema>;
export type LinkKind = LinkState['kind'];
export type LinkMoment = v.InferOutput<typeof Moment>;
export type LinkSegment = v.InferOutput<typeof Segment>;
export type LinkBranch = v.InferOutput<typeof Branch>;

/** Every kind of link there is; each has a frozen example per version. */
export const LINK_KINDS: readonly LinkKind[] = ['scenario'];

import { assertNever } from '../base';
import type { Run, Segment, Until } from '../engine';
import { type Anchor, parseAnchor, printAnchor, procedures, stepTablesFingerprint } from '../kernel';
import { isRecorded } from '../oracle/recordedText';
import {
  decodeLink,
  hasLink,
  type LinkBranch,
  type LinkMoment,
  type LinkSegment,
  type LinkState,
  linkErrorText,
  readFile,
} from '../permalink';
import { printDiagnostic } from '../scenario/diagnostic';
import { type BranchRecipe, type LiveBranch, LiveRuns } from './branching';
import { attempt, openLibrary, openText, type Sources } from './opening';
import { openRecorded } from './recorded/opened';
import type { Session } from './session';
import { INITIAL, type Place } from './state';
import { openFirst } from './visit';

/** What is on stage as a link's state: the text, and everything the person chose since. Undefined before anything is. */
export function captureLink(session: Session): LinkState | undefined {
  const { state, runs } = session;
  if (runs === undefined) return undefined;
  const { now } = state.focus;
  return {
    ...linkTo(session, runs, state.switches, state.branch, state.cursor),
    ...(now !== undefined && {
      focus: { entity: now.entity, ...(now.field !== undefined && { field: now.field }) },
    }),
    view: Object.fromEntries(
      Object.entries(state.tabs).filter(([place, tab]) => tab !== INITIAL.tabs[place as Place]),
    ),
  };
}

/** A moment of some runs of the text on stage, whether they are on stage or not. */
export function linkTo(
  session: Session,
  runs: LiveRuns,
  switches: Readonly<Record<string, boolean>>,
  run: number,
  cursor: number,
): LinkState {
  const { text, library } = session.state;
  const anchor = runs.run(run).anchorAt(cursor);
  return {
    kind: 'scenario',
    text,
    ...(library !== undefined && { library }),
    switches,
    branches: runs.branches.flatMap(toLinkBranch),
    run,
    ...(anchor !== undefined && { at: { anchor: printAnchor(anchor), step: cursor } }),
    view: {},
    tables: stepTablesFingerprint(),
  };
}

/**
 * Puts what a link describes on stage. Where a moment no longer exists, the nearest is shown and that is said. False if
 * the scenario does not run here: then its text waits in the editor, and what was on stage stays.
 */
export function openLink(session: Session, sources: Sources, link: LinkState): boolean {
  const compiled = sources.compile(link.text);
  if (compiled.kind === 'error') {
    const first = compiled.error[0];
    const why = first === undefined ? '' : ` ${printDiagnostic(first)}`;
    session.set({ draft: link.text, diagnostics: compiled.error });
    session.say(`The link's scenario does not run on this page.${why} Its text is in the editor.`, 'wrong');
    return false;
  }
  const { spec, design, warnings } = compiled.value;
  const known = new Set(design.switches.map(({ name }) => name));
  const wanted = Object.entries(link.switches);
  const switches = Object.fromEntries(wanted.filter(([name]) => known.has(name)));
  const options = { ...spec.options, switches: { ...spec.options.switches, ...switches } };
  const live = attempt(
    session,
    () => new LiveRuns({ ...spec, options }, design, link.branches.map(toRecipe)),
  );
  if (live === undefined) return false;

  const library = sources.library.find(({ text }) => text === link.text)?.id;
  session.set({ text: link.text, library, draft: undefined, diagnostics: warnings, switches });
  session.set({ tabs: { ...session.state.tabs, ...tabsOf(link) } });
  const { cursor, exact } = place(live, link.run, link.at);
  session.stage(live, link.run, cursor);
  const { run } = session;
  const actor = run === undefined || cursor === 0 ? -1 : run.actorOf(cursor - 1);
  const now = link.focus === undefined ? undefined : { step: cursor, actor, ...link.focus };
  session.set({ focus: { now, past: [], future: [] } });

  for (const [name] of wanted) {
    if (!known.has(name)) {
      session.say(`The link sets the switch ${name}, which ${design.title} does not have. It is left out.`);
    }
  }
  sayWhatMoved(session, live, link, cursor, exact);
  return true;
}

/** The cursor of the link's moment, recording as far as that takes: a run may be long, and the moment early. */
function place(live: LiveRuns, id: number, at: LinkMoment | undefined): { cursor: number; exact: boolean } {
  if (at === undefined) return { cursor: 0, exact: true };
  const run = live.run(id);
  const anchor = anchorOf(at.anchor);
  const missing = at.step - run.length;
  if (missing > 0) run.extend(missing);
  const soon = run.find(anchor, at.step);
  if (soon.exact || run.ending.kind !== 'open') return soon;
  run.extend();
  return run.find(anchor, at.step);
}

function sayWhatMoved(
  session: Session,
  live: LiveRuns,
  link: LinkState,
  cursor: number,
  exact: boolean,
): void {
  const why =
    link.tables === stepTablesFingerprint()
      ? 'does not come about in this run'
      : 'no longer exists: the steps have changed since the link was made';
  live.branches.forEach(({ recipe, exact: same, at }) => {
    if (recipe?.from === undefined || same) return;
    session.say(
      `The moment where “${recipe.label}” leaves (${printAnchor(recipe.from.anchor)}) ${why}. It leaves at the nearest, step ${at}.`,
    );
  });
  if (!exact && link.at !== undefined) {
    session.say(`The link's moment (${link.at.anchor}) ${why}. This is the nearest, step ${cursor}.`);
  }
}

/**
 * Shows what a fragment of the address asks for. A bare address shows what a first visit shows; a link that does not open is
 * named for what it is, and the default scenario is shown instead.
 */
export function openFragment(session: Session, sources: Sources, fragment: string): void {
  if (!hasLink(fragment)) {
    openFirst(session, sources);
    return;
  }
  const link = decodeLink(fragment);
  if (link.kind === 'error') {
    openLibrary(session, sources, sources.first);
    session.say(`${linkErrorText(link.error)} The default scenario is on stage instead.`, 'wrong');
  } else if (!openLink(session, sources, link.value)) {
    const { draft, diagnostics } = session.state;
    openLibrary(session, sources, sources.first);
    session.set({ draft, diagnostics });
  }
  keepTyped(session, sources);
}

/** What was being typed when the page was left is still there, in the editor, whatever the link shows. */
function keepTyped(session: Session, sources: Sources): void {
  const typed = session.keeper.read('draft');
  if (typed === undefined || typed === session.state.text || session.state.draft !== undefined) return;
  const compiled = sources.compile(typed);
  const diagnostics = compiled.kind === 'error' ? compiled.error : compiled.value.warnings;
  session.set({ draft: typed, diagnostics });
}

/** Opens a file's text: what the share dialog saved, or a scenario, a litmus test or recorded cases as text. `name`: where it is from. */
export function openFile(session: Session, sources: Sources, text: string, name = 'The file'): void {
  // By its name too: a broken case is best told of as one.
  if (isRecorded(text) || /\.jsonl(\.gz)?$/i.test(name)) {
    openRecorded(session, sources, text, name);
    return;
  }
  if (/^\s*\{/.test(text)) {
    const read = readFile(text);
    if (read.kind === 'ok') openLink(session, sources, read.value);
    else session.say(`${linkErrorText(read.error, 'file')} What was on stage stays.`, 'wrong');
    return;
  }
  const { draft, diagnostics } = session.state;
  if (openText(session, sources, text)) return;
  const first = session.state.diagnostics[0];
  const why = first === undefined ? 'it cannot be built' : printDiagnostic(first);
  if (draft === undefined) {
    session.set({ editing: true });
    session.say(`${name}: ${why} All errors are marked in the editor; what was on stage stays.`, 'wrong');
  } else {
    // What somebody is typing is worth more than a file that can be opened again.
    session.set({ draft, diagnostics });
    session.say(`${name}: ${why} What is being typed in the editor stays, and so does the stage.`, 'wrong');
  }
}

/** Tabs of the link at places there are; what a tab is called is for its tab row to judge. */
function tabsOf(link: LinkState): Partial<Record<Place, string>> {
  return Object.fromEntries(Object.entries(link.view).filter(([place]) => place in INITIAL.tabs));
}

// ---- branches --------------------------------------------------------------------------------------------------

/** The scenario's own run is no branch: it follows from the text. */
function toLinkBranch({ recipe, run, at }: LiveBranch): LinkBranch[] {
  if (recipe === undefined) return [];
  const { parent, from, segments, label } = recipe;
  let begins = at;
  const written = segments.flatMap((segment): LinkSegment[] => {
    const link = toLinkSegment(segment);
    if (link === undefined) return [];
    if (segment.until.kind !== 'moment' || EDGES.includes(segment.until.moment.label)) return [link];
    const ends = run.find(segment.until.moment, begins).cursor;
    const steps = stepsOf(run, segment.actor, begins, ends);
    begins = Math.max(begins, ends);
    return [{ ...link, steps }];
  });
  return [
    {
      parent,
      ...(from !== undefined && { from: { anchor: printAnchor(from.anchor), step: from.step } }),
      label: label.slice(0, 200),
      segments: written,
    },
  ];
}

function stepsOf(run: Run, actor: number, from: number, to: number): number {
  let steps = 0;
  for (let i = from; i < to; i++) if (run.actorOf(i) === actor) steps++;
  return steps;
}

function toRecipe({ parent, from, segments, label }: LinkBranch): BranchRecipe {
  return {
    parent,
    from: from === undefined ? undefined : { anchor: anchorOf(from.anchor), step: from.step },
    segments: segments.map(toSegment),
    label,
  };
}

/** Undefined for a stretch of nothing: "until before the first operation". */
function toLinkSegment({ actor, until }: Segment): LinkSegment | undefined {
  switch (until.kind) {
    case 'moment':
      return { actor, until: printAnchor(until.moment), steps: 0 };
    case 'op': {
      // "Before operation n" is the end of the one before.
      const op = until.edge === 'end' ? until.op : until.op - 1;
      return op < 0
        ? undefined
        : { actor, until: printAnchor({ actor, op, label: 'done', nth: 0 }), steps: 0 };
    }
    case 'steps':
      return { actor, steps: until.count };
    case 'done':
      return { actor, steps: 0 };
    default:
      return assertNever(until);
  }
}

function toSegment({ actor, until, steps }: LinkSegment): Segment {
  return { actor, until: untilOf(until, steps) };
}

function untilOf(text: string | undefined, steps: number): Until {
  if (text === undefined) return steps > 0 ? { kind: 'steps', count: steps } : { kind: 'done' };
  const moment = anchorOf(text);
  // A step that no table has any more is never reached; its count is the nearest there is.
  if (steps > 0 && !exists(moment.label)) return { kind: 'steps', count: steps };
  return { kind: 'moment', moment };
}

/** Moments that every operation has, whatever its steps are called. */
const EDGES: readonly string[] = ['start', 'done'];

const exists = (label: string): boolean =>
  EDGES.includes(label) ||
  procedures().some((p) => p.steps.some((s) => label === s.label || label === `${p.name}.${s.label}`));

/** The link's schema has read the text already. */
function anchorOf(text: string): Anchor {
  const anchor = parseAnchor(text);
  if (anchor.kind === 'error') throw new Error(anchor.error);
  return anchor.value;
}

import type { Result } from '../base';
import type { ScenarioSpec } from '../engine';
import type { Design, SwitchSpec } from '../hypervisor';
import type { LibraryEntry as BuiltIn } from '../library';
import { type Diagnostic, printDiagnostic } from '../scenario/diagnostic';
import { LiveRuns } from './branching';
import { NO_FOCUS } from './focusHistory';
import type { Session } from './session';

/** A text that can be put on stage. */
export interface Compiled {
  readonly spec: ScenarioSpec;
  readonly design: Design;
  readonly warnings: readonly Diagnostic[];
  /** The scenario that the text became, if it was a litmus test. */
  readonly text?: string;
}

/** Turns a scenario's text into something that runs, or says everything that is wrong with it. */
export type Compile = (text: string) => Result<Compiled, readonly Diagnostic[]>;

/** Something of the library, without its text: that is fetched when it is wanted. */
export type LibraryEntry = Omit<BuiltIn, 'id'> & { readonly id: string };

/** The scenario in which a protection of a design is off, and what it protects is seen to break. */
export const breakOf = (
  sources: Pick<Sources, 'library'>,
  design: string,
  protection: SwitchSpec,
): LibraryEntry | undefined =>
  sources.library.find(
    (entry) =>
      entry.design === design &&
      entry.without.includes(protection.name) &&
      protection.protects !== undefined &&
      entry.violates.includes(protection.protects),
  );

/** What a session opens scenarios with. */
export interface Sources {
  readonly compile: Compile;
  readonly library: readonly LibraryEntry[];
  /** What a scenario may choose from, for completion. */
  readonly designs: readonly Design[];
  /** Id of the entry that a bare visit shows. */
  readonly first: string;
}

/** Puts a text on stage. A text with errors leaves the last good run where it is and marks the errors. */
export function openText(session: Session, sources: Sources, text: string): boolean {
  const compiled = sources.compile(text);
  if (compiled.kind === 'error') {
    session.set({ draft: text, diagnostics: compiled.error });
    return false;
  }
  const became = compiled.value.text ?? text;
  return show(session, compiled.value, became, sources.library.find((entry) => entry.text === became)?.id);
}

/** Puts something that runs on stage, at its beginning. `library` is its id there, if it is from there. */
export function show(
  session: Session,
  compiled: Compiled,
  text: string,
  library: string | undefined,
): boolean {
  const { spec, design, warnings } = compiled;
  const live = attempt(session, () => new LiveRuns(spec, design));
  if (live === undefined) return false;
  session.set({ text, library, draft: undefined, diagnostics: warnings, switches: {}, focus: NO_FOCUS });
  session.stage(live);
  return true;
}

export function openLibrary(session: Session, sources: Sources, id: string): boolean {
  const entry = sources.library.find((one) => one.id === id);
  if (entry === undefined) {
    session.say(`The library has no scenario named ${id}. Choose one from the list.`, 'wrong');
    return false;
  }
  if (openText(session, sources, entry.text)) return true;
  const first = session.state.diagnostics[0];
  session.say(
    `“${entry.title}” does not open: ${first === undefined ? 'it cannot be built' : printDiagnostic(first)}`,
    'wrong',
  );
  return false;
}

/** What was typed, kept over a reload. Returns nothing: a browser that keeps nothing is said once and the page goes on. */
export function keepDraft(session: Session, text: string): void {
  session.set({ draft: text === session.state.text ? undefined : text });
  const kept = session.keeper.write('draft', text);
  if (kept.kind === 'error') session.say(kept.error, 'wrong');
}

/** Building a world checks promises that the text cannot: a design may refuse what it does not model. */
export function attempt<T>(session: Session, build: () => T): T | undefined {
  try {
    return build();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    session.say(`This scenario cannot be built: ${why}. What was on stage stays.`, 'wrong');
    return undefined;
  }
}

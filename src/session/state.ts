import type { Ending, ScenarioSpec } from '../engine';
import type { Diagnostic } from '../scenario/diagnostic';
import type { AskingState } from './asking/state';
import { type FocusHistory, NO_FOCUS } from './focusHistory';

export type SchemeChoice = 'system' | 'light' | 'dark';
export type DialogName = 'help' | 'palette' | 'library' | 'share' | 'find';

/** Where a tab row stands, and which tab is open in it. */
export type Place = 'left' | 'right' | 'phone' | 'code';

/** A page of its own in place of the stage (see pages.ts). */
export interface PageShown {
  readonly name: string;
  readonly title: string;
  /** What its address says beyond its name: it is the page's own to read, and may be anything. */
  readonly rest: string;
}

export interface Message {
  readonly id: number;
  readonly tone: 'plain' | 'wrong';
  readonly text: string;
}

/** A run on offer: 0 is the scenario's own, the others left an earlier one because somebody acted in its past. */
export interface BranchInfo {
  readonly id: number;
  readonly parent: number;
  /** Cursor in the parent's run at which it leaves. */
  readonly at: number;
  readonly label: string;
}

/** The beat on stage: the scene shows the way from one cursor to the other, `fraction` of it done (see Motion). */
export interface Beat {
  readonly from: number;
  readonly to: number;
}

/**
 * What the session knows: a cursor and choices of the person, never machine memory. Runs are live objects and stay outside;
 * `version` rises whenever another run is on stage or the run on stage has grown.
 */
export interface SessionState {
  /** Text of the scenario on stage: the last good one. */
  readonly text: string;
  /** Its id in the library, when it is the library's text unchanged. */
  readonly library: string | undefined;
  readonly spec: ScenarioSpec | undefined;
  /** Text in the editor when it is not what is on stage, with what is wrong in it. */
  readonly draft: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Switches set otherwise than the text says. */
  readonly switches: Readonly<Record<string, boolean>>;

  readonly version: number;
  readonly length: number;
  readonly ending: Ending;
  /** Steps taken: at cursor c the world is as it was after step c - 1. */
  readonly cursor: number;
  readonly beat: Beat;

  readonly playing: boolean;
  /** Beats per 420 ms: ¼ to 8. */
  readonly speed: number;
  /** No motion at all: every beat is shown at its end. */
  readonly instant: boolean;
  readonly scheme: SchemeChoice;
  readonly presenter: boolean;
  /** Letters and signs on their own are commands. Off for whoever speaks to the page, or strikes keys without meaning to. */
  readonly bareKeys: boolean;

  readonly focus: FocusHistory;
  readonly branches: readonly BranchInfo[];
  readonly branch: number;

  readonly tabs: Readonly<Record<Place, string>>;
  readonly dialog: DialogName | undefined;
  /** The editor is open beside the stage. */
  readonly editing: boolean;
  /** A story is being told beside the stage (see telling/). */
  readonly telling: boolean;
  /** What is shown in place of the stage; nothing while the stage is. */
  readonly page: PageShown | undefined;
  readonly messages: readonly Message[];
  /** What the person is being asked, and asks; nothing until there is something (asking/). */
  readonly asking: AskingState | undefined;
  /** The scenario language, the library and everything else that was not needed for the first picture has been loaded. */
  readonly furnished: boolean;
}

export const INITIAL: SessionState = {
  text: '',
  library: undefined,
  spec: undefined,
  draft: undefined,
  diagnostics: [],
  switches: {},
  version: 0,
  length: 0,
  ending: { kind: 'open' },
  cursor: 0,
  beat: { from: 0, to: 0 },
  playing: false,
  speed: 1,
  instant: false,
  scheme: 'system',
  presenter: false,
  bareKeys: true,
  focus: NO_FOCUS,
  branches: [],
  branch: 0,
  tabs: { left: 'story', right: 'now', phone: 'stage', code: 'acting' },
  dialog: undefined,
  editing: false,
  telling: false,
  page: undefined,
  messages: [],
  asking: undefined,
  furnished: false,
};

export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8];

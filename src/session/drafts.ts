import { array, object, safeParse, string } from 'valibot';
import { fail, ok, type Result } from '../base';
import type { Session } from './session';

/** A text that a person kept under a name. It need not run. */
export interface Draft {
  readonly name: string;
  readonly text: string;
}

const KEPT = array(object({ name: string(), text: string() }));
/** What a file of drafts begins with; the number is the form's version. */
const FILE = object({ 'shadowscope-drafts': string(), drafts: KEPT });
const VERSION = '1';

/** The drafts of this browser, the newest first. What is stored and cannot be read is a draft itself: nothing typed is lost. */
export function draftsOf(session: Session): readonly Draft[] {
  const stored = session.keeper.read('drafts');
  if (stored === undefined) return [];
  const read = safeParse(KEPT, json(stored));
  return read.success ? read.output : [{ name: 'Kept by another version', text: stored }];
}

/** Keeps a text under a name, in place of what had that name. The error says why the browser does not. */
export function keepAs(session: Session, name: string, text: string): Result<undefined, string> {
  const trimmed = name.trim();
  if (trimmed === '')
    return fail('A draft is kept under a name, and there is none. Type one, such as the scenario’s title.');
  return write(session, [
    { name: trimmed, text },
    ...draftsOf(session).filter((one) => one.name !== trimmed),
  ]);
}

export function removeDraft(session: Session, name: string): Result<undefined, string> {
  return write(
    session,
    draftsOf(session).filter((one) => one.name !== name),
  );
}

/** `name`, or `name (2)` and so on where there is a draft of that name with another text. */
export function freeName(drafts: readonly Draft[], name: string, text: string): string {
  const taken = (one: string): boolean => drafts.some((draft) => draft.name === one && draft.text !== text);
  if (!taken(name)) return name;
  let n = 2;
  while (taken(`${name} (${n})`)) n++;
  return `${name} (${n})`;
}

/** All drafts as one file's text; `readDrafts` gives them back. */
export function writeDrafts(drafts: readonly Draft[]): string {
  return `${JSON.stringify({ 'shadowscope-drafts': VERSION, drafts }, undefined, 1)}\n`;
}

/** The drafts in a file: those that `writeDrafts` put there, or any other text as one draft with the file's name. */
export function readDrafts(name: string, text: string): Result<readonly Draft[], string> {
  if (!text.includes('"shadowscope-drafts"')) return ok([{ name: name.replace(/\.\w+$/, ''), text }]);
  const read = safeParse(FILE, json(text));
  if (!read.success) {
    const issue = read.issues[0];
    const where = issue.path?.map((part) => String(part.key)).join('.') ?? 'its beginning';
    return fail(
      `${name} is a file of drafts that cannot be read: at ${where} found ${issue.received}, expected ${issue.expected}. It may be cut off; the drafts kept here stay as they are.`,
    );
  }
  const version = read.output['shadowscope-drafts'];
  if (version !== VERSION)
    return fail(
      `${name} holds drafts of version ${version}; this page reads version ${VERSION}. Reload the page to get its newest version.`,
    );
  return ok(read.output.drafts);
}

/** Adds drafts to those that are kept; none replaces another text. Gives how many there were. */
export function bringIn(session: Session, drafts: readonly Draft[]): Result<number, string> {
  let all = [...draftsOf(session)];
  for (const { name, text } of drafts) {
    const free = freeName(all, name, text);
    all = [{ name: free, text }, ...all.filter((one) => one.name !== free)];
  }
  const written = write(session, all);
  return written.kind === 'error' ? written : ok(drafts.length);
}

function write(session: Session, drafts: readonly Draft[]): Result<undefined, string> {
  return session.keeper.write('drafts', JSON.stringify(drafts));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

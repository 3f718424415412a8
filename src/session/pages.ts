import type { Host } from './commands';
import type { Session } from './session';

/** A page of its own, in place of the stage. Menu, palette and help offer every row; `app/Pages.lazy.tsx` draws it. */
export interface PageRow {
  /** In the address: `#/truth`, `#/truth/kvm`. Letters and dashes; never changed, since links hold it. */
  readonly name: string;
  readonly title: string;
  /** A sentence: what a person finds there. */
  readonly about: string;
  /** Further words the palette finds it by. */
  readonly also?: string;
}

/** In the order in which they are offered. */
export const PAGES: readonly PageRow[] = [
  {
    name: 'home',
    title: 'Home',
    about: 'What this is, an example that plays, and where to begin.',
    also: 'start here begin welcome',
  },
  {
    name: 'stories',
    title: 'Stories',
    about: 'Ten stories told beside the stage, from page walks to nested paging.',
    also: 'learn course lesson start read',
  },
  {
    name: 'glossary',
    title: 'Glossary',
    about: 'Every word of the stage and the stories, in a sentence or two.',
    also: 'term word meaning explain',
  },
  {
    name: 'recorded',
    title: 'Recorded cases',
    about: 'Guest programs recorded on a real Linux and a real Xen, to put on stage beside the simulation.',
    also: 'recording oracle case real kernel jsonl open',
  },
  {
    name: 'truth',
    title: 'What is checked',
    about: 'What agrees with a real Linux and a real Xen, with counts, and what nothing covers.',
    also: 'truth oracle recordings conformance tests real kernel',
  },
  {
    name: 'trace',
    title: 'Your own trace',
    about: 'A recording of a real KVM, as the kernel prints it, put on the stage.',
    also: 'ftrace import kvmmmu perf record open drop',
  },
  {
    name: 'lab',
    title: 'Lab',
    about: 'Made-up guests of millions of accesses on any design: what happens, how often, and when.',
    also: 'workload fork exec compile benchmark counters charts',
  },
  {
    name: 'homework',
    title: 'Homework',
    about: 'Exercises from a seed, solved and marked by the simulator; questions for a class.',
    also: 'exercise sheet grade answer quiz exam class',
  },
  {
    name: 'compare',
    title: 'Compare two runs',
    about: 'The same guest under two designs or settings, side by side, and where they part.',
    also: 'beside twin difference stale',
  },
  {
    name: 'published',
    title: 'Published figures',
    about:
      'What the documents measured, beside what the simulation counts, and what cannot be set beside it.',
    also: 'percent numbers 3.7 68 7x x11perf migration source paper benchmark',
  },
  {
    name: 'embedding',
    title: 'In a course page',
    about: 'The stage in a page of your own: the frame to copy, the messages that move it, and both to try.',
    also: 'embed iframe postMessage course moodle html snippet lecture notes',
  },
];

/** The stage itself as an address: whatever is on it stays. */
export const STAGE = '#/stage';

/** The fragment of a page; `rest` is the page's own, and is written as it is. */
export const pageAddress = (name: string, rest = ''): string => `#/${name}${rest === '' ? '' : `/${rest}`}`;

/** The page that a fragment names, or nothing: scenario links begin with a number, pages with a letter. */
export function pageOf(
  fragment: string,
  pages: readonly PageRow[] = PAGES,
): { readonly row: PageRow; readonly rest: string } | undefined {
  const [, name, rest = ''] = /^#\/([a-z][a-z-]*)(?:\/(.*))?$/s.exec(fragment) ?? [];
  const row = pages.find((one) => one.name === name);
  return row === undefined ? undefined : { row, rest };
}

/** Shows a page, without a word in the address: it is there already, or belongs to something that is. */
export function showPage(session: Session, row: PageRow, rest = ''): void {
  session.set({ page: { name: row.name, title: row.title, rest }, playing: false, dialog: undefined });
}

/** Goes to a page: one new entry of the history, so that the browser's own Back leads to where the person was. */
export function goToPage(session: Session, host: Host, name: string, rest = ''): void {
  const row = PAGES.find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no page named ${name}; pages.ts lists them`);
  showPage(session, row, rest);
  host.push(pageAddress(name, rest));
}

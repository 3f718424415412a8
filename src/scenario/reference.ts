import { FORMS } from './ast';
import type { Form, Group } from './syntax/form';
import { syntaxOf } from './syntax/part';

/** One keyword of the language, for hover help, completion and the language page. */
export interface ReferenceEntry {
  readonly keyword: string;
  readonly also: readonly string[];
  readonly group: Group;
  /** `map ADDRESS -> FRAME RIGHTS [count NUMBER]`; square brackets mean: may be left out. */
  readonly syntax: string;
  /** What it does, in a sentence or two, with the defaults. */
  readonly says: string;
  /** Lines that parse. */
  readonly examples: readonly string[];
}

/** The whole language, in the order in which a scenario is usually written. */
export const REFERENCE: readonly ReferenceEntry[] = (FORMS as readonly Form[]).map((form) => ({
  keyword: form.keyword,
  also: form.also,
  group: form.group,
  syntax: `${form.keyword} ${syntaxOf(form.parts)}`.trim(),
  says: form.says,
  examples: form.examples,
}));

/** Heading of each group, for people. */
export const GROUP_TITLES: Readonly<Record<Group, string>> = {
  about: 'What the scenario is',
  machine: 'The design and the machine',
  memory: 'Memory before the first step',
  block: 'Who acts',
  operation: 'Operations',
  run: 'How it runs and what it must show',
};

/** Help on a word under the cursor, if it is a keyword. */
export function referenceOf(keyword: string): ReferenceEntry | undefined {
  return REFERENCE.find((entry) => entry.keyword === keyword || entry.also.includes(keyword));
}

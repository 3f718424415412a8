// @vitest-environment happy-dom
import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { resolve } from '../scenario';
import { TWO_WALKS, testSession } from '../testing/testSession';
import { completions } from './complete';
import { helpAt } from './hover';
import { scenarioSupport } from './language';
import { toMarks } from './problems';

const { sources } = testSession();

/** What is offered where the text ends. */
async function offered(text: string): Promise<string[]> {
  const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
  const result = await completions(sources)(new CompletionContext(state, text.length, true));
  return (result?.options ?? []).map((option) => option.label);
}

test('at the start of a line the keywords are offered', async () => {
  const labels = await offered('scenario "A"\nma');
  expect(labels).toEqual(expect.arrayContaining(['map', 'scenario', 'vcpu', 'expect']));
});

test('names come from the design that the text names', async () => {
  expect(await offered('design ')).toEqual(expect.arrayContaining(['native', 'xen']));
  const xen = sources.designs.find((design) => design.name === 'xen');
  const switches = await offered('design xen with ');
  expect(switches).toEqual(expect.arrayContaining(xen?.switches.map((one) => one.name) ?? []));
  expect(await offered('design xen\nviolates ')).toEqual(
    expect.arrayContaining(xen?.invariants.map((one) => one.name) ?? []),
  );
  // Bare hardware has no switches: only the words of the form are left.
  expect(await offered('design native\nvcpu 0\n  switch ')).toEqual(['on', 'off']);
});

test('the operations of the design are offered behind `call`, and explained there', async () => {
  expect(await offered('design xen\nhost\n  call ')).toEqual(
    expect.arrayContaining(['grant', 'log-dirty-on']),
  );
  const text = 'design xen\nhost\n  call p2m-move 0x030 0x055\n';
  const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
  const help = (word: string) => helpAt({ state }, text.indexOf(word) + 1, sources);
  expect(help('p2m-move')?.syntax).toBe('call p2m-move GUEST-FRAME MACHINE-FRAME');
  expect(help('move')?.says).toContain('another machine frame');
  expect(help('call')?.syntax).toMatch(/^call OPERATION/);
  expect(help('0x055')).toBe(undefined);
});

test('marks lie where the language says the fault is, and one with a suggestion offers it', () => {
  const text = TWO_WALKS.replace('0x040 rw user', '0x040 rww user');
  const resolved = resolve(text);
  if (resolved.kind === 'ok') throw new Error('the text is meant to be wrong');
  const [mark] = toMarks(resolved.error, text.length);
  expect(text.slice(mark?.from, mark?.to)).toBe('rww');
  expect(mark?.severity).toBe('error');
  expect(mark?.actions?.[0]?.name).toBe('Use rw');
});

test('marks of a text that has become shorter stay within it', () => {
  const marks = toMarks([{ severity: 'error', from: 2, to: 40, line: 1, column: 3, says: 'Too long.' }], 3);
  expect(marks).toMatchObject([{ from: 2, to: 3 }]);
});

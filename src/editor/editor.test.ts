// @vitest-environment happy-dom
import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { parse, resolve } from '../scenario';
import { TWO_WALKS, testSession } from '../testing/testSession';
import { completions } from './complete';
import { helpAt } from './hover';
import { insertions, matching, placed } from './insertions';
import { scenarioSupport } from './language';
import { toMarks } from './problems';
import { tidied } from './tidy';

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

test('what can be inserted reads without an error as it is, from every design', () => {
  for (const { name } of sources.designs) {
    const text = `scenario "A"\ndesign ${name}\n`;
    const all = insertions(text, sources);
    expect(all.length).toBeGreaterThan(30);
    for (const { line } of all) expect([line, parse(`${line}\n`).diagnostics]).toEqual([line, []]);
  }
  const found = matching(insertions('design xen\n', sources), 'log dirty');
  expect(found.map(({ line }) => line)).toContain('call log-dirty-on');
});

test('an inserted line stands below the cursor’s, within its block', () => {
  const at = (text: string) => ({ text, from: 10, to: 10 + text.length });
  expect(placed(at('vcpu 0'), 'load 0x1000')).toEqual({
    ...{ from: 16, to: 16, insert: '\n  load 0x1000', caret: 30 },
  });
  expect(placed(at('  load 0x2000'), 'mfence').insert).toBe('\n  mfence');
  expect(placed(at('  '), 'mfence')).toEqual({ from: 10, to: 12, insert: '  mfence', caret: 18 });
});

test('a text is laid out anew without a word lost, and not at all while a line cannot be read', () => {
  const untidy = '# mine\nscenario "A"\ndesign native\nvcpu 0\nload   0x1000 # here\n';
  const laidOut = tidied(untidy);
  expect(laidOut).toMatchObject({ kind: 'ok' });
  expect(laidOut.kind === 'ok' && laidOut.value).toContain('  load 0x1000 # here');
  expect(laidOut.kind === 'ok' && laidOut.value).toContain('# mine');
  const wrong = tidied(`${untidy}mpa 0x1000\n`);
  expect(wrong.kind === 'error' && wrong.error).toMatch(/^Not laid out anew.*Line 6/);
});

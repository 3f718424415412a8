// @vitest-environment happy-dom
import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { expectedAt, parse, resolve } from '../scenario';
import { structuresOnStage } from '../session/scenarioNames';
import { runOf } from '../testing/library';
import { TWO_WALKS, testSession } from '../testing/testSession';
import { completions, groupsAfter } from './complete';
import { helpAt } from './hover';
import { insertions, matching, placed } from './insertions';
import { scenarioSupport } from './language';
import { toMarks } from './problems';
import { TEMPLATE } from './template';
import { tidied } from './tidy';

/** Scenarios that between them say most of what the language can. */
const WORDY = ['unsync-mprotect', 'a-page-table-may-drift', 'flush-after-unlock'] as const;
const { sources } = testSession({ shelf: WORDY });

/** What is offered where the text ends. */
async function offered(text: string, run?: ReturnType<typeof runOf>): Promise<string[]> {
  const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
  const result = await completions(sources, () => structuresOnStage({ run }))(
    new CompletionContext(state, text.length, true),
  );
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
  // Bare hardware has no switches.
  expect(await offered('design native\nvcpu 0\n  switch ')).toEqual([]);
  expect(await offered('design xen\nvcpu 0\n  switch snapshots ')).toEqual(['on', 'off']);
});

test('what is offered is what the form looks for at that very place', async () => {
  const head = 'scenario "A"\ndesign xen\nmap 0x40_0000 -> 0x040 rw user\nvcpu 0\n  load 0x40_0000\n';
  expect(await offered(`${head}map 0x40_1000 `)).toEqual(['->']);
  expect(await offered(`${head}map 0x40_1000 -> `)).toEqual(['0x040']);
  expect(await offered(`${head}map 0x40_1000 -> 0x041 `)).toEqual(
    expect.arrayContaining(['rwx', 'user', 'dirty']),
  );
  expect(await offered(`${head}map 0x40_1000 -> 0x041 rw `)).toEqual(
    expect.arrayContaining(['user', 'count']),
  );
  expect(await offered(`${head}  load `)).toEqual(['0x40_0000']);
  expect(await offered(`${head}schedule 0 `)).toEqual(expect.arrayContaining(['until', 'then', ',']));
  expect(await offered(`${head}schedule 0 until `)).toEqual(expect.arrayContaining(['done', 'op']));
  expect(await offered(`${head}schedule 0 until op 0 `)).toEqual(
    expect.arrayContaining(['start', 'end', 'sh_page_fault.walk']),
  );
  expect(await offered(`${head}schedule 0 until done,\n  `)).toEqual(expect.arrayContaining(['host']));
  expect(await offered(`${head}expect events page-fault `)).toEqual(
    expect.arrayContaining(['vcpu', 'error']),
  );
  expect(await offered(`${head}cr0 set `)).toEqual(['pe', 'wp', 'pg']);
  // Behind a mistake nobody knows what is meant, and a comment or a text in quotes is the author's own.
  expect(await offered(`${head}map nonsense `)).toEqual([]);
  expect(await offered(`${head}  load 0x40_0000 # lo`)).toEqual([]);
  expect(await offered(`${head}about "lo`)).toEqual([]);
});

test('an empty text is told how to begin, and a block goes on with its operations', async () => {
  expect((await offered('')).slice(0, 1)).toEqual(['scenario']);
  expect(groupsAfter('')[0]).toBe('about');
  expect(groupsAfter('scenario "A"\nvcpu 0\n')[0]).toBe('operation');
  expect(groupsAfter('vcpu 0\n  load 0x1000 # map\n')[0]).toBe('operation');
  expect(groupsAfter('map 0x1000 -> 0x040 rw\n')[0]).toBe('memory');
});

test('a whole word wants no list: Enter is a new line then', async () => {
  const at = (text: string) => {
    const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
    return completions(sources)(new CompletionContext(state, text.length, false));
  };
  expect(await at('map 0x1000 -> 0x040 rw')).toBeNull();
  expect(await at('map 0x1000 -> 0x040 us')).not.toBeNull();
  expect(await at('  load 0x1000')).toBeNull();
});

test('every word of a scenario is offered where it stands, and explained there', async () => {
  const words = new Map<string, string[]>();
  let seen = 0;
  for (const { id, text } of WORDY.map((id) => ({
    id,
    text: sources.library.find((one) => one.id === id)?.text ?? '',
  }))) {
    const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
    const run = runOf(id);
    for (const match of text.matchAll(/^[^#"\n]*/gm)) {
      for (const word of match[0].matchAll(/(?<![\w.-])[a-z][\w]*(?:[-.]\w+)*/gi)) {
        const from = match.index + word.index;
        const { form, expected } = expectedAt(text, from);
        // A name that the text itself gives to something.
        if (form !== undefined && expected.every(({ symbol }) => symbol === 'NAME')) continue;
        seen++;
        const labels = await offered(text.slice(0, from), run);
        const known = labels.some((label) => label === word[0] || label.endsWith(`.${word[0]}`));
        const help = helpAt({ state }, from, sources, () => structuresOnStage({ run }));
        if (!known || (help === undefined && labels.includes(word[0])))
          words.set(word[0], [`${known} ${help !== undefined}`, state.doc.lineAt(from).text]);
      }
    }
  }
  expect(seen).toBeGreaterThan(200);
  expect([...words]).toEqual([]);
});

test('the operations of the design are offered behind `call`, and explained there', async () => {
  expect(await offered('design xen\nhost\n  call ')).toEqual(
    expect.arrayContaining(['grant', 'log-dirty-on']),
  );
  const text = 'design xen\nhost\n  call p2m-move 0x030 0x055\n';
  const state = EditorState.create({ doc: text, extensions: scenarioSupport() });
  const help = (word: string) => helpAt({ state }, text.indexOf(word) + 1, sources);
  expect(help('p2m-move')?.syntax).toBe('call p2m-move GUEST-FRAME MACHINE-FRAME');
  expect(help('p2m-move')?.says).toContain('another machine frame');
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

test('what an empty text may begin with runs as it is, is laid out as texts are, and keeps its promise', () => {
  const { session } = testSession({ text: TEMPLATE });
  const { run } = session;
  if (run === undefined) throw new Error('it is meant to be on stage');
  expect(session.state.diagnostics).toEqual([]);
  expect(tidied(TEMPLATE)).toEqual({ kind: 'ok', value: TEMPLATE });
  expect(run.extend().kind).toBe('done');
  expect(run.violations).toEqual([]);
  const faults = run.eventsIn(0, run.length).filter(({ kind }) => kind === 'GuestPageFault');
  expect(faults).toHaveLength(1);
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

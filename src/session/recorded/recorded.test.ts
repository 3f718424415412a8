import { gzipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { printedEvents } from '../../oracle/kvm/print';
import { recordedLines } from '../../testing/oracleSamples';
import { testSession } from '../../testing/testSession';
import { openFile } from '../link';
import { lookForRaces, racingOf, SETTINGS } from '../racing/page';
import { compileText } from '../reading';
import { cursorOf, entryAt, stagedCase } from './comparison';
import { readPacked } from './files';
import { openedCases } from './opened';

const kvm = recordedLines('kvm');
const xen = recordedLines('xen');
const shortest = (lines: readonly string[]): string =>
  [...lines].sort((a, b) => a.length - b.length)[0] as string;

function opened(text: string, name = 'cases.jsonl') {
  const made = testSession({ library: 'unsync' });
  openFile(made.session, { ...made.sources, compile: compileText }, text, name);
  return made.session;
}

describe('a recorded case on stage', () => {
  it.each([
    ['KVM', shortest(kvm)],
    ['Xen', shortest(xen)],
  ])('of %s runs to its end, with a line of the comparison for every operation', (_, line) => {
    const session = opened(line);
    const { run } = session;
    const staged = stagedCase(session.state.text);
    if (run === undefined || staged?.reports.kind !== 'ok') throw new Error('nothing on stage');
    run.extend();
    expect(run.ending).toEqual({ kind: 'done' });
    expect(run.violations).toEqual([]);
    expect(session.state.tabs.right).toBe('recording');
    const { c } = staged.recorded;
    expect(staged.reports.value.map(({ differences }) => differences)).toEqual(c.ops.map(() => []));
    staged.places.forEach((place, i) => {
      if (place.count > 0) expect(entryAt(run, staged.places, cursorOf(run, place))).toBe(i);
    });
  });

  it('does there what the comparison says that it does: event for event', () => {
    const session = opened(shortest(kvm));
    const { run } = session;
    const staged = stagedCase(session.state.text);
    if (run === undefined || staged?.recorded.system !== 'kvm') throw new Error('nothing on stage');
    run.extend();
    const events = staged.recorded.c.ops.flatMap((op) => op.events ?? []);
    expect(printedEvents(run.world, 0, run.world.events.mark)).toEqual(events);
  });

  it('is a text that opens again as itself, an operation a line', () => {
    const session = opened(shortest(xen));
    const { text, spec } = session.state;
    const again = compileText(text);
    expect(again.kind === 'ok' && again.value.text).toBe(text);
    const [first] = spec?.sources[0] ?? [];
    expect(text.slice(first?.from, first?.to)).toMatch(/^\{"op":0,.*\}$/);
  });

  it('is not explored: it has no order but the recorded one', () => {
    const session = opened(shortest(kvm));
    lookForRaces(session, SETTINGS);
    expect(session.state.messages.at(-1)?.text).toMatch(/^A recorded case is replayed access by access/);
    expect(racingOf(session).state.running).toBe(false);
  });

  it('shows the difference where the recording was changed', () => {
    const other = shortest(kvm).replace(/"ok":true,"value":"0x[0-9a-f]+"/, '"ok":true,"value":"0x7777"');
    const staged = stagedCase(opened(other).state.text);
    if (staged?.reports.kind !== 'ok') throw new Error('nothing on stage');
    const wrong = staged.reports.value.filter(({ differences }) => differences.length > 0);
    expect(wrong.map(({ differences }) => differences.map(({ what }) => what))).toEqual([['result']]);
  });
});

describe('a file of recorded cases', () => {
  it('with several offers them, and leaves the stage as it is', () => {
    const session = opened([...kvm.slice(0, 2), 'no case', xen[0]].join('\n'));
    expect(session.state.page?.name).toBe('recorded');
    expect(session.state.spec?.title).not.toBe(stagedCase(kvm[0] as string)?.recorded.c.name);
    const lines = openedCases(session).getState().opened?.lines ?? [];
    expect(lines.map(({ line, read }) => [line, read.kind])).toEqual([
      [1, 'ok'],
      [2, 'ok'],
      [3, 'error'],
      [4, 'ok'],
    ]);
  });

  it.each([
    [
      'a truncated line',
      (line: string) => line.slice(0, 2000),
      /^cut\.jsonl, line 1: not JSON: .*Expected one case/,
    ],
    [
      'another mode',
      (line: string) => line.replace('"mode":"64"', '"mode":"16"'),
      /^cut\.jsonl, line 1: .*Expected a mode of 64, pae or 32/,
    ],
    [
      'an operation that no format has',
      (line: string) => line.replace('"kind":"read"', '"kind":"jump"'),
      /^cut\.jsonl: op \d+: operation kind jump is not known/,
    ],
  ])('says what is wrong with %s', (_, change, message) => {
    const line = kvm.find((one) => one.includes('"mode":"64"') && one.includes('"kind":"read"')) as string;
    const session = opened(change(line), 'cut.jsonl');
    expect(session.state.messages.at(-1)?.text).toMatch(message);
  });

  it('is unpacked, and is told when it is cut off', async () => {
    const packed = gzipSync(strToU8(kvm.slice(0, 3).join('\n')));
    const file = (bytes: Uint8Array) => new File([Uint8Array.from(bytes)], 'cases.jsonl.gz');
    expect((await readPacked(file(packed))).text).toBe(kvm.slice(0, 3).join('\n'));
    await expect(readPacked(file(packed.subarray(0, packed.length / 2)))).rejects.toThrow(
      /cut off: get it again/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { recordedLines } from '../testing/oracleSamples';
import { readRecorded } from './recordedText';
import { recordedWords } from './recordedWords';

const read = (line: string) => {
  const found = readRecorded(line);
  if (found.kind === 'error') throw new Error(found.error);
  return found.value;
};
const lines = [...recordedLines('kvm'), ...recordedLines('xen')];
const cases = lines.map((line) => ({ line, said: recordedWords(read(line)) }));

describe('the words for a recorded case', () => {
  it('are those of what it holds, and the rarest first', () => {
    for (const { line, said } of cases) {
      expect(said.shows.includes('the dirty log is read')).toBe(line.includes('"get_dirty_log"'));
      expect(said.shows.includes('entries are dropped by INVLPG')).toBe(line.includes('"kind":"invlpg"'));
      expect(said.shows.includes('the host takes a page back')).toBe(line.includes('"madvise_dontneed"'));
      expect(said.title).toMatch(/^[A-Z]/);
    }
    const often = (clause: string) => cases.filter(({ said }) => said.shows.includes(clause)).length;
    const dirty = cases.find(({ said }) => said.shows.includes('the dirty log is read'));
    expect(dirty?.said.title).toContain('irty log is read');
    expect(often('pages are used for the first time')).toBe(cases.length);
  });

  it('do not come from its name', () => {
    const [line = ''] = lines;
    const renamed = JSON.stringify({ ...JSON.parse(line), name: 'other' });
    expect(recordedWords(read(renamed))).toEqual(recordedWords(read(line)));
  });

  it('count what came about', () => {
    const two = cases.find(({ line }) => line.includes('"name":"g-two-vcpus"'))?.said;
    expect(two?.guest).toBe('64-bit guest, 2 vCPUs, 27 operations');
    expect(two?.counts).toEqual([
      '16 page faults',
      '6 faults given to the guest',
      '2 tables unsynced',
      '2 tables synced',
    ]);
  });
});

describe('what is no case', () => {
  it.each([
    ['{"case":1}', /^not a recorded case. Expected one of KVM, which has `memslots`/],
    ['[1]', /^not a case. Expected an object with/],
    ['{"case":', /^not JSON/],
  ])('is told for what it is: %s', (text, says) => {
    const found = readRecorded(text);
    expect(found.kind === 'error' && found.error).toMatch(says);
  });
});

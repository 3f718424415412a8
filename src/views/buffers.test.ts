import { describe, expect, it } from 'vitest';
import { type Run, recordRun, stepCaption } from '../engine';
import { resolvedText, runOf } from '../testing/library';
import { buffersAt } from './buffers';
import { laneOf } from './moment';

/** What each vCPU holds back after a beat that ends with the nth step of that name. */
function momentOf(run: Run, label: string, nth = 0) {
  const steps = Array.from({ length: run.length }, (_, i) => i).filter((i) => run.nameOf(i).label === label);
  const step = steps[nth] ?? -1;
  return { step, buffers: buffersAt(run, run.beatBefore(step + 1), step + 1) };
}

const said = (buffers: ReturnType<typeof buffersAt>): string[] =>
  buffers.map(({ stores }) => stores.map(({ text, state }) => `${text} ${state}`).join(', '));

describe('store buffers at a moment', () => {
  it('say which stores came, wait and leave, oldest first, by the names of the program', () => {
    const run = runOf('message-passing');
    expect(said(momentOf(run, 'guest_access.memory', 0).buffers)).toEqual(['0x1 to x arrived', '']);
    expect(said(momentOf(run, 'guest_access.memory', 1).buffers)).toEqual([
      '0x1 to x waits, 0x1 to y arrived',
      '',
    ]);
    const first = run.built.machine.config.vcpus + 1;
    const drain = Array.from({ length: run.length }, (_, i) => i).find((i) => run.actorOf(i) === first) ?? 0;
    const leaving = buffersAt(run, drain, drain + 1);
    expect(said(leaving)).toEqual(['0x1 to x left, 0x1 to y waits', '']);
    // A store keeps its number while others leave before it.
    expect(leaving[0]?.stores.map(({ key }) => key)).toEqual([0, 1]);
    expect(stepCaption(run, drain)).toBe(
      'The oldest store that vCPU 0 held back, 0x1 to x, reaches memory. From now on everybody sees it.',
    );
    expect(laneOf(run, drain)).toBe('drain');
  });

  it('say which one served a load of its own vCPU, and the caption does, too', () => {
    const run = runOf('own-store-first');
    const { step, buffers } = momentOf(run, 'guest_access.memory', 1);
    expect(said(buffers)[0]).toBe('0x1 to x read');
    expect(stepCaption(run, step)).toBe(
      'vCPU 0 reads 0x1 for x out of its own store buffer, where that store still waits.',
    );
  });

  it('say why a vCPU waits: a fence, a locked operation, a full buffer', () => {
    const waits = (lines: string): (string | undefined)[] => {
      const { spec, design } = resolvedText(
        `scenario "W"\ndesign native\npaging off, 128 frames\ntlb off\nstore-buffers 1\nvariable x at 0x4_0000\nvariable y at 0x4_1000\nvcpu 0\n  store x = 1\n${lines}\n`,
      );
      const run = recordRun(spec, design);
      const { world } = run;
      const stuck = Array.from({ length: run.length + 1 }, (_, c) => c).find((cursor) =>
        run.peek(cursor, () => !world.enabled(0) && world.actors[0]?.thread?.alive === true),
      );
      if (stuck === undefined) throw new Error('it never waits');
      const [first] = buffersAt(run, stuck, stuck);
      return [first?.waits, String(first?.full)];
    };
    expect(waits('  mfence')).toEqual(['MFENCE waits until these have reached memory', 'true']);
    expect(waits('  xchg y = 2')).toEqual([
      'the locked operation waits until these have reached memory',
      'true',
    ]);
    expect(waits('  store y = 2')).toEqual(['the next store waits for a place', 'true']);
    expect(waits('  cr3 0x010')).toEqual(['leaving the guest waits until these have reached memory', 'true']);
  });
});

import { describe, expect, it } from 'vitest';
import { STORIES } from '../../teach/stories';
import { LIBRARY, MemoryStorage, type TestSession, testSession } from '../../testing/testSession';
import { readProgress } from './progress';
import { type Telling, tellingOf } from './telling';

function told(storage = new MemoryStorage()): TestSession & { readonly telling: Telling } {
  const made = testSession({ storage });
  Object.assign(made.sources, { library: [...LIBRARY] });
  return { ...made, telling: tellingOf(made.controls) };
}

const [WALKS, WHY] = STORIES;
if (WALKS === undefined || WHY === undefined) throw new Error('two stories are told here');

describe('a story', () => {
  it('puts its passages on stage, one after the other, to its end', () => {
    const { telling, session } = told();
    telling.begin(WHY.id);
    const seen: number[] = [];
    for (;;) {
      expect(session.state.library).toBe('why-a-shadow');
      expect(telling.whereabouts()).toEqual({ kind: 'here' });
      seen.push(session.state.cursor);
      if (telling.state.index === WHY.passages.length - 1) break;
      telling.next();
    }
    expect(seen).toHaveLength(WHY.passages.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(telling.state.progress[WHY.id]).toBe(WHY.passages.length);
    telling.next();
    expect(telling.state.index).toBe(WHY.passages.length - 1);
  });

  it('plays on to the next passage and stops there, or earlier where a new phase begins', () => {
    const { telling, session, clock } = told();
    telling.begin(WALKS.id);
    telling.setStops(false);
    telling.playOn();
    clock.run();
    expect(session.state.playing).toBe(false);
    expect(telling.state).toMatchObject({ index: 1, stopped: 'passage' });
    expect(telling.whereabouts()).toEqual({ kind: 'here' });

    telling.begin(WHY.id, 1);
    telling.setStops(true);
    telling.playOn();
    clock.run();
    expect(telling.state).toMatchObject({ index: 2, stopped: 'passage' });
    telling.playOn();
    clock.run();
    // The walk of the guest's tables has ended: the passage about it comes first, then the mark.
    expect(telling.state.index).toBe(3);
    telling.go(4);
    telling.playOn();
    clock.run();
    expect(session.state.playing).toBe(false);
    expect(telling.state.index).toBeGreaterThanOrEqual(4);
  });

  it('knows that somebody has left it, and leads back', () => {
    const { telling, session, controls } = told();
    telling.begin(WHY.id, 3);
    const here = session.state.cursor;
    session.jump(here + 5);
    expect(telling.whereabouts()).toEqual({ kind: 'moved', steps: 5 });
    controls.execute('open:punt');
    expect(telling.whereabouts()).toEqual({ kind: 'elsewhere' });
    telling.comeBack();
    expect(session.state.cursor).toBe(here);
    expect(telling.whereabouts()).toEqual({ kind: 'here' });
  });

  it('goes along when somebody steps to the moment of another passage', () => {
    const { telling, session } = told();
    telling.begin(WHY.id, 3);
    const fourth = session.state.cursor;
    telling.next();
    session.jump(fourth);
    expect(telling.state.index).toBe(3);
  });

  it('is found again where it was left, after a reload; what is kept may be rubbish', () => {
    const storage = new MemoryStorage();
    const first = told(storage);
    first.telling.begin(WHY.id, 4);
    const again = told(storage);
    again.telling.begin(WHY.id);
    expect(again.telling.state.index).toBe(4);
    for (const text of ['', '[', '7', '{"why-shadows":"x"}', '{"why-shadows":-1,"a":2}']) {
      storage.setItem('shadowscope.stories', text);
      expect(readProgress(again.session.keeper)['why-shadows']).toBe(undefined);
    }
    storage.refuse = 'SecurityError';
    expect(() => told(storage).telling.begin(WHY.id, 2)).not.toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import { testSession } from '../../testing/testSession';
import { focus } from '../focusing';
import { pick, submit } from './answering';
import { asksOf, followAsks } from './asking';
import { currentItem, scoreOf } from './state';

const ASKING = `scenario "Two questions"
about "A walk, and a fault."
design native
paging x86-64, 128 frames
map 0x7f80_8800_3000 -> 0x040 rw user
vcpu 0
  load 0x7f80_8800_3000
  ask at hardware_walk.start next-entry
  load 0x7f80_8800_4000
  ask at start bits error
`;

function asked(text = ASKING) {
  const made = testSession({ text, shelf: ['unsync'], reducedMotion: true });
  followAsks(made.session);
  const item = () => currentItem(made.session.state.asking);
  return { ...made, item };
}

describe('a scenario’s questions', () => {
  it('end a beat, and appear when their moment is reached', () => {
    const { session, controls, item } = asked();
    const [first, second] = session.run === undefined ? [] : asksOf(session.run);
    expect(item()).toBeUndefined();
    while (session.state.cursor < (first?.cursor ?? 0)) controls.execute('beat-forward');
    expect(session.state.cursor).toBe(first?.cursor);
    expect(item()?.question.kind).toBe('next-entry');
    // Going on is never in the way; what was asked stays open.
    controls.execute('beat-forward');
    expect(item()).toMatchObject({ grade: undefined, skipped: false });
    session.jump(second?.cursor ?? 0);
    expect(item()?.question.kind).toBe('bits');
  });

  it('stop the play where they are, and it goes on when told', () => {
    const { session, controls, clock } = asked();
    controls.execute('play');
    clock.run();
    const [first] = session.run === undefined ? [] : asksOf(session.run);
    expect([session.state.cursor, session.state.playing]).toEqual([first?.cursor, false]);
    controls.execute('play');
    clock.run();
    expect(session.state.cursor).toBeGreaterThan(first?.cursor ?? 0);
  });

  it('keep their answer while the person looks around, and lose it with the scenario', () => {
    const { session, controls, item } = asked();
    const [, second] = session.run === undefined ? [] : asksOf(session.run);
    session.jump(second?.cursor ?? 0);
    pick(session, 'U');
    pick(session, 'W');
    pick(session, 'W');
    expect(item()?.picked).toEqual(['U']);
    submit(session);
    expect(item()?.grade?.right).toBe(true);
    pick(session, 'P');
    session.jump(1);
    session.jump(second?.cursor ?? 0);
    expect(item()).toMatchObject({ picked: ['U'], grade: { right: true } });
    controls.execute('open:unsync');
    expect(session.state.asking).toBeUndefined();
  });

  it('are answered by pointing at the stage, where entries are asked for', () => {
    const { session, item } = asked();
    const [first] = session.run === undefined ? [] : asksOf(session.run);
    session.jump(first?.cursor ?? 0);
    focus(session, 'frame 0x040');
    expect(item()?.grade).toBeUndefined();
    focus(session, `guest ${item()?.question.truth[0]?.replace('entry ', '') ?? ''}`);
    expect(item()?.grade?.right).toBe(true);
  });
});

describe('asking for a question', () => {
  it('asks something else each time, by key; numbers choose, and what is skipped counts as passed', () => {
    const { session, controls, item } = asked();
    controls.execute('ask-me');
    const first = item()?.question.kind;
    controls.execute('ask-me');
    expect(item()?.question.kind).not.toBe(first);
    expect(controls.find('answer:1')?.keys).toEqual(['1']);
    controls.execute('answer-skip');
    expect(item()).toBeUndefined();
    const { asking } = session.state;
    expect(asking === undefined ? 0 : scoreOf(asking, false).passed).toBe(1);
  });

  it('comes back to what was not answered when nothing else is left, and says when nothing is', () => {
    const { session, controls, item } = asked();
    const prompts: string[] = [];
    const said = () => session.state.messages.at(-1)?.text ?? '';
    for (controls.execute('ask-me'); !said().startsWith('That was all'); controls.execute('ask-me')) {
      const now = item()?.question;
      prompts.push(now?.prompt ?? '');
      // The first is passed, and comes again at the end.
      if (prompts.length === 1) controls.execute('answer-skip');
      else {
        for (const id of now?.truth ?? []) pick(session, id);
        if (item()?.grade === undefined) submit(session);
      }
      expect(prompts.length).toBeLessThan(20);
    }
    expect(prompts.length).toBeGreaterThan(2);
    expect(prompts.filter((one) => one === prompts[0])).toHaveLength(2);
    expect(new Set(prompts).size).toBe(prompts.length - 1);
    expect(said()).toMatch(/^That was all there is to ask about step \d+/);
  });
});

describe('by keys alone', () => {
  it('several choices are made by numbers and given by Enter, and the run shows what it does', () => {
    const { session, controls, item } = asked();
    const [, second] = session.run === undefined ? [] : asksOf(session.run);
    session.jump(second?.cursor ?? 0);
    const press = (key: string) =>
      controls.press({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }, null);
    const ids = item()?.question.parts.flatMap(({ options }) => options.map(({ id }) => id)) ?? [];
    for (const id of item()?.question.truth ?? []) press(String(ids.indexOf(id) + 1));
    expect(item()?.grade).toBeUndefined();
    press('Enter');
    expect(item()?.grade?.right).toBe(true);
    press('a');
    expect(session.state.cursor).toBe(item()?.question.shown);
  });
});

describe('the person as the hypervisor', () => {
  it('goes from decision to decision, with a score, and leaves at any time', () => {
    const { session, controls, item } = asked();
    controls.execute('hypervisor');
    for (let turn = 0; turn < 3; turn++) {
      const truth = item()?.question.truth[0] ?? '';
      if (turn === 1) controls.execute('decision-next');
      else {
        pick(session, truth);
        expect(item()?.grade?.right).toBe(true);
        controls.execute('decision-next');
      }
    }
    const { asking } = session.state;
    expect(asking === undefined ? undefined : scoreOf(asking, true)).toEqual({
      right: 2,
      wrong: 0,
      passed: 1,
    });
    controls.execute('answer-show');
    expect(session.state.cursor).toBe(item()?.question.shown);
    controls.execute('hypervisor');
    expect(item()).toBeUndefined();
    expect(session.state.messages.at(-1)?.text).toMatch(/^As the hypervisor you were right 2 times/);
  });

  it('is told when nothing is decided any more', () => {
    const { session, controls } = asked();
    controls.execute('to-end');
    controls.execute('hypervisor');
    expect(session.state.asking?.steering).toBe(false);
    expect(session.state.messages.at(-1)?.text).toMatch(/^Nothing is decided any more/);
  });
});

import { expect, test } from 'vitest';
import { testSession } from '../testing/testSession';

test('forward and back go by beats and lead back to the same state', () => {
  const { session, controls, clock } = testSession();
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  const hashes: string[] = [run.store.hash];
  const cursors = [0];
  while (controls.execute('beat-forward')) {
    clock.run();
    cursors.push(session.state.cursor);
    hashes.push(run.store.hash);
  }
  expect(session.state.cursor).toBe(run.length);
  expect(cursors.length).toBeGreaterThan(5);
  for (let i = cursors.length - 2; i >= 0; i--) {
    controls.execute('beat-back');
    clock.run();
    expect(session.state.cursor).toBe(cursors[i]);
    expect(run.store.hash).toBe(hashes[i]);
  }
});

test('a beat forward moves the fraction from 0 to 1 in 420 ms at 1×, back from 1 to 0 in half of that', () => {
  const { session, controls, clock } = testSession();
  const seen: number[] = [];
  session.motion.subscribe(() => seen.push(session.motion.fraction));
  controls.execute('beat-forward');
  const began = clock.time;
  clock.run();
  expect(clock.time - began).toBeGreaterThanOrEqual(420);
  expect(clock.time - began).toBeLessThan(420 + 40);
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));

  seen.length = 0;
  const turned = clock.time;
  controls.execute('beat-back');
  expect(session.state.beat.to).toBeGreaterThan(session.state.beat.from);
  clock.run();
  expect(clock.time - turned).toBeLessThan(210 + 40);
  const moving = seen.slice(0, -1);
  expect(moving).toEqual([...moving].sort((a, b) => b - a));
  // At rest the stage shows the beat that led to where we are.
  expect(session.state.beat).toEqual({ from: 0, to: 0 });
  expect(session.motion.fraction).toBe(1);
});

test('jumping animates nothing', () => {
  const { session, controls, clock } = testSession();
  controls.execute('to-end');
  expect(session.motion.moving).toBe(false);
  expect(session.motion.fraction).toBe(1);
  expect(clock.run()).toBeLessThan(3);
});

test('reduced motion shows every beat at its end, and playing still goes to the end', () => {
  const { session, controls, clock } = testSession({ reducedMotion: true });
  const fractions = new Set<number>();
  session.motion.subscribe(() => fractions.add(session.motion.fraction));
  controls.execute('play');
  clock.run();
  expect(fractions.size).toBe(0);
  expect(session.state.playing).toBe(false);
  expect(session.state.cursor).toBe(session.state.length);
});

test('playing holds a note long enough to be read, goes on to the end, and begins anew from there', () => {
  const { session, controls, clock } = testSession();
  const arrivals: { readonly cursor: number; readonly at: number }[] = [];
  session.store.subscribe((now, before) => {
    if (now.cursor !== before.cursor) arrivals.push({ cursor: now.cursor, at: clock.time });
  });
  controls.execute('play');
  clock.run();
  expect(session.state.playing).toBe(false);
  expect(session.state.cursor).toBe(session.state.length);
  const note = session.run?.find({ actor: 1, op: 0, label: 'start', nth: 0 }).cursor ?? 0;
  const held = arrivals.map(({ cursor, at }, i) => ({ cursor, lasts: (arrivals[i + 1]?.at ?? at) - at }));
  const long = held.filter(({ lasts }) => lasts > 600);
  expect(long).toHaveLength(1);
  expect(long[0]?.lasts).toBeGreaterThan(2_500);
  expect(long[0]?.cursor).toBeGreaterThanOrEqual(note);
  controls.execute('play');
  expect(session.state.cursor).toBeLessThan(note);
  expect(session.state.playing).toBe(true);
});

test('playing stops where an invariant breaks', () => {
  const { session, controls, clock } = testSession({ library: 'snapshot-exchange-missing' });
  controls.execute('play');
  clock.run(100_000);
  const broken = (session.run?.violations[0]?.step ?? -1) + 1;
  expect(broken).toBeGreaterThan(0);
  expect(session.state.playing).toBe(false);
  expect(session.state.cursor).toBeGreaterThanOrEqual(broken);
  expect(session.run?.beatBefore(session.state.cursor)).toBeLessThan(broken);
  expect(session.state.cursor).toBeLessThan(session.state.length);
});

test('stepping while it plays takes over from the player', () => {
  const { session, controls, clock } = testSession();
  controls.execute('play');
  clock.run(5);
  controls.execute('beat-back');
  clock.run();
  expect(session.state.playing).toBe(false);
  expect(session.state.cursor).toBe(0);
});

test('acting in the past leaves the run as it was and adds a branch that goes another way', () => {
  const { session, controls } = testSession();
  const { run } = session;
  const choices = run?.choices();
  controls.execute('beat-forward');
  const at = session.state.cursor;
  expect(controls.execute('actor:1')).toBe(true);
  expect(session.state.branches).toHaveLength(2);
  expect(session.state.branch).toBe(1);
  expect(session.state.cursor).toBe(at);
  expect(session.run?.actorOf(at)).toBe(1);
  expect(session.run?.choices(0, at)).toEqual(choices?.slice(0, at));
  controls.execute('branch:0');
  expect(session.run).toBe(run);
  expect(run?.choices()).toEqual(choices);
});

test('moving on clears what was said about the moment, but not what went wrong', () => {
  const { session, controls } = testSession();
  session.say('About this moment.');
  session.say('Something went wrong.', 'wrong');
  controls.execute('beat-forward');
  expect(session.state.messages.map((m) => m.text)).toEqual(['Something went wrong.']);
});

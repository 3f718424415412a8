import { describe, expect, it } from 'vitest';
import { resolved } from '../testing/library';
import { shortest, verify } from './explore';
import { protectionTable } from './protection';
import { findRace } from './race';
import { replay } from './replay';
import { protectionsOf, scenarioWithout, switchedOn } from './scenarioRace';

/** Explorations of a whole hypervisor: seconds each, on a machine that has other things to do. */
const LONG = 60_000;

const subjects = (id: string) => {
  const { spec, design } = resolved(id);
  return { spec, design, without: scenarioWithout(spec, design) };
};

/** The label of a step of a schedule, `procedure.label`. */
function labelAt(
  subject: ReturnType<ReturnType<typeof scenarioWithout>>,
  schedule: { actor: number; branch?: number }[],
  at: number,
): string {
  const { world } = subject;
  const { mark } = world.store;
  for (const { actor, branch } of schedule.slice(0, at)) world.step(actor, branch);
  const here = world.location(schedule[at]?.actor ?? 0);
  world.store.undo(mark);
  return here === undefined ? 'drain' : `${here.procedure.name}.${here.label}`;
}

describe('Xen under every interleaving', () => {
  it.each([
    ['stale-walk', 'recheck', 'I1'],
    ['emulated-in-between', 'recheck', 'I1'],
    ['upper-table-changed', 'recheck', 'I1'],
  ])(
    '%s holds, but without %s %s breaks, by a schedule that does it again; the walk is the last that could have been otherwise',
    (id, name, invariant) => {
      const { without } = subjects(id);
      expect(findRace(without(new Set())).outcome.kind).toBe('holds');
      const subject = without(new Set([name]));
      const { counterexample } = findRace(subject);
      if (counterexample?.avoidable === undefined) throw new Error('one order is safe');
      const { schedule, avoidable, violation, shortest: sure } = counterexample;
      expect(violation?.invariant).toBe(invariant);
      expect(sure).toBe(true);
      expect(replay(subject, schedule)).toMatchObject({ steps: schedule.length, violation: { invariant } });
      expect(replay(subject, avoidable.safe)).toMatchObject({
        steps: avoidable.safe.length,
        violation: undefined,
        goesOn: false,
      });
      // What the re-check would have noticed: a store to a table, on its way to memory, or the walk that went through it.
      expect(labelAt(subject, [...schedule], avoidable.at)).toMatch(
        /^(guest_walk_tables|guest_access|hardware_walk|sh_x86_emulate|emulate)/,
      );
    },
    LONG,
  );

  it(
    'read-to-use: three vCPUs, safe since 2010, broken before',
    () => {
      const { without } = subjects('read-to-use-closed');
      expect(verify(without(new Set()), { fuse: true, reduce: true }).kind).toBe('holds');
      const outcome = verify(without(new Set(['late-recheck'])), { fuse: true, reduce: true });
      expect(outcome).toMatchObject({ kind: 'violation', violation: { invariant: 'I1' } });
    },
    LONG,
  );

  it(
    'the version goes up before the flush is over: the window that the sheet calls uncertain is one, and 2010 closed it',
    () => {
      const { spec, design, without } = subjects('bump-before-the-flush');
      const fast = { fuse: true, reduce: true };
      expect(verify(without(new Set()), fast)).toMatchObject({
        kind: 'violation',
        violation: { invariant: 'I1' },
      });
      const switches = { ...spec.options.switches, 'late-recheck': true };
      const since2010 = { ...spec, options: { ...spec.options, switches } };
      expect(verify(scenarioWithout(since2010, design)(new Set()), fast).kind).toBe('holds');
    },
    LONG,
  );

  it.each(['stale-walk', 'emulated-in-between', 'in-sync-before-magic', 'old-magic-believed'])(
    '%s: fused and reduced say what single steps say, and no schedule is shorter',
    (id) => {
      const subject = subjects(id).without(new Set());
      const whole = verify(subject);
      for (const options of [{ fuse: true }, { reduce: true }, { fuse: true, reduce: true }])
        expect(verify(subject, options).kind).toBe(whole.kind);
      const plain = shortest(subject);
      const fused = shortest(subject, { fuse: true });
      expect(fused.kind).toBe(whole.kind);
      if (plain.kind === 'violation' && fused.kind === 'violation')
        expect(fused.schedule.length).toBe(plain.schedule.length);
      expect(fused.covered.states).toBeLessThan(plain.covered.states);
    },
    LONG,
  );

  it(
    'has a protection table: what matters in this scenario, and the smallest set that is enough',
    () => {
      const { spec, design, without } = subjects('in-sync-before-magic');
      const protections = protectionsOf(spec, design);
      expect(protections.every(({ name }) => switchedOn(spec, design, name))).toBe(true);
      const wanted = new Set(['oos-before-magic', 'resync-flush', 'recheck', 'snapshot-exchange']);
      const { rows, minimal, complete } = protectionTable(
        protections.filter(({ name }) => wanted.has(name)),
        without,
      );
      const broken = rows.flatMap(({ removed, result }) =>
        result.outcome.kind === 'violation' ? [[removed?.name, result.outcome.violation.invariant]] : [],
      );
      expect(Object.fromEntries(broken)).toEqual({ 'oos-before-magic': 'I17', 'resync-flush': 'I3' });
      expect(minimal.map((set) => set.map(({ name }) => name).sort())).toEqual([
        ['oos-before-magic', 'resync-flush'],
      ]);
      expect(complete).toBe(true);
    },
    LONG,
  );
});

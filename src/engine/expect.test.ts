import { describe, expect, it } from 'vitest';
import { word } from '../base';
import type { BuiltDesign, Describe, Design } from '../hypervisor/design';
import { designs } from '../hypervisor/registry';
import { A, D, P, U, W } from '../machine';
import { dataFrame, entryOf, invlpg, L1, L4, load, store, tinySpec, writeEntry } from '../testing/tinySpec';
import { checkExpectations } from './expect';
import type { Run } from './run';
import type { Expectation, Rights, ScenarioSpec } from './spec';
import { recordRun } from './start';

const native = designs.get('native') as Design;

/** The native design with a hypervisor's answers: the guest's L1 is shadowed by its L4's frame, and is its own snapshot. */
const ANSWERS: Partial<Describe> = {
  shadowOf: (mfn, level) => (mfn === L1 && level === 1 ? L1 : mfn === 0x12 && level === 2 ? 0x12 : -1),
  snapshotOf: (mfn) => (mfn === L1 ? L1 : -1),
  state: (what, args) => (what === 'oos' ? [0x33, args[0] ?? 0, -1] : undefined),
  states: { oos: 'of a vCPU: guest frame per slot' },
  wordNamed: (name) => (name === 'gnp' ? word(0, 0xff) : undefined),
};

const answering: Design = {
  ...native,
  build: (world, machine, options): BuiltDesign => {
    const built = native.build(world, machine, options);
    return { ...built, describe: { ...built.describe, ...ANSWERS } };
  },
};

const NONE: Rights = {
  r: false,
  w: false,
  x: false,
  user: false,
  accessed: false,
  dirty: false,
  global: false,
  large: false,
};
/** A user page that was read and written. */
const USED: Rights = { ...NONE, r: true, w: true, x: true, user: true, accessed: true, dirty: true };

const PROGRAM = [store(0, 0x1234), load(0), load(1), writeEntry(1, 0), invlpg(1), load(1)];

const run = recordRun(tinySpec([PROGRAM, [load(3)]]), answering);

/** An expectation without what only messages need. */
type Bare<E> = E extends Expectation ? Omit<E, 'from' | 'to' | 'text'> : never;

function said(expected: Bare<Expectation>, of: Run = run): string | undefined {
  const expectation = { from: 0, to: 4, text: 'text', ...expected } as Expectation;
  const spec: ScenarioSpec = { ...of.built.spec, expect: [expectation] };
  const held = Object.create(of, { built: { value: { ...of.built, spec } } }) as Run;
  const [finding] = checkExpectations(held);
  return finding?.kind === 'unmet' ? finding.said : undefined;
}

const entry = (over: Partial<Extract<Expectation, { kind: 'entry' }>>): Bare<Expectation> => ({
  kind: 'entry',
  of: 'guest',
  frame: L1,
  level: 1,
  index: entryOf(0),
  value: { kind: 'maps', frame: dataFrame(0), rights: USED },
  ...over,
});

describe('events', () => {
  const written = (frame: number) => ({
    event: 'MemoryWritten',
    fields: [{ name: 'frame', value: frame }],
  });

  it('are met in the order given, with others between', () => {
    expect(said({ kind: 'events', events: [written(dataFrame(0)), written(L1)], exactly: false })).toBe(
      undefined,
    );
  });

  it('are not met in another order; the message names the one that is missing and what came before it', () => {
    const found = said({ kind: 'events', events: [written(L1), written(dataFrame(0))], exactly: false });
    expect(found).toMatch(
      /^event 2 of 2: no memory-written happens after memory-written vcpu=0 frame=0x013 .* by vCPU 0 at step \d+, expected memory-written frame=0x020$/,
    );
  });

  it('are not met with any other field value; the message shows the nearest', () => {
    const found = said({ kind: 'events', events: [written(0x21)], exactly: false });
    expect(found).toContain(
      'none of the 2 memory-written is like it (the first: memory-written vcpu=0 frame=0x020',
    );
  });

  it('are not met by somebody else', () => {
    const faults = (actor: number): string | undefined =>
      said({ kind: 'events', events: [{ event: 'GuestPageFault', actor, fields: [] }], exactly: false });
    expect(faults(0)).toBe(undefined);
    expect(faults(1)).toMatch(/expected guest-page-fault by vCPU 1$/);
  });

  it('must be all of their kind where that is said', () => {
    const both = [written(dataFrame(0)), written(L1)];
    expect(said({ kind: 'events', events: both, exactly: true })).toBe(undefined);
    expect(said({ kind: 'events', events: both.slice(0, 1), exactly: true })).toMatch(
      /^event 2 of 1: found memory-written .*, expected no further one$/,
    );
    expect(said({ kind: 'events', events: [...both, written(L1)], exactly: true })).toBe(
      'event 3 of 3: nothing more happens, expected memory-written frame=0x013',
    );
  });

  it('are counted exactly, none included', () => {
    const count = (event: string, n: number): string | undefined =>
      said({ kind: 'event-count', event: { event, fields: [] }, count: n });
    expect(count('GuestPageFault', 1)).toBe(undefined);
    expect(count('GeneralProtection', 0)).toBe(undefined);
    expect(count('GuestPageFault', 0)).toMatch(
      /^guest-page-fault happens once, the first guest-page-fault vcpu=0 va=0x40_1000 error=0x4 by vCPU 0 at step \d+; expected never$/,
    );
  });
});

describe('entries', () => {
  it('are met by frame and exactly the rights they have', () => {
    expect(said(entry({}))).toBe(undefined);
  });

  it.each(Object.keys(NONE) as (keyof Rights)[])('are not met when %s is otherwise', (name) => {
    const rights = { ...USED, [name]: !USED[name] };
    // PS of a 4 KiB entry is PAT: asking for a large page there is asking for what cannot be.
    const found = said(entry({ value: { kind: 'maps', frame: dataFrame(0), rights } }));
    expect(found).toMatch(/^guest 0x013\[000\] is 0x020 rwx user accessed dirty, expected 0x020 /);
  });

  it('are not met by another frame, nor by one that is not present', () => {
    expect(said(entry({ value: { kind: 'maps', frame: 0x21, rights: USED } }))).toContain(
      'expected 0x021 rwx',
    );
    expect(said(entry({ index: entryOf(1) }))).toBe(
      'guest 0x013[001] is empty, expected 0x020 rwx user accessed dirty',
    );
  });

  it('are looked at when it is said: before its page was taken away the entry is there', () => {
    const rights = { ...USED, dirty: false };
    const maps = { kind: 'maps', frame: dataFrame(1), rights } as const;
    const at = { actor: 0, op: 2, label: 'done', nth: 0 };
    expect(said(entry({ index: entryOf(1), value: maps, at }))).toBe(undefined);
    expect(said(entry({ index: entryOf(1), value: { kind: 'empty' } }))).toBe(undefined);
    expect(said(entry({ index: entryOf(1), value: { kind: 'empty' }, at }))).toContain('expected empty');
  });

  it('at a moment that never comes are not met', () => {
    const at = { actor: 1, op: 7, label: 'done', nth: 0 };
    expect(said(entry({ at }))).toBe('the run never comes to that moment (vCPU 1, operation 7, done)');
  });

  it('can be compared bit by bit', () => {
    const bits = (dataFrame(0) << 12) | P | W | U | A | D;
    expect(said(entry({ value: { kind: 'word', value: word(0, bits) } }))).toBe(undefined);
    expect(said(entry({ value: { kind: 'word', value: word(0, bits ^ A) } }))).toContain(
      'in bits 0x2_0067, expected 0x2_0047',
    );
  });

  it('of shadows and snapshots are looked up through the design', () => {
    expect(said(entry({ of: 'shadow' }))).toBe(undefined);
    expect(said(entry({ of: 'snapshot' }))).toBe(undefined);
    expect(said(entry({ of: 'shadow', frame: L4, level: 4 }))).toBe(
      'guest frame 0x010 has no shadow at level 4',
    );
    expect(said(entry({ of: 'snapshot', frame: L4 }))).toBe('guest frame 0x010 has no snapshot');
  });

  it('may be asked to lead to the shadow of a guest table', () => {
    const leads = (frame: number): string | undefined =>
      said(entry({ of: 'shadow', frame: 0x12, level: 2, index: 2, value: { kind: 'shadow-of', frame } }));
    expect(leads(L1)).toBe(undefined);
    expect(leads(L4)).toContain('expected the shadow of 0x010, which has none');
  });

  it('may be asked to hold a word the design has a name for', () => {
    const named = (name: string): string | undefined => said(entry({ value: { kind: 'named', name } }));
    expect(named('gnp')).toContain('expected gnp');
    expect(named('xyz')).toContain('native has no word called xyz');
  });
});

describe('words, results, outcomes, counters and structures', () => {
  it('are met by what they are and by nothing else', () => {
    const at = (value: number) =>
      ({ kind: 'word', frame: dataFrame(0), index: 0, value: word(0, value) }) as const;
    expect(said(at(0x1234))).toBe(undefined);
    expect(said(at(0x1235))).toBe('the word is 0x1234, expected 0x1235');

    const result = (op: number, value: number) =>
      ({ kind: 'result', actor: 0, op, value: word(0, value) }) as const;
    expect(said(result(1, 0x1234))).toBe(undefined);
    expect(said(result(2, 0x1234))).toBe('it read 0x0, expected 0x1234');
    expect(said(result(9, 0))).toBe('operation 9 of vCPU 0 does not end in this run');

    const outcome = (op: number, how: 'done' | 'page-fault') =>
      ({ kind: 'outcome', actor: 0, op, outcome: how }) as const;
    expect(said(outcome(5, 'page-fault'))).toBe(undefined);
    expect(said(outcome(2, 'done'))).toBe(undefined);
    expect(said(outcome(2, 'page-fault'))).toBe('it ended with done, expected page-fault');

    expect(said({ kind: 'counter', name: 'shadow_unsync', value: 0 })).toBe(
      'native has no counter shadow_unsync',
    );

    const oos = (values: number[]) => ({ kind: 'state', what: 'oos', args: [7], values }) as const;
    expect(said(oos([0x33, 7, -1]))).toBe(undefined);
    expect(said(oos([0x33, 7]))).toBe('it holds 0x033 0x007 -, expected 0x033 0x007');
    expect(said({ kind: 'state', what: 'locks', args: [], values: [] })).toContain(
      'native has nothing called locks. Expected one of: oos',
    );
  });

  it('leave the cursor where it is', () => {
    run.seek(5);
    said(entry({}));
    expect(run.cursor).toBe(5);
  });
});

import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { procedureNamed } from '../../kernel';
import { runOf } from '../../testing/library';
import { parseGraph } from '../whyNot/graph';
import { GRAPH } from '../whyNot/graph.gen';
import { answerOf, grade, nextTurn, posable, pose, poseAsk, type QuestionKind } from './index';
import { DECISIONS } from './outcomes';
import { SLOT_IS_SOUGHT } from './steering';

const drift = runOf('a-page-table-may-drift');

function posed(run: ReturnType<typeof runOf>, cursor: number, kind: QuestionKind, about?: string) {
  const result = pose(run, cursor, kind, about);
  if (result.kind === 'error') throw new Error(result.error);
  return result.value;
}

const at = (run: ReturnType<typeof runOf>, actor: number, op: number, label: string): number =>
  run.find({ actor, op, label, nth: 0 }).cursor;

describe('what the run itself answers', () => {
  it('what an access does first', () => {
    expect(posed(drift, at(drift, 0, 0, 'start'), 'access').truth).toEqual(['hit']);
    const store = posed(drift, at(drift, 1, 0, 'start'), 'access');
    expect(store.truth).toEqual(['fault 3']);
    expect(grade(store, ['fault 2']).wrong).toEqual([
      'It faults, with error code 2 (not present, write): P is set, for every entry on the path was present: a right was missing, or a bit was set that must not be.',
    ]);
  });

  it('the bits of an error code', () => {
    const question = posed(drift, at(drift, 1, 0, 'start'), 'bits', 'error');
    expect(question.truth).toEqual(['P', 'W']);
    expect(grade(question, ['P', 'W', 'U']).wrong).toEqual([
      'U: it is clear, for the access came from the kernel.',
    ]);
  });

  it('which slot: the frame’s number, modulo the slots', () => {
    const question = posed(drift, at(drift, 1, 0, 'sh_unsync.allowed'), 'slot');
    expect(question.truth).toEqual(['slot 1']);
    expect(grade(question, ['slot 2']).wrong[0]).toContain('0x02e modulo 3 is 1');
  });

  it('which entries a resync derives again, in Xen, KVM and XI', () => {
    const touched = (id: string) => {
      const run = runOf(id);
      const first = run
        .eventsIn(0, run.length)
        .find(({ kind }) => ['ResyncCompared', 'KvmEntryCompared', 'ResyncBegin'].includes(kind));
      const question = posed(run, defined(first, `a resync in ${id}`).step, 'resync-set');
      return [question.truth.length, question.parts[0]?.options.length];
    };
    expect(touched('a-page-table-may-drift')[0]).toBe(2);
    expect(touched('kvm-cr3-sync')[1]).toBeGreaterThan(1);
    expect(touched('xi-batch-of-writes')[0]).toBeGreaterThan(0);
  });

  it('which entry the walk reads, and the errors that people make', () => {
    const turn = defined(nextTurn(drift, at(drift, 1, 0, 'sh_page_fault.walk')), 'a turn');
    const question = posed(drift, turn.cursor, turn.kind);
    expect(question.truth).toEqual(['entry 0x010[102]']);
    expect(grade(question, ['entry 0x010[02e]']).wrong[0]).toContain(
      '02e is the index at level 1; at level 4 the address has 102.',
    );
    expect(answerOf('guest 0x010[102]')).toBe('entry 0x010[102]');
    // A guest's table of 32-bit entries has 1,024 of them; a shadow of two pages is one table on the stage.
    expect(answerOf('guest 0x010[302]')).toBe('entry 0x010[302]');
    expect(answerOf('shadow s084[302]')).toBe('entry 0x085[102]');
  });

  it('only entries that the tables have, in a teaching geometry, under PAE and with 32-bit entries', () => {
    const offered = (id: string): [level: string, index: number][] => {
      const run = runOf(id);
      const starts = run.eventsIn(0, run.length).filter(({ kind }) => kind === 'WalkedLevel');
      return starts.slice(0, 24).flatMap(({ step }) => {
        const question = posed(run, step, 'next-entry');
        expect(question.truth.every((one) => question.parts[0]?.options.some(({ id }) => id === one))).toBe(
          true,
        );
        return (question.parts[0]?.options ?? []).map(({ id, says }): [string, number] => [
          /L\d/.exec(says)?.[0] ?? '',
          Number.parseInt(/\[(\w+)\]/.exec(id)?.[1] ?? '', 16),
        ]);
      });
    };
    // Shadows of a toy guest have eight entries, its own tables sixteen.
    expect(Math.max(...offered('xi-quadrants').map(([, index]) => index))).toBeLessThan(16);
    const tops = offered('pae-top-of-four').filter(([level]) => level === 'L3');
    expect(tops.length).toBeGreaterThan(0);
    for (const [, index] of tops) expect(index).toBeLessThan(4);
    expect(offered('beyond-the-first-of-four').some(([, index]) => index >= 512)).toBe(true);
  });

  it('what the shadow entry says, beside what the guest’s says', () => {
    const question = posed(drift, at(drift, 1, 0, 'sh_page_fault.derive'), 'shadow-entry');
    expect(question.truth).toEqual(['P', 'W', 'A', 'NX', 'target 0x02e']);
    expect(grade(question, [...question.truth, 'D']).wrong[0]).toContain('The guest’s own entry has it set.');
  });

  it('what an access does when it is tried again, once a fault has been dealt with', () => {
    const again = posed(drift, at(drift, 1, 0, 'sh_unsync.allowed'), 'access');
    expect(again.prompt).toContain('What will it do when it is tried again?');
    expect(again.truth).toEqual(['walk']);
  });

  it('who can run: not who waits for the lock', () => {
    const cursor = at(drift, 1, 0, 'sh_page_fault.lock');
    const question = posed(drift, cursor, 'can-run');
    expect(question.truth).toContain('vCPU 1');
  });

  it('whether a state is allowed: the invariant that is broken', () => {
    const run = runOf('snapshot-exchange-missing');
    const broken = defined(run.violations[0], 'a violation');
    const question = posed(run, broken.step + 1, 'allowed');
    expect(question.truth).toEqual([broken.violation.invariant]);
    expect(grade(question, ['allowed']).wrong[0]).toContain(broken.violation.says);
  });

  it('whether a state is allowed in which somebody is at work: what need not hold now is offered, and said to be due later', () => {
    const offered = new Set<string>();
    for (let cursor = 0; cursor <= drift.length; cursor += 5) {
      const result = pose(drift, cursor, 'allowed');
      if (result.kind === 'error') continue;
      expect(result.value.truth).toEqual(['allowed']);
      for (const { why } of result.value.parts.flatMap((part) => part.options)) offered.add(why);
    }
    expect([...offered].filter((why) => /^it has to hold .*, and that is not now: ./.test(why))).not.toEqual(
      [],
    );
  });

  it('what is decided, in every design with decisions of its own', () => {
    for (const id of ['kvm-unsync', 'xi-batch-of-writes', 'what-a-page-walk-is']) {
      const run = runOf(id);
      const kinds = new Set<string>();
      for (let turn = nextTurn(run, 0), n = 0; turn !== undefined && n < 12; n++) {
        kinds.add(turn.kind);
        const { shown } = posed(run, turn.cursor, turn.kind);
        turn = nextTurn(run, Math.max(shown, turn.cursor + 1));
      }
      expect(kinds.size, `${id}: ${[...kinds]}`).toBeGreaterThan(1);
    }
  });
});

describe('decisions', () => {
  it('begin where a slot is sought at a step that the tables have', () => {
    const [name = '', label = ''] = SLOT_IS_SOUGHT.split('.');
    expect(procedureNamed(name)?.steps.map((step) => step.label)).toContain(label);
  });

  it('name every outcome that a run of the library has shown, and none that the tables do not have', () => {
    const graph = parseGraph(GRAPH, (name) => procedureNamed(name)?.steps.map(({ label }) => label));
    for (const [place, { outcomes, alike = {} }] of Object.entries(DECISIONS)) {
      const [name = '', label = ''] = place.split('.');
      const labels = procedureNamed(name)?.steps.map((step) => step.label) ?? [];
      const node = defined(graph.node(name, labels.indexOf(label)), place);
      const shown = [
        ...[...node.next].map((pc) => `>${labels[pc]}`),
        ...[...node.calls.keys()].map((callee) => `(${callee}`),
        ...(node.returns ? ['^'] : []),
      ];
      const unnamed = shown.filter((outcome) => !(outcome in outcomes) && !(outcome in alike));
      expect(unnamed, place).toEqual([]);
      expect(Object.values(alike).filter((outcome) => !(outcome in outcomes))).toEqual([]);
      for (const outcome of [...Object.keys(outcomes), ...Object.keys(alike)]) {
        const exists =
          outcome === '^' ||
          (outcome.startsWith('>') && labels.includes(outcome.slice(1))) ||
          (outcome.startsWith('(') && procedureNamed(outcome.slice(1)) !== undefined);
        expect(exists, `${place}: ${outcome}`).toBe(true);
      }
    }
  });

  it('are not asked again where an operation takes the same one over and over', () => {
    const run = runOf('a-page-table-may-drift');
    const asked: string[] = [];
    for (let turn = nextTurn(run, 0); turn !== undefined; turn = nextTurn(run, turn.cursor + 1))
      if (turn.kind === 'decision')
        asked.push(
          `${run.actorOf(turn.cursor)} ${run.opOf(turn.cursor)} ${run.nameOf(turn.cursor).label} ${posed(run, turn.cursor, 'decision').truth}`,
        );
    expect(asked.length).toBeGreaterThan(4);
    asked.forEach((one, i) => {
      const before = asked
        .slice(0, i)
        .findLast((other) => other.split(' ').slice(0, 3).join() === one.split(' ').slice(0, 3).join());
      expect(one).not.toBe(before);
    });
  });

  it('of a scheme without a hypervisor are the processor’s', () => {
    expect(nextTurn(runOf('lost-dirty-bit'), 0)?.kind).toBe('decision');
  });
});

describe('asking', () => {
  it('offers what is near, the question with most to think about first', () => {
    expect(posable(drift, at(drift, 1, 0, 'sh_unsync.allowed'))[0]?.kind).toBe('slot');
    const kinds = posable(drift, at(drift, 1, 0, 'start')).map(({ kind }) => kind);
    // Whether there is a fault, before its bits; and nobody is asked who can run where everybody can.
    expect(kinds.indexOf('bits')).toBeGreaterThan(kinds.indexOf('access'));
    expect(kinds).not.toContain('can-run');
  });

  it('says which kinds there are when a scenario asks for another', () => {
    const ask = {
      at: { actor: 0, op: 0, label: 'start', nth: 0 },
      question: 'meaning',
      about: '',
      from: 0,
      to: 0,
    };
    expect(poseAsk(drift, 0, ask)).toMatchObject({
      kind: 'error',
      error: expect.stringContaining('Expected one of next-event, bits'),
    });
    expect(pose(drift, 0, 'bits', 'colour')).toMatchObject({ kind: 'error' });
  });
});

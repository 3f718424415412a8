import { describe, expect, it } from 'vitest';
import { procedureNamed } from '../../kernel';
import { runOf } from '../../testing/library';
import { parseGraph, printGraph, StepGraph } from './graph';
import { GRAPH } from './graph.gen';
import { learn } from './learn';
import { DECIDED_AT, whyNot } from './whyNot';

const labelsOf = (name: string) => procedureNamed(name)?.steps.map(({ label }) => label);

/** The cursor after an actor's operation has begun. */
const opening = (run: ReturnType<typeof runOf>, actor: number, op: number): number =>
  run.find({ actor, op, label: 'start', nth: 0 }).cursor;

describe('the graph of steps', () => {
  it('is printed and read back', () => {
    const graph = parseGraph(GRAPH, labelsOf);
    expect(graph.procedures.size).toBeGreaterThan(100);
    const printed = printGraph(graph);
    expect(printGraph(parseGraph(printed, labelsOf))).toBe(printed);
  });

  it('has what a run did, and nothing else', () => {
    const graph = new StepGraph();
    learn(runOf('a-page-table-may-drift'), graph);
    const unsync = graph.procedures.get('sh_unsync')?.nodes ?? [];
    expect(unsync.map(({ next, returns }) => [[...next], returns])).toEqual([
      [[1], false],
      [[2], false],
      [[], false],
      [[], true],
    ]);
    expect([...(unsync[2]?.calls ?? [])]).toEqual([['oos_hash_add', new Set([3])]]);
  });
});

describe('why something did not happen', () => {
  const xen = runOf('a-page-table-may-drift');

  it('is the TLB, where that knew the page', () => {
    const why = whyNot(xen, opening(xen, 0, 0), 'PageFault');
    expect(why).toMatchObject({ kind: 'decided', rule: { label: 'guest_access.lookup' } });
  });

  it('is the step that tried and found another case, with what would have come else', () => {
    expect(whyNot(xen, opening(xen, 1, 0), 'Crushed')).toMatchObject({
      kind: 'decided',
      rule: { label: 'oos_hash_add.home', says: 'Slot 1 is home for 0x02e. It is free.' },
      instead: { label: 'oos_hash_add.crush' },
    });
  });

  it('says so where it did happen, and where no way leads there', () => {
    expect(whyNot(xen, opening(xen, 1, 0), 'Unsynced')).toMatchObject({
      kind: 'happened',
      rule: { label: 'sh_unsync.count' },
    });
    expect(whyNot(xen, opening(xen, 1, 0), 'InvlpgExecuted')).toEqual({ kind: 'never' });
  });

  it('is looked for at steps that the tables have', () => {
    for (const place of Object.values(DECIDED_AT).flat()) {
      const [name = '', label = ''] = place.split('.');
      expect(labelsOf(name), place).toContain(label);
    }
  });

  it('of KVM and XI is said by their own tables', () => {
    const kvm = runOf('kvm-unsync');
    expect(whyNot(kvm, opening(kvm, 0, 0), 'GuestPageFault')).toMatchObject({
      rule: { label: 'kvm_page_fault.guest' },
    });
    const xi = runOf('xi-batch-of-writes');
    expect(whyNot(xi, opening(xi, 0, 0), 'XiTlbFlush')).toMatchObject({ rule: { label: 'xi_unlock.flush' } });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { type Run, recordRun } from '../../engine';
import { procedureNamed } from '../../kernel';
import { libraryEntry } from '../../library';
import { IDS, resolved } from '../../testing/library';
import { SOAKING } from '../../testing/soaking';
import { parseGraph, printGraph } from './graph';
import { GRAPH } from './graph.gen';
import { learn } from './learn';
import { missingAt } from './missing';
import { operationAt } from './span';
import { whyNot } from './whyNot';

/** Steps of a run that are looked at on an ordinary day; in the long run, as many as `npm run stepgraph` looks at. */
const WINDOW = SOAKING ? 60_000 : 400;
/** Operations of which each step is compared with each kind of event: longer ones are for the long run. */
const LONG = SOAKING ? 20_000 : 400;

const runs = new Map<string, Run>();

/** A scenario of the library, recorded without its invariants: the ways are the same, and nobody waits for what they say. */
function recorded(id: string): Run {
  const known = runs.get(id);
  if (known !== undefined) return known;
  const { spec, design } = resolved(id);
  const run = recordRun(spec, { ...design, invariants: [] }, { bound: 60_000 });
  if (!SOAKING) runs.set(id, run);
  return run;
}

const graphOfToday = () => parseGraph(GRAPH, (name) => procedureNamed(name)?.steps.map(({ label }) => label));
const known = new Set(printGraph(graphOfToday()).split('\n'));

/** What a part of a run shows that the graph does not know, as lines of it. */
function unknownIn(run: Run, from: number, to: number): string[] {
  const graph = graphOfToday();
  learn(run, graph, from, Math.min(to, run.length));
  return printGraph(graph)
    .split('\n')
    .filter((line) => !known.has(line));
}

/** The library by design, as the texts name it: each is there every day. */
const DESIGNS = new Map<string, string[]>();
for (const id of IDS) {
  const [, name = ''] = defined(/^design (\w+)/m.exec(libraryEntry(id)?.text ?? ''), `a design of ${id}`);
  DESIGNS.set(name, [...(DESIGNS.get(name) ?? []), id]);
}

/** Somewhere in a run: from its beginning (0) to its end (1). */
const somewhere = fc.double({ min: 0, max: 1, noNaN: true });

describe('the graph of steps', () => {
  it('is of every design there is', () => {
    expect([...DESIGNS.keys()].toSorted()).toEqual(['kvm', 'native', 'nested', 'paravirt', 'xen', 'xi']);
  });

  it.each([...DESIGNS])('knows every way that runs of %s go; if not, run `npm run stepgraph`', (_, ids) => {
    const look = (id: string, where: number): void => {
      const run = recorded(id);
      const from = Math.floor(where * Math.max(0, run.length - WINDOW));
      expect([id, from, ...unknownIn(run, from, from + WINDOW)]).toEqual([id, from]);
    };
    if (SOAKING) for (const id of ids) look(id, 0);
    else fc.assert(fc.property(fc.constantFrom(...ids), somewhere, look), { numRuns: 2 });
  });
});

it('whatever is offered as not having happened has a step of that operation that decided it, and asking changes nothing', () => {
  let explained = 0;
  fc.assert(
    fc.property(fc.constantFrom(...DESIGNS.values()), fc.nat(), somewhere, (ids, n, where) => {
      const run = recorded(ids[n % ids.length] as string);
      const cursor = Math.floor(where * run.length);
      const span = operationAt(run, cursor);
      if (span === undefined || span.to - span.from > LONG) return;
      const before = [run.cursor, run.store.hash, run.store.recorded];
      for (const { kind, noun } of missingAt(run, cursor)) {
        const why = whyNot(run, cursor, kind);
        if (why.kind !== 'decided') throw new Error(`${kind} is offered, but ${why.kind}`);
        expect([kind, run.actorOf(why.rule.step), run.opOf(why.rule.step)]).toEqual([
          kind,
          span.actor,
          span.op,
        ]);
        expect([kind, why.rule.says]).not.toEqual([kind, '']);
        expect(`${noun} ${why.rule.says} ${why.instead?.line ?? ''}`).not.toMatch(/undefined|NaN/);
        explained++;
      }
      expect([run.cursor, run.store.hash, run.store.recorded]).toEqual(before);
    }),
    { numRuns: SOAKING ? 1_000 : 12 },
  );
  expect(explained).toBeGreaterThan(0);
});

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recordRun } from '../engine';
import { libraryEntry } from '../library';
import { IDS } from '../library/ids';
import { resolve } from '../scenario';
import { printGraph, StepGraph } from '../teach/whyNot/graph';
import { learn } from '../teach/whyNot/learn';

/** Of a run that repeats itself tens of thousands of times, the beginning shows every way there is. */
const MOST_STEPS = 60_000;

/** Writes anew where each step can go, as all of the library's runs show it: `npm run stepgraph`, after step tables were changed. */
const graph = new StepGraph();
for (const id of IDS) {
  const result = resolve(libraryEntry(id)?.text ?? '');
  if (result.kind === 'error') throw new Error(`${id} does not resolve: run \`npm run library\` first.`);
  const { spec, design } = result.value;
  const run = recordRun(spec, design, { bound: MOST_STEPS });
  learn(run, graph);
}
const place = fileURLToPath(new URL('../teach/whyNot/graph.gen.ts', import.meta.url));
writeFileSync(
  place,
  `/** Written by \`npm run stepgraph\`: which step was seen to follow which, in the runs of the library. See graph.ts. */\nexport const GRAPH = \`${printGraph(graph)}\`;\n`,
);

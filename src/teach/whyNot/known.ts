import { procedureNamed } from '../../kernel';
import { Distances, Returns } from './distance';
import { parseGraph, type StepGraph } from './graph';
import { GRAPH } from './graph.gen';

/** The step graph with the distances that were asked for so far. */
export interface Known {
  readonly graph: StepGraph;
  readonly to: (kind: string) => Distances;
}

const known = new Map<string, Known>();

/**
 * What the library's runs have shown of a design and of the machine below it, read when it is first asked for. The machine calls
 * whatever design it was built with: the other designs' ways are left out.
 */
export function knownGraph(design: string): Known {
  let found = known.get(design);
  if (found === undefined) {
    const labels = (name: string): readonly string[] | undefined => {
      const procedure = procedureNamed(name);
      const mine = procedure?.part === 'machine' || procedure?.part === design;
      return mine ? procedure?.steps.map(({ label }) => label) : undefined;
    };
    found = knowing(parseGraph(GRAPH, labels));
    known.set(design, found);
  }
  return found;
}

/** Any graph, with its distances kept as they are worked out. */
export function knowing(graph: StepGraph): Known {
  let returns: Returns | undefined;
  const made = new Map<string, Distances>();
  return {
    graph,
    to: (kind) => {
      let distances = made.get(kind);
      if (distances === undefined) {
        returns ??= new Returns(graph);
        distances = new Distances(returns, kind);
        made.set(kind, distances);
      }
      return distances;
    },
  };
}

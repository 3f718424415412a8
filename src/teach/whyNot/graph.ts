/**
 * Where each step can go: what runs have shown. A step's `run` is code, so its branches cannot be read off the table; but every
 * run that is recorded shows some of them, and an edge is in the graph only because some run went along it. Nothing is guessed.
 */
export interface StepNode {
  /** Indices of the steps of the same procedure that came next. */
  readonly next: Set<number>;
  /** Procedures that were called, and the index of the step that comes after the call. */
  readonly calls: Map<string, Set<number>>;
  /** It gave its procedure up. */
  returns: boolean;
  /** Kinds of events it has emitted. */
  readonly events: Set<string>;
}

/** Labels of each procedure's steps, and what has been seen of them. */
export class StepGraph {
  readonly procedures = new Map<string, { readonly labels: string[]; readonly nodes: StepNode[] }>();

  /** The procedure's nodes, made when it is met. `labels` in the order of its table. */
  procedure(name: string, labels: readonly string[]): readonly StepNode[] {
    const known = this.procedures.get(name);
    if (known !== undefined) return known.nodes;
    const nodes = labels.map(
      (): StepNode => ({ next: new Set(), calls: new Map(), returns: false, events: new Set() }),
    );
    this.procedures.set(name, { labels: [...labels], nodes });
    return nodes;
  }

  node(name: string, pc: number): StepNode | undefined {
    return this.procedures.get(name)?.nodes[pc];
  }
}

/**
 * The graph as text, one line per step under its procedure's name: `label > next, next ( called:after ^ ! Event`. `^` is a return.
 * Labels, not numbers: a step that is added later moves none of them.
 */
export function printGraph(graph: StepGraph): string {
  const lines: string[] = [];
  for (const name of [...graph.procedures.keys()].sort()) {
    const { labels, nodes } = graph.procedures.get(name) as { labels: string[]; nodes: StepNode[] };
    lines.push(`:${name}`);
    nodes.forEach((node, pc) => {
      const words = [labels[pc] as string];
      for (const to of [...node.next].sort((a, b) => a - b)) words.push(`>${labels[to]}`);
      for (const callee of [...node.calls.keys()].sort())
        for (const then of [...(node.calls.get(callee) as Set<number>)].sort((a, b) => a - b))
          words.push(`(${callee}:${labels[then]}`);
      if (node.returns) words.push('^');
      for (const kind of [...node.events].sort()) words.push(`!${kind}`);
      lines.push(words.join(' '));
    });
  }
  return lines.join('\n');
}

/** Reads what `printGraph` wrote. Labels that the tables of today do not have are left out: the graph may be older than they are. */
export function parseGraph(
  text: string,
  labelsOf: (procedure: string) => readonly string[] | undefined,
): StepGraph {
  const graph = new StepGraph();
  let labels: readonly string[] = [];
  let nodes: readonly StepNode[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(':')) {
      const name = line.slice(1);
      labels = labelsOf(name) ?? [];
      nodes = labels.length === 0 ? [] : graph.procedure(name, labels);
      continue;
    }
    const [label = '', ...words] = line.split(' ');
    const node = nodes[labels.indexOf(label)];
    if (node !== undefined) for (const word of words) readWord(node, word, labels, labelsOf);
  }
  return graph;
}

function readWord(
  node: StepNode,
  word: string,
  labels: readonly string[],
  labelsOf: (procedure: string) => readonly string[] | undefined,
): void {
  const rest = word.slice(1);
  switch (word[0]) {
    case '>': {
      const to = labels.indexOf(rest);
      if (to >= 0) node.next.add(to);
      return;
    }
    case '(': {
      const [callee = '', then = ''] = rest.split(':');
      const after = labels.indexOf(then);
      if (after >= 0 && labelsOf(callee) !== undefined) addCall(node, callee, after);
      return;
    }
    case '^':
      node.returns = true;
      return;
    case '!':
      node.events.add(rest);
      return;
    default:
      return;
  }
}

export function addCall(node: StepNode, callee: string, then: number): void {
  const after = node.calls.get(callee) ?? new Set<number>();
  after.add(then);
  node.calls.set(callee, after);
}

import type { StepGraph, StepNode } from './graph';

/** Where an actor stands in one frame of its stack: the step that it would take next there. */
export interface Standing {
  readonly procedure: string;
  readonly pc: number;
}

/** The best way on from a step: an edge that leads nearest to what is asked about. */
export interface Way {
  /** `here`: the step itself does it. */
  readonly kind: 'here' | 'next' | 'call';
  readonly procedure: string;
  readonly pc: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** How many steps it is, at least, from a step to the end of its procedure. Shared by all questions about one graph. */
export class Returns {
  private readonly best = new Map<string, number[]>();

  constructor(readonly graph: StepGraph) {
    for (const [name, { nodes }] of graph.procedures)
      this.best.set(
        name,
        nodes.map(() => NEVER),
      );
    settle(graph, this.best, (node, name) => {
      let least = node.returns ? 1 : NEVER;
      for (const to of node.next) least = Math.min(least, 1 + this.from(name, to));
      for (const [callee, after] of node.calls)
        for (const then of after) least = Math.min(least, 1 + this.from(callee, 0) + this.from(name, then));
      return least;
    });
  }

  from(procedure: string, pc: number): number {
    return this.best.get(procedure)?.[pc] ?? NEVER;
  }
}

/**
 * How many steps it is, at least, from any step to one that emits an event of a kind (and on the way through calls). Never, where
 * no way is known.
 */
export class Distances {
  private readonly best = new Map<string, number[]>();

  constructor(
    readonly returns: Returns,
    readonly kind: string,
  ) {
    const { graph } = returns;
    for (const [name, { nodes }] of graph.procedures)
      this.best.set(
        name,
        nodes.map(() => NEVER),
      );
    settle(graph, this.best, (node, name) => this.wayFrom(node, name).distance);
  }

  private get graph(): StepGraph {
    return this.returns.graph;
  }

  from(procedure: string, pc: number): number {
    return this.best.get(procedure)?.[pc] ?? NEVER;
  }

  private wayFrom(node: StepNode, name: string): { distance: number; way: Way | undefined } {
    if (node.events.has(this.kind)) return { distance: 0, way: { kind: 'here', procedure: name, pc: -1 } };
    let distance = NEVER;
    let way: Way | undefined;
    const offer = (steps: number, one: Way): void => {
      if (steps >= distance) return;
      distance = steps;
      way = one;
    };
    for (const to of node.next) offer(1 + this.from(name, to), { kind: 'next', procedure: name, pc: to });
    for (const [callee, after] of node.calls) {
      offer(1 + this.from(callee, 0), { kind: 'call', procedure: callee, pc: 0 });
      for (const then of after)
        offer(1 + this.returns.from(callee, 0) + this.from(name, then), {
          kind: 'next',
          procedure: name,
          pc: then,
        });
    }
    return { distance, way };
  }

  /** Where the shortest way goes from a step; undefined where there is none. */
  way(procedure: string, pc: number): Way | undefined {
    const node = this.graph.node(procedure, pc);
    return node === undefined ? undefined : this.wayFrom(node, procedure).way;
  }

  /** From a whole stack, the innermost frame last: on in the innermost, or back out of it and on in one below. */
  ofStack(stack: readonly Standing[]): number {
    let least = NEVER;
    let out = 0;
    for (let i = stack.length - 1; i >= 0 && out < NEVER; i--) {
      const { procedure, pc } = stack[i] as Standing;
      least = Math.min(least, out + this.from(procedure, pc));
      out += this.returns.from(procedure, pc);
    }
    return least;
  }
}

/** Repeats until nothing gets shorter. Distances only fall, so it ends. */
function settle(
  graph: StepGraph,
  best: Map<string, number[]>,
  least: (node: StepNode, name: string) => number,
): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, { nodes }] of graph.procedures) {
      const mine = best.get(name) as number[];
      for (let pc = nodes.length - 1; pc >= 0; pc--) {
        const now = least(nodes[pc] as StepNode, name);
        if (now >= (mine[pc] as number)) continue;
        mine[pc] = now;
        changed = true;
      }
    }
  }
}

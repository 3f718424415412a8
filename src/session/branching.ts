import { defined } from '../base';
import { type Run, recordRun, type ScenarioSpec, type Segment, startRun } from '../engine';
import type { Design } from '../hypervisor';
import type { Anchor } from '../kernel';

/**
 * How a run leaves another: at a moment of the parent, some segments of schedule, then what the scenario says. A recipe, not
 * a recording: it can be followed again after a switch was changed, and it fits in a link.
 */
export interface BranchRecipe {
  readonly parent: number;
  /** Missing: before the first step. */
  readonly from: { readonly anchor: Anchor; readonly step: number } | undefined;
  readonly segments: readonly Segment[];
  readonly label: string;
}

export interface LiveBranch {
  readonly run: Run;
  readonly recipe: BranchRecipe | undefined;
  /** Cursor in the parent's run; 0 for the scenario's own run. */
  readonly at: number;
  /** The moment named in the recipe was found, not only one near it. */
  readonly exact: boolean;
}

/** The runs of one scenario under one setting of the switches: its own, and the branches that left it. */
export class LiveRuns {
  private readonly list: LiveBranch[];

  constructor(
    readonly spec: ScenarioSpec,
    private plain: Design,
    recipes: readonly BranchRecipe[] = [],
  ) {
    this.list = [{ run: startRun(spec, plain), recipe: undefined, at: 0, exact: true }];
    for (const recipe of recipes) {
      this.run(recipe.parent).extend();
      this.add(recipe);
    }
  }

  get design(): Design {
    return this.plain;
  }

  /** The same design with what the first picture could do without: words, operations, what expectations ask. */
  explain(designs: readonly Design[]): void {
    this.plain = designs.find(({ name }) => name === this.plain.name) ?? this.plain;
  }

  get branches(): readonly LiveBranch[] {
    return this.list;
  }

  get recipes(): BranchRecipe[] {
    return this.list.flatMap((branch) => (branch.recipe === undefined ? [] : [branch.recipe]));
  }

  run(id: number): Run {
    return defined(this.list[id], `branch ${id}`).run;
  }

  /** Follows a recipe to the end. Returns the new branch's id. */
  add(recipe: BranchRecipe): number {
    const parent = this.run(recipe.parent);
    const found =
      recipe.from === undefined
        ? { cursor: 0, exact: true }
        : parent.find(recipe.from.anchor, recipe.from.step);
    const run = recordRun(this.spec, this.plain, {
      prefix: parent.choices(0, found.cursor),
      schedule: { ...this.spec.schedule, segments: [...recipe.segments, ...this.spec.schedule.segments] },
    });
    parent.markBranch(found.cursor);
    this.list.push({ run, recipe, at: found.cursor, exact: found.exact });
    return this.list.length - 1;
  }
}

/** The recipe for "here, let this actor go first": until the operation it is in has ended. */
export function turnOf(runs: LiveRuns, parent: number, cursor: number, actor: number): BranchRecipe {
  const run = runs.run(parent);
  const op = run.peek(cursor, () => run.built.machine.registersOf(actor).get('op'));
  const anchor = run.anchorAt(cursor);
  const name = run.world.actors[actor]?.name ?? `actor ${actor}`;
  return {
    parent,
    from: anchor === undefined ? undefined : { anchor, step: cursor },
    segments: [{ actor, until: { kind: 'op', op, edge: 'end' } }],
    label: `${name} first, from step ${cursor}`,
  };
}

import type { Procedure, Step, World } from '../kernel';

/** A step that some run has met. */
export interface StepName {
  /** Absent for an actor without a stack (a store buffer that drains). */
  readonly procedure: Procedure | undefined;
  readonly pc: number;
  readonly step: Step<unknown> | undefined;
  /** `procedure.label`: what anchors call it. */
  readonly label: string;
}

/** Numbers steps as they are met, so that a recorded step costs two bytes. The numbers never leave the run. */
export class StepTable {
  private readonly names: StepName[] = [{ procedure: undefined, pc: 0, step: undefined, label: 'drain' }];
  private readonly first = new Map<number, number>();

  /** Number of the step an actor is about to take. */
  nextOf(world: World, actor: number): number {
    const next = world.actors[actor]?.thread?.next;
    if (next === undefined) return 0;
    return this.baseOf(next.procedure) + next.pc;
  }

  private baseOf(procedure: Procedure): number {
    const known = this.first.get(procedure.id);
    if (known !== undefined) return known;
    const base = this.names.length;
    procedure.steps.forEach((step, pc) => {
      this.names.push({ procedure, pc, step, label: `${procedure.name}.${step.label}` });
    });
    this.first.set(procedure.id, base);
    return base;
  }

  name(number: number): StepName {
    return this.names[number] as StepName;
  }

  label(number: number): string {
    return this.name(number).label;
  }
}

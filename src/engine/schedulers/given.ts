import type { Choice } from '../../kernel';
import type { Scheduler } from './scheduler';

/** Choices as somebody makes them: record one step for each that is given (`run.extend(1)`), and no more. */
export class GivenChoices implements Scheduler {
  private readonly waiting: Choice[];
  private at = 0;

  constructor(first: readonly Choice[] = []) {
    this.waiting = [...first];
  }

  give(choice: Choice): void {
    this.waiting.push(choice);
  }

  readonly next = (): Choice | undefined => this.waiting[this.at++];
}

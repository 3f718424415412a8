import { Cells } from './cells';

/** Every step of an exploration that expands its states in the order of their numbers: where it led, and by which choice. */
export class Edges {
  private readonly firsts = new Cells();
  private readonly targets = new Cells();
  private readonly choices = new Cells();

  get bytes(): number {
    return this.firsts.bytes + this.targets.bytes + this.choices.bytes;
  }

  /** The next state is expanded from here on. */
  begin(): void {
    this.firsts.push(this.targets.length);
  }

  add(choice: number, target: number): void {
    this.targets.push(target);
    this.choices.push(choice);
  }

  /** Steps out of a state: edges [from, to). */
  from(state: number): number {
    return this.firsts.get(state);
  }

  to(state: number): number {
    return state + 1 < this.firsts.length ? this.firsts.get(state + 1) : this.targets.length;
  }

  target(edge: number): number {
    return this.targets.get(edge);
  }

  choice(edge: number): number {
    return this.choices.get(edge);
  }
}

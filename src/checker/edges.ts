import { Cells } from './cells';

/** Every move of an exploration, state by state: where it led, and by which choice. */
export class Edges {
  private readonly firsts = new Cells();
  private readonly ends = new Cells();
  private readonly targets = new Cells();
  private readonly choices = new Cells();

  get bytes(): number {
    return this.firsts.bytes + this.ends.bytes + this.targets.bytes + this.choices.bytes;
  }

  /** A state is expanded from here on, until `end`. */
  begin(state: number): void {
    this.firsts.set(state, this.targets.length);
  }

  end(state: number): void {
    this.ends.set(state, this.targets.length);
  }

  add(choice: number, target: number): void {
    this.targets.push(target);
    this.choices.push(choice);
  }

  /** Moves out of a state: edges [from, to). */
  from(state: number): number {
    return this.firsts.get(state);
  }

  to(state: number): number {
    return this.ends.get(state);
  }

  target(edge: number): number {
    return this.targets.get(edge);
  }

  choice(edge: number): number {
    return this.choices.get(edge);
  }
}

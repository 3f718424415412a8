/** One line about a structure: a name, what it holds, and what it is about, if that is on the stage. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What the field is for, in a sentence. */
  readonly tip?: string;
  /** Printed name of what the value points at. */
  readonly entity?: string;
  /** Worth a second look: a field that is not as one would expect. */
  readonly odd?: boolean;
}

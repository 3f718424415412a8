/** Ends a switch over a union: the compiler proves that nothing is left, the throw catches data that lied about its type. */
export function assertNever(value: never, what = 'case'): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}

/** A broken promise of our own code (not bad input) stops at once and says which promise it was. */
export function ensure(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`);
}

/** The value, or a stop that names what was missing. For lookups that our own code guarantees. */
export function defined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`missing: ${what}`);
  return value;
}

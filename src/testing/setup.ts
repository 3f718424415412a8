import fc from 'fast-check';

/**
 * Every law runs from a seed that can be given again: `FC_SEED=123 npx vitest run file` repeats a failure exactly.
 * Without it a new seed is drawn per file; fast-check prints the seed and the shrunk path with each failure.
 */
const seed = process.env.FC_SEED === undefined ? Date.now() | 0 : Number(process.env.FC_SEED);

if (!Number.isInteger(seed)) {
  throw new Error(
    `FC_SEED is "${process.env.FC_SEED}", expected a whole number. Unset it or give the seed of a failure.`,
  );
}

const runs = Number(process.env.FC_RUNS ?? 100);
fc.configureGlobal({ seed, numRuns: runs });

/** `npm run soak` runs: tests may take rows that `npm test` has no time for. */
export const SOAKING = process.env.SOAK === '1';

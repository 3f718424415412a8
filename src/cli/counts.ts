/** What one stage of `npm test` found: real counts from its own report, and words for what the report cannot count. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why a failure was counted that no single test reports. */
  readonly trouble?: string;
}

const FAILED_ONCE = { passed: 0, failed: 1, skipped: 0 } as const;

/** A stage that ended badly without a failure to its name still failed: once, and says why. */
function withExit(counts: Counts, exit: number): Counts {
  if (exit === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, trouble: `ended with code ${exit} though no test failed` };
}

/** A stage without tests (lint, types, build, size): one check. */
export function countCheck(exit: number): Counts {
  return exit === 0 ? { passed: 1, failed: 0, skipped: 0 } : FAILED_ONCE;
}

/** The last line of an oracle command: `N passed, M failed`, alone. */
export function countClosingLine(output: string, exit: number): Counts {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const match = /^(\d+) passed, (\d+) failed$/.exec(last);
  if (match === null) {
    return { ...FAILED_ONCE, trouble: `expected the closing line "N passed, M failed", got "${last}"` };
  }
  const counts = { passed: Number(match[1]), failed: Number(match[2]), skipped: 0 };
  if (counts.passed + counts.failed === 0) return { ...FAILED_ONCE, trouble: 'compared nothing' };
  return withExit(counts, exit);
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Vitest's JSON report. A file that could not even be read has no tests in it, so it is counted as one failure. */
export function countVitest(json: string | null, exit: number): Counts {
  if (json === null) return { ...FAILED_ONCE, trouble: `wrote no report; ended with code ${exit}` };
  const report = JSON.parse(json) as VitestReport;
  const unread = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unread.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (counts.passed + counts.failed === 0) return { ...FAILED_ONCE, trouble: 'found no tests' };
  return withExit(counts, exit);
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly errors: readonly unknown[];
}

/** Playwright's JSON report. A test that passes only at times has failed. */
export function countPlaywright(json: string | null, exit: number): Counts {
  if (json === null) return { ...FAILED_ONCE, trouble: `wrote no report; ended with code ${exit}` };
  const { stats, errors } = JSON.parse(json) as PlaywrightReport;
  const counts = {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
  if (counts.passed + counts.failed === 0) return { ...FAILED_ONCE, trouble: 'found no tests' };
  return withExit(counts, exit);
}

export const sum = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  skipped: all.reduce((total, { skipped }) => total + skipped, 0),
});

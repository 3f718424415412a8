/**
 * The oracles that `npm test` replays: one row per command, with the samples it is given.
 * A new oracle is an npm script `oracle:NAME`, its samples in `src/testing/oracles/NAME/`, and a row here.
 */
export interface Oracle {
  /** The npm script. Its closing line must be `N passed, M failed`. */
  readonly script: `oracle:${string}`;
  /** The folder of the samples, from the project's root. */
  readonly samples: string;
  /** How the names of the sample files end; all others in the folder are not given to the command. */
  readonly endings: readonly string[];
  readonly options?: readonly string[];
}

export const ORACLES: readonly Oracle[] = [
  { script: 'oracle:kvm', samples: 'src/testing/oracles/kvm', endings: ['.jsonl'] },
  { script: 'oracle:xen', samples: 'src/testing/oracles/xen', endings: ['.jsonl'] },
  { script: 'oracle:walks', samples: 'src/testing/oracles/walks', endings: ['.jsonl'] },
  {
    script: 'oracle:litmus',
    samples: 'src/testing/oracles/litmus',
    endings: ['.litmus'],
    options: ['--expect', 'src/testing/oracles/litmus/expected.json'],
  },
];

import { describe, expect, it } from 'vitest';
import { drive, wentWrong } from './drive';
import { asScenario, sayDriven } from './report';

/**
 * The same worlds in every run, so that a failure is the last change's; `npm run soak -- random` goes where nobody has been.
 * `XEN_SEED=123 npx vitest run xenDriver/random` repeats one world; `XEN_OPERATIONS` asks for more of them.
 */
const first = Number(process.env.XEN_SEED ?? 1);
const total = process.env.XEN_SEED === undefined ? Number(process.env.XEN_OPERATIONS ?? 5_000) : 1;

/** What a person needs who looks into it. */
const failure = (driven: ReturnType<typeof drive>): string =>
  `${sayDriven(driven)}\nRepeat it: npm run soak -- world --seed ${driven.seed}\n\n${asScenario(driven)}`;

describe('with every protection on', () => {
  it(`nothing breaks in ${total} operations of random guests, from seed ${first}`, {
    timeout: 600_000,
  }, () => {
    let operations = 0;
    for (let n = 0; operations < total; n++) {
      const driven = drive((first + n) | 0);
      if (wentWrong(driven)) expect.fail(failure(driven));
      operations += driven.played.operations;
    }
    expect(operations).toBeGreaterThanOrEqual(total);
  });
});

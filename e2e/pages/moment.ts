import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Where we are and what just happened: step number, caption, what broke, how the run ended, the code that runs. */
export class Moment {
  constructor(private readonly app: AppPage) {}

  get region(): Locator {
    return this.app.page.getByRole('region', { name: 'What happens' });
  }

  get heading(): Locator {
    return this.region.getByRole('heading', { level: 2 });
  }

  /** The caption: the one live region that is no alert. */
  get caption(): Locator {
    return this.region.locator('[aria-live]');
  }

  /** Sentences of invariants that broke here. */
  get broken(): Locator {
    return this.region.getByRole('alert');
  }

  get code(): Locator {
    return this.app.page.getByRole('region', { name: 'Pseudo-code' });
  }

  /** The line of pseudo-code that runs next. */
  get line(): Locator {
    return this.code.locator('[aria-current="step"]');
  }

  /** Steps taken, and how many there are: `Step 37 of 112`. */
  async steps(): Promise<{ readonly step: number; readonly of: number }> {
    const text = ((await this.heading.textContent()) ?? '').replaceAll(',', '').replaceAll(/\s+/g, ' ');
    const match = /^Step (\d+) of (\d+)$/.exec(text);
    if (match === null) throw new Error(`The heading says "${text}", expected "Step N of M".`);
    return { step: Number(match[1]), of: Number(match[2]) };
  }

  async step(): Promise<number> {
    return (await this.steps()).step;
  }

  async words(): Promise<string> {
    return (await this.caption.textContent()) ?? '';
  }

  /** All that must be equal when two pages show the same moment. */
  async snapshot(): Promise<{ readonly caption: string; readonly hash: string; readonly focus: string }> {
    return {
      caption: await this.words(),
      hash: await this.app.hash(),
      focus: await this.app.stage.focusName(),
    };
  }
}

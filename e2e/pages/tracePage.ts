import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** A trace of a real kernel, in place of the stage. */
export class TracePage {
  constructor(private readonly app: AppPage) {}

  get events(): Locator {
    return this.app.page.getByRole('region', { name: 'Events' });
  }

  get stage(): Locator {
    return this.app.page.getByRole('region', { name: 'Stage' });
  }

  /** The event that is looked at, in words, and the line it stands in. */
  get facts(): Locator {
    return this.app.page.getByRole('complementary', { name: 'What happened' });
  }

  get explanation(): Locator {
    return this.facts.getByRole('region', { name: 'Explain this trace' });
  }

  get scrubber(): Locator {
    return this.app.page.getByRole('slider', { name: 'Event' });
  }

  get refusal(): Locator {
    return this.app.page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.app.open('#/trace');
    await expect(this.app.page.getByRole('heading', { name: 'Bring your own trace' })).toBeVisible();
  }

  async press(name: string): Promise<void> {
    await this.app.page.getByRole('button', { name, exact: true }).click();
    await this.app.idle();
  }
}

import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Looking for races in what is on stage, in place of the stage. */
export class RaceFinder {
  constructor(private readonly app: AppPage) {}

  get verdict(): Locator {
    return this.app.page.getByRole('heading', { name: /^(Broken|Everything holds|Stuck|Not known)/ });
  }

  get lanes(): Locator {
    return this.app.page.getByRole('region', { name: 'Counterexample' });
  }

  row(name: RegExp): Locator {
    return this.app.page.getByRole('button', { name });
  }

  async open(): Promise<void> {
    await this.app.page.getByRole('button', { name: 'Find a race' }).click();
    await expect(this.app.page.getByRole('heading', { name: 'Find a race' })).toBeVisible();
  }

  async look(): Promise<void> {
    await this.app.page.getByRole('button', { name: /^Look/ }).click();
  }

  async cancel(): Promise<void> {
    await this.app.page.getByRole('button', { name: 'Cancel' }).click();
  }

  async openOnStage(): Promise<void> {
    await this.app.page.getByRole('button', { name: 'Open on stage' }).click();
    await this.app.idle();
  }
}

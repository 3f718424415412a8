import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Looking for races in what is on stage, in place of the stage. */
export class RaceFinder {
  constructor(private readonly app: AppPage) {}

  get verdict(): Locator {
    return this.app.page.getByRole('heading', {
      name: /^(Broken|Everything holds|Stuck|Not known|It ends with|It does not|No schedule|Every schedule)/,
    });
  }

  get lanes(): Locator {
    return this.app.page.getByRole('region', { name: 'Counterexample' });
  }

  row(name: RegExp): Locator {
    return this.app.page.getByRole('button', { name });
  }

  /** The run that a person steers, as lanes. */
  get steered(): Locator {
    return this.app.page.getByRole('region', { name: 'The run as you steer it' });
  }

  /** Who could be chosen next: buttons with what each would do, or why it cannot. */
  turn(name: RegExp): Locator {
    return this.app.page.getByRole('group', { name: 'Who goes next?' }).getByRole('button', { name });
  }

  async steer(): Promise<void> {
    await this.app.page.getByRole('button', { name: 'Steer by hand from the beginning' }).click();
    await expect(this.app.page.getByRole('heading', { name: 'You are the scheduler' })).toBeVisible();
  }

  async open(): Promise<void> {
    await this.app.page.getByRole('button', { name: 'Find a race' }).click();
    await expect(this.app.page.getByRole('heading', { name: 'Find a race', level: 2 })).toBeVisible();
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

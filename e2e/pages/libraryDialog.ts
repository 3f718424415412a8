import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The built-in scenarios. */
export class LibraryDialog {
  constructor(private readonly app: AppPage) {}

  get dialog(): Locator {
    return this.app.page.getByRole('dialog', { name: 'Library' });
  }

  async open(): Promise<void> {
    await this.app.press('l');
    await expect(this.dialog).toBeVisible();
  }

  get entries(): Locator {
    return this.dialog.getByRole('listitem').getByRole('button');
  }

  /** Puts the scenario with this title on stage. */
  async choose(title: string): Promise<void> {
    await this.open();
    // Others may speak of it in their words.
    await this.entries.filter({ has: this.app.page.getByText(title, { exact: true }) }).click();
    await this.app.idle();
    await expect(this.app.title).toHaveText(title);
  }
}

import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Questions about the past. */
export class PastDialog {
  constructor(private readonly app: AppPage) {}

  get dialog(): Locator {
    return this.app.page.getByRole('dialog', { name: 'Ask about the past' });
  }

  async open(): Promise<void> {
    await this.app.press('/');
    await expect(this.dialog).toBeVisible();
  }

  question(name: string | RegExp): Locator {
    return this.dialog.getByRole('button', { name });
  }

  /** Moments that answer the question that is open, oldest first. */
  get answers(): Locator {
    return this.dialog.getByRole('button', { name: /^step \d+/ });
  }

  async ask(name: string | RegExp): Promise<void> {
    await this.question(name).click();
    await this.app.idle();
  }

  /** Goes to the last answer: the moment it names. */
  async goToLast(): Promise<void> {
    await this.answers.last().click();
    await this.app.idle();
  }
}

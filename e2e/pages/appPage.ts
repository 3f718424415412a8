import type { Page } from '@playwright/test';
import { idle } from '../support/idle';

/** The page as a whole: opening it, and waiting for it. Page objects of single screens extend or take it. */
export class AppPage {
  constructor(readonly page: Page) {}

  /** Opens the page at a link's fragment (`#/1/…`; empty: a bare visit) and waits until it is at rest. */
  async open(fragment = ''): Promise<void> {
    // A change of fragment alone would not load the page again, and a test must start from a cold page.
    await this.page.goto('about:blank');
    await this.page.goto(`./${fragment}`);
    await this.idle();
  }

  async idle(): Promise<void> {
    await idle(this.page);
  }

  /** Presses a key the way a person does, and waits for what it causes. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.idle();
  }
}

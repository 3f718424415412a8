import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** What the page has to say: plain messages are status, wrong ones alerts. */
export class Messages {
  constructor(private readonly app: AppPage) {}

  saying(words: string | RegExp): Locator {
    return this.app.page.getByRole('status').or(this.app.page.getByRole('alert')).filter({ hasText: words });
  }

  /** Something went wrong and the page says so. */
  wrong(words: string | RegExp): Locator {
    return this.app.page.getByRole('alert').filter({ hasText: words });
  }
}

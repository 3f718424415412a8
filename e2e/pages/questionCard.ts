import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** What the person is asked, and asks: the card under the caption. */
export class QuestionCard {
  constructor(private readonly app: AppPage) {}

  get card(): Locator {
    return this.app.page.getByRole('region', { name: 'Question', exact: true });
  }

  get prompt(): Locator {
    return this.card.getByRole('heading');
  }

  get verdict(): Locator {
    return this.card.getByRole('status');
  }

  get whyNot(): Locator {
    return this.app.page.getByRole('region', { name: 'Why not?' });
  }

  option(name: string | RegExp): Locator {
    return this.card.getByRole('group').getByRole('button', { name });
  }

  async choose(name: string | RegExp): Promise<void> {
    await this.option(name).click();
    await this.app.idle();
  }

  async click(name: string): Promise<void> {
    await this.card.getByRole('button', { name }).click();
    await this.app.idle();
  }
}

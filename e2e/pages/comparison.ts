import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Two runs side by side. */
export class Comparison {
  constructor(private readonly app: AppPage) {}

  side(letter: 'A' | 'B'): Locator {
    return this.app.page.getByRole('region', { name: `Side ${letter}` });
  }

  /** One of the blocks below the stages. */
  block(
    name:
      | 'Where they part'
      | 'Counters'
      | 'Outdated translations'
      | 'The guest’s memory'
      | 'Where the processors are led'
      | 'The shadows',
  ): Locator {
    return this.app.page.getByRole('region', { name, exact: true });
  }

  /** A row of a block's table, its cells as text. */
  async row(name: 'Counters' | 'Outdated translations', row: string): Promise<string[]> {
    const found = this.block(name)
      .getByRole('row')
      .filter({
        has: this.app.page.getByRole('rowheader', { name: row, exact: true }),
      });
    return await found.getByRole('cell').allTextContents();
  }

  operation(name: RegExp): Locator {
    return this.app.page.getByRole('list', { name: 'Operations of the guest' }).getByRole('button', { name });
  }

  button(name: string): Locator {
    return this.app.page.getByRole('main').getByRole('button', { name, exact: true });
  }

  async preset(title: string): Promise<void> {
    await this.app.page.getByRole('main').getByRole('button', { name: title }).click();
    await this.app.idle();
  }

  /** Puts another run on the right, by what the list calls it. */
  async choose(title: string): Promise<void> {
    await this.app.page
      .getByRole('main')
      .getByRole('button', { name: /^(Compare with|Another run for B)/ })
      .click();
    const dialog = this.app.page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill(title);
    await dialog.getByRole('button', { name: title, exact: true }).click();
    await this.app.idle();
  }
}

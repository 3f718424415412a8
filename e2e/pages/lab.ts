import type { Download, Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The lab: settings on the left, what was counted on the right. */
export class Lab {
  constructor(private readonly app: AppPage) {}

  get page() {
    return this.app.page;
  }

  async open(config: string): Promise<void> {
    await this.app.open(`#/lab/${config}`);
  }

  get says(): Locator {
    return this.page.locator('.lab-progress');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Starts, and gives back what a person would wait for. */
  async run(): Promise<Locator> {
    await this.button('Run').click();
    return this.page.getByText(/^Run A is over/);
  }

  /** A count of the table, as the page writes it. */
  count(name: string): Locator {
    return this.page
      .getByRole('row', { name: new RegExp(`^${name} `) })
      .getByRole('cell')
      .first();
  }

  async download(name: string): Promise<Download> {
    const coming = this.page.waitForEvent('download');
    await this.button(name).click();
    return coming;
  }
}

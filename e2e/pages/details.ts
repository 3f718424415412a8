import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

export type DetailTab =
  | 'Now'
  | 'vCPUs'
  | 'Pages'
  | 'Memory'
  | 'Trace'
  | 'Pool'
  | 'Search'
  | 'Events'
  | 'Kits'
  | 'Faults'
  | 'Cost'
  | 'Compare'
  | 'Debate';

/** What looks into the hypervisor's own structures: tabs beside what happens now. */
export class Details {
  constructor(private readonly app: AppPage) {}

  /** Shows one of them, on a phone in the view where they are. */
  async show(name: DetailTab): Promise<void> {
    const { page } = this.app;
    // The phone's layout may still be on its way: a click waits for it.
    if ((page.viewportSize()?.width ?? 0) < 900)
      await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Tables' }).click();
    await page.getByRole('tablist', { name: 'Details' }).getByRole('tab', { name, exact: true }).click();
    await this.app.idle();
  }

  /** The books of the page in focus. */
  get chosen(): Locator {
    return this.app.page.getByRole('region', { name: 'Chosen page' });
  }

  get pool(): Locator {
    return this.app.page.getByRole('region', { name: 'Shadow pool' });
  }

  /** XI's pool of kits, and the dirty log. */
  get kits(): Locator {
    return this.app.page.getByRole('region', { name: 'Pool of kits' });
  }

  /** One run along chains and one by searching. */
  get compare(): Locator {
    return this.app.page.getByRole('region', { name: 'Chain and linear search side by side' });
  }

  get debate(): Locator {
    return this.app.page.getByRole('region', { name: 'The debate' });
  }

  get search(): Locator {
    return this.app.page.getByRole('region', { name: 'Taking write access away' });
  }

  /** What one means has read and found, and would read: the cells of its row. */
  async means(name: string): Promise<string[]> {
    const row = this.search.getByRole('row').filter({ has: this.app.page.getByRole('rowheader', { name }) });
    return row.getByRole('cell').allTextContents();
  }

  get events(): Locator {
    return this.app.page.getByRole('region', { name: 'What re-syncs what' });
  }

  /** The rows of the event table that are lit. */
  get lit(): Locator {
    return this.events.locator('[aria-current="step"]');
  }
}

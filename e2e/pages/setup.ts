import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** What the scenario is set on: its story, its program, and the design's switches. */
export class Setup {
  constructor(private readonly app: AppPage) {}

  get switches(): Locator {
    return this.app.page.getByRole('region', { name: 'Switches' });
  }

  /** Shows a tab of the scenario: `Story`, `Program` or `Setup`. */
  async tab(name: 'Story' | 'Program' | 'Setup'): Promise<void> {
    await this.app.page.getByRole('tab', { name, exact: true }).click();
    await this.app.idle();
  }

  switch(name: string): Locator {
    return this.switches.getByRole('switch', { name, exact: true });
  }

  async toggle(name: string): Promise<void> {
    await this.switch(name).click();
    await this.app.idle();
  }
}

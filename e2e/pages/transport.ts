import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The toolbar that plays and steps. */
export class Transport {
  constructor(private readonly app: AppPage) {}

  get bar(): Locator {
    return this.app.page.getByRole('toolbar', { name: 'Play and step' });
  }

  button(name: string): Locator {
    return this.bar.getByRole('button', { name, exact: true });
  }

  async click(name: string): Promise<void> {
    await this.button(name).click();
    await this.app.idle();
  }

  forward = (): Promise<void> => this.click('Forward');
  back = (): Promise<void> => this.click('Back');
  toStart = (): Promise<void> => this.click('To the start');
  toEnd = (): Promise<void> => this.click('To the end');

  /** Opens the menu of who may act here and which branches there are. */
  async openActs(): Promise<Locator> {
    await this.bar.getByRole('button', { name: 'Act here: choose who goes next' }).click();
    return this.app.page.getByRole('menu', { name: 'Act here: choose who goes next' });
  }
}

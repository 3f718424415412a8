import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The page of exercises: what it is made of, by what a person sees. */
export class HomeworkPage {
  constructor(private readonly app: AppPage) {}

  get root(): Locator {
    return this.app.page.locator('main.homework');
  }

  async open(rest = ''): Promise<void> {
    await this.app.open(`#/homework${rest === '' ? '' : `/${rest}`}`);
  }

  exercise(title: string | RegExp): Locator {
    return this.root.getByRole('region', { name: title });
  }

  /** Types an answer into a field by its label. */
  async type(within: Locator, label: string, answer: string): Promise<void> {
    await within.getByLabel(label, { exact: true }).fill(answer);
    await this.app.idle();
  }

  async press(within: Locator, name: string): Promise<void> {
    await within.getByRole('button', { name }).click();
    await this.app.idle();
  }
}

import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** A story being told beside the stage. */
export class StoryCard {
  constructor(private readonly app: AppPage) {}

  get card(): Locator {
    return this.app.page.getByRole('article', { name: /^Story: / });
  }

  button(name: string): Locator {
    return this.card.getByRole('button', { name, exact: true });
  }

  async next(): Promise<void> {
    await this.button('Next').click();
    await this.app.idle();
  }

  /** Which passage is on show, and how many there are. */
  async place(): Promise<{ readonly at: number; readonly of: number }> {
    const words = (await this.card.getByText(/^Story · /).textContent()) ?? '';
    const match = /(\d+) of (\d+)/.exec(words);
    if (match === null) throw new Error(`The story says "${words}", expected "Story · N of M".`);
    return { at: Number(match[1]), of: Number(match[2]) };
  }
}

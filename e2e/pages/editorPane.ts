import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The scenario's text beside the stage. */
export class EditorPane {
  constructor(private readonly app: AppPage) {}

  get region(): Locator {
    return this.app.page.getByRole('region', { name: 'Scenario editor' });
  }

  get field(): Locator {
    return this.region.getByRole('textbox', { name: 'Scenario text' });
  }

  get problems(): Locator {
    return this.region.getByRole('status', { name: 'Problems' });
  }

  async open(): Promise<void> {
    await this.app.press('Control+e');
    await expect(this.field).toBeVisible();
  }

  /** Replaces everything by another text, as pasting does. */
  async replace(text: string): Promise<void> {
    await this.field.focus();
    await this.app.page.keyboard.press('Control+a');
    await this.app.page.keyboard.insertText(text);
    await this.app.idle();
  }

  /** Types at the end of the text, key by key. */
  async typeAtEnd(text: string): Promise<void> {
    await this.field.focus();
    await this.app.page.keyboard.press('Control+End');
    await this.app.page.keyboard.type(text);
    await this.app.idle();
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true });
  }

  /** Looks for a line by a word, and takes the first that has it. */
  async insert(word: string): Promise<void> {
    await this.button('Insert').click();
    await this.app.page.getByRole('searchbox', { name: 'Search what can be inserted' }).fill(word);
    await this.app.page.keyboard.press('Enter');
    await this.app.idle();
  }

  async run(): Promise<void> {
    await this.region.getByRole('button', { name: 'Run', exact: true }).click();
    await this.app.idle();
  }

  async close(): Promise<void> {
    await this.region.getByRole('button', { name: 'Close the editor' }).click();
    await this.app.idle();
  }
}

import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The link to this moment, as text, copied, or as a file. */
export class ShareDialog {
  constructor(private readonly app: AppPage) {}

  get dialog(): Locator {
    return this.app.page.getByRole('dialog', { name: /^Share/ });
  }

  async open(): Promise<void> {
    await this.app.press('s');
    await expect(this.dialog).toBeVisible();
  }

  get link(): Locator {
    return this.dialog.getByRole('textbox');
  }

  /** The link of this moment, from its `#` on. The dialog is closed again. */
  async fragment(): Promise<string> {
    await this.open();
    const link = await this.link.inputValue();
    await this.app.press('Escape');
    await expect(this.dialog).toBeHidden();
    return link.slice(link.indexOf('#'));
  }
}

import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** Every command by its name. */
export class PaletteDialog {
  constructor(private readonly app: AppPage) {}

  get dialog(): Locator {
    return this.app.page.getByRole('dialog', { name: 'Find a command' });
  }

  get field(): Locator {
    return this.dialog.getByRole('combobox');
  }

  async open(): Promise<void> {
    await this.app.press('Control+k');
    await expect(this.field).toBeFocused();
  }

  /** Types words and takes the first command they find, which must bear this title. */
  async run(title: string): Promise<void> {
    await this.open();
    await this.field.fill(title);
    await expect(this.dialog.getByRole('option').first()).toContainText(title);
    await this.app.press('Enter');
  }

  async goToStep(step: number): Promise<void> {
    await this.open();
    await this.field.fill(String(step));
    await expect(this.dialog.getByRole('option').first()).toContainText(`Go to step ${step}`);
    await this.app.press('Enter');
  }
}

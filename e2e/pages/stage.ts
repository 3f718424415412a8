import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The scene: guest tables above, shadow tables below, what may differ between them. */
export class Stage {
  constructor(private readonly app: AppPage) {}

  get picture(): Locator {
    return this.app.page.getByRole('group', { name: /^The stage/ });
  }

  /** Anything on the scene that can be pointed at, by the beginning of its name or a pattern. */
  thing(name: string | RegExp): Locator {
    return this.picture.getByRole('button', { name });
  }

  /** A row: `guest entry 007 of page table 0x02e`, `shadow entry 007 of shadow s084`. */
  entry(side: 'guest' | 'shadow', index: string, frame: string): Locator {
    return this.thing(new RegExp(`^${side} entry ${index} of (page table|shadow) ${frame}:`));
  }

  async choose(thing: Locator): Promise<void> {
    await thing.click();
    await this.app.idle();
  }

  /** Name of what is in focus; empty when nothing is. Fields and states of the entry are left out: they change with time. */
  async focusName(): Promise<string> {
    const pressed = this.picture.locator('[aria-pressed="true"]');
    if ((await pressed.count()) === 0) return '';
    return ((await pressed.first().getAttribute('aria-label')) ?? '').replace(/:.*$/s, '');
  }
}

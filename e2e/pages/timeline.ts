import type { Locator } from '@playwright/test';
import type { AppPage } from './appPage';

/** The lanes, the scrubber over them, and the zoom. */
export class Timeline {
  constructor(private readonly app: AppPage) {}

  get region(): Locator {
    return this.app.page.getByRole('region', { name: 'Timeline' });
  }

  get scrubber(): Locator {
    return this.region.getByRole('slider');
  }

  /** The runs on offer, once somebody has acted in the past. */
  get branches(): Locator {
    return this.region.getByRole('group', { name: 'Branches' });
  }

  /** The step that the scrubber says it stands at. */
  async value(): Promise<number> {
    return Number(await this.scrubber.getAttribute('aria-valuenow'));
  }

  /** Drags from one share of the track's width to another, by way of `stops` places between. */
  async drag(from: number, to: number, stops = 4): Promise<void> {
    const box = await this.scrubber.boundingBox();
    if (box === null) throw new Error('The scrubber is not on the page.');
    const { mouse } = this.app.page;
    const y = box.y + box.height / 2;
    await mouse.move(box.x + box.width * from, y);
    await mouse.down();
    await mouse.move(box.x + box.width * to, y, { steps: stops });
    await mouse.up();
    await this.app.idle();
  }

  async zoom(name: 'Look closer' | 'Show more of the run' | 'Show the whole run'): Promise<void> {
    await this.region.getByRole('button', { name }).click();
    await this.app.idle();
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name });
  }
}

import { defined } from '../../base';
import type { Region, Store } from '../../kernel';
import { XI_SWITCHES } from './switches';

/** The switches as they stand: cells, read whenever the code asks, so that a scenario can change one in mid-run. */
export class SwitchState {
  private readonly region: Region;
  private readonly index = new Map<string, number>();

  constructor(
    private readonly store: Store,
    settings: Readonly<Record<string, boolean>>,
  ) {
    this.region = store.region('switches', XI_SWITCHES.length);
    XI_SWITCHES.forEach((spec, i) => {
      this.index.set(spec.name, this.region.base + i);
      this.set(spec.name, settings[spec.name] ?? spec.default);
    });
  }

  private cell(name: string): number {
    return defined(this.index.get(name), `a switch of XI named ${name}`);
  }

  on(name: string): boolean {
    return this.store.get(this.cell(name)) !== 0;
  }

  set(name: string, on: boolean): void {
    this.store.set(this.cell(name), on ? 1 : 0);
  }
}

/** Made by the build from the library's first scenario: see `first.ts`. */
declare module 'virtual:first' {
  import type { ScenarioSpec } from '../engine';

  export interface First {
    readonly id: string;
    readonly text: string;
    readonly spec: ScenarioSpec;
  }

  export const first: First;
}

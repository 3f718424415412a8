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

/** The recorded samples, made by the build: JSON of `Recordings` (oracle/truth), packed by gzip, as base64. */
declare module 'virtual:recordings' {
  export const packed: string;
}

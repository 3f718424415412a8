import { resolve } from 'node:path';

/** The folder of the build under test (see playwright.config.ts). */
export const DIST = resolve(process.env.SHADOWSCOPE_DIST ?? 'dist');

import { DIST } from './dist';
import { staticHost } from './staticHost';

// The host of all tests (playwright.config.ts). One that packs every answer anew would take a twentieth of their time.
await staticHost(DIST, Number(process.env.SHADOWSCOPE_PORT));

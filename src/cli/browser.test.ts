import { describe, expect, it } from 'vitest';
import { findBrowser, type Surroundings } from './browser';

const OWN = '/home/me/.cache/ms-playwright/chrome';

function machine(there: readonly string[], env: Record<string, string> = {}, broken: readonly string[] = []) {
  const surroundings: Surroundings = {
    env,
    exists: (path) => there.includes(path),
    starts: (path) => !broken.includes(path),
    ownPath: () => OWN,
  };
  return surroundings;
}

describe('findBrowser', () => {
  it('obeys CHROMIUM_PATH before all else', () => {
    const there = ['/opt/chrome', OWN, '/usr/bin/chromium'];
    expect(findBrowser(machine(there, { CHROMIUM_PATH: '/opt/chrome' }))).toBe('/opt/chrome');
  });

  it('says so when CHROMIUM_PATH names nothing, instead of taking another browser', () => {
    expect(() => findBrowser(machine([OWN], { CHROMIUM_PATH: '/opt/chrome' }))).toThrow(
      /CHROMIUM_PATH is "\/opt\/chrome"/,
    );
  });

  it('prefers Playwright’s own to the distribution’s', () => {
    expect(findBrowser(machine([OWN, '/usr/bin/chromium']))).toBe(OWN);
  });

  it('passes over Playwright’s own when it cannot start', () => {
    expect(findBrowser(machine([OWN, '/usr/bin/chromium'], {}, [OWN]))).toBe('/usr/bin/chromium');
  });

  it('takes the first of the distribution’s', () => {
    expect(findBrowser(machine(['/usr/bin/google-chrome', '/usr/bin/chromium-browser']))).toBe(
      '/usr/bin/chromium-browser',
    );
  });

  it('finds none on a bare machine', () => {
    expect(findBrowser(machine([]))).toBeNull();
  });
});

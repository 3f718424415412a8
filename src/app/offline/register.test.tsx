// @vitest-environment happy-dom
import { act } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testSession } from '../../testing/testSession';
import { keepOffline } from './register.lazy';
import { FAILED, keepingWords } from './state';

/** A service worker as far as the page sees it. */
class FakeWorker extends EventTarget {
  state = 'installing';
  becomes(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  active: FakeWorker | null = null;
  update = async (): Promise<void> => undefined;
  /** A version arrives. */
  finds(): FakeWorker {
    this.installing = new FakeWorker();
    this.dispatchEvent(new Event('updatefound'));
    return this.installing;
  }
}

let registration: FakeRegistration;
let container: { controller: FakeWorker | null; register: () => Promise<FakeRegistration> };

beforeEach(() => {
  registration = new FakeRegistration();
  container = { controller: null, register: async () => registration };
  Object.defineProperty(navigator, 'serviceWorker', { value: container, configurable: true });
});
afterEach(() => {
  Reflect.deleteProperty(navigator, 'serviceWorker');
  document.body.replaceChildren();
});

const offered = (): boolean =>
  document.body.textContent?.includes('A new version of this page is ready') ?? false;

describe('the page without a network', () => {
  it('says that a first visit could not be kept, and what that means', async () => {
    const { controls, session } = testSession();
    await keepOffline(controls);
    const worker = registration.finds();
    // Browsers announce also what was found on its way.
    registration.dispatchEvent(new Event('updatefound'));
    const says: string[] = [];
    session.store.subscribe(({ messages }) => says.push(...messages.map(({ text }) => text)));
    expect(await keepingWords()).toContain('being fetched');
    act(() => worker.becomes('redundant'));
    expect(session.state.messages.map(({ text }) => text)).toEqual([FAILED]);
    expect(says).toEqual([FAILED]);
    expect(await keepingWords()).toBe(FAILED);
  });

  it('says nothing when a first version is kept, or the one before goes on', async () => {
    const { controls, session } = testSession();
    await keepOffline(controls);
    const first = registration.finds();
    act(() => first.becomes('installed'));
    expect(await keepingWords()).toMatch(/^This page works without a network/);
    registration.active = first;
    container.controller = first;
    const second = registration.finds();
    act(() => second.becomes('redundant'));
    expect(session.state.messages).toEqual([]);
    expect(offered()).toBe(false);
  });

  it('offers another version when it is complete, also one that was on its way when the page came', async () => {
    const { controls } = testSession();
    registration.active = new FakeWorker();
    container.controller = registration.active;
    registration.installing = new FakeWorker();
    await keepOffline(controls);
    expect(offered()).toBe(false);
    await act(async () => registration.installing?.becomes('installed'));
    expect(offered()).toBe(true);
  });

  it('says why nothing can be kept where the browser does not let it', async () => {
    const { controls, session } = testSession();
    container.register = async () => {
      throw new DOMException('blocked', 'SecurityError');
    };
    await keepOffline(controls);
    expect(await keepingWords()).toContain('this browser does not let the page do it');
    expect(session.state.messages).toEqual([]);
  });
});

// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLink } from '../permalink';
import { captureLink } from '../session/link';
import { showPage } from '../session/pages';
import { copyLink, offerOf } from '../session/sharing';
import { setSwitch } from '../session/switching';
import { tellingOf } from '../session/telling/telling';
import { LIBRARY, type TestSession, TWO_WALKS, testSession } from '../testing/testSession';
import { keepPlace } from './offline/keepPlace';
import { followAddress } from './urlSync';

let made: TestSession;
let stop: () => void;

/** As the page does at its start, with this fragment in its address. */
function boot(hash: string): void {
  location.hash = hash;
  made = testSession();
  stop = followAddress(made.controls, [TRUTH]);
}

const TRUTH = { name: 'truth', title: 'What is true', about: 'What was checked.' };

/** As the browser does when a person goes back, or follows a link. */
function goTo(hash: string): void {
  location.hash = hash;
  window.dispatchEvent(new Event('hashchange'));
}

const linkTo = (text: string): string => {
  const { session } = testSession({ text });
  const link = captureLink(session);
  const encoded = link === undefined ? undefined : encodeLink(link);
  if (encoded?.kind !== 'ok') throw new Error('a small scenario fits a link');
  return encoded.value;
};

const OTHER = TWO_WALKS.replace('Two walks', 'My walks');
const title = (): string | undefined => made.session.state.spec?.title;
/** The pushing waits until the opening is done. */
const settled = (): Promise<void> => Promise.resolve();

beforeEach(() => boot(''));
afterEach(() => stop());

describe('the address', () => {
  it('decides at the start what is on stage', () => {
    expect(title()).toBe('Two walks');
    stop();
    boot(linkTo(OTHER));
    expect(title()).toBe('My walks');
  });

  it('becomes that of a page that came on by itself, as the list of an opened file does', () => {
    showPage(made.session, TRUTH);
    expect(made.pushed).toEqual(['#/truth']);
    // Also where another page was on show, as for a file that is dropped on it.
    goTo('#/truth');
    stop();
    const recorded = { name: 'recorded', title: 'Recorded', about: 'What was recorded.' };
    stop = followAddress(made.controls, [TRUTH, recorded]);
    showPage(made.session, recorded);
    expect(made.pushed).toEqual(['#/truth', '#/recorded']);
  });

  it('decides again whenever it changes, without a new entry', async () => {
    location.hash = linkTo(OTHER);
    window.dispatchEvent(new Event('hashchange'));
    await settled();
    expect(title()).toBe('My walks');
    location.hash = '';
    window.dispatchEvent(new Event('hashchange'));
    await settled();
    expect(title()).toBe('Two walks');
    expect(made.pushed).toEqual([]);
  });

  it('gets one new entry when another scenario is opened, and it leads there', async () => {
    const { session, controls, sources } = made;
    Object.assign(sources, {
      library: [...sources.library, { ...sources.library[0], id: 'mine', title: 'My walks', text: OTHER }],
    });
    session.set({ speed: 2 });
    expect(controls.execute('open:mine')).toBe(true);
    await settled();
    const [pushed, ...more] = made.pushed;
    expect(more).toEqual([]);
    stop();
    boot(pushed ?? '');
    expect(title()).toBe('My walks');
    expect(made.session.state.library).toBe(undefined);
  });

  it('is left alone by stepping, choosing, switches, branches and the share dialog', async () => {
    const { session, controls } = made;
    session.jump(9);
    session.act(1);
    controls.execute('beat-forward');
    setSwitch(session, 'none', true);
    controls.execute('share');
    offerOf(session, 'https://example.org/');
    await settled();
    expect(made.pushed).toEqual([]);
    expect(made.storage.length).toBe(0);
    expect(made.copied).toEqual([]);
  });

  it('becomes the link that is copied', async () => {
    const { session, controls } = made;
    session.jump(9);
    const offer = offerOf(session, controls.host.address());
    if (offer?.shared.kind !== 'link') throw new Error('a small scenario fits a link');
    expect(await copyLink(session, controls.host, offer.shared.url)).toBe(true);
    expect(made.copied).toEqual([offer.shared.url]);
    expect(made.pushed).toEqual([offer.shared.url.slice('https://example.org/shadowscope/'.length)]);
  });

  it('of a page shows it, with something on stage to go back to', async () => {
    stop();
    boot('#/truth/kvm/64');
    expect(made.session.state.page).toEqual({ name: 'truth', title: 'What is true', rest: 'kvm/64' });
    expect(title()).toBe('Two walks');
    made.controls.execute('stage');
    await settled();
    expect(made.pushed).toEqual(['#/stage']);
    goTo('#/truth');
    expect(made.session.state.page?.rest).toBe('');
    goTo('#/stage');
    expect(made.session.state.page).toBe(undefined);
    expect(title()).toBe('Two walks');
  });

  it('becomes that of a scenario which a page opens, and the stage is shown', async () => {
    goTo('#/truth');
    const { session, controls, sources } = made;
    Object.assign(sources, {
      library: [...sources.library, { ...sources.library[0], id: 'mine', title: 'My walks', text: OTHER }],
    });
    session.set({});
    expect(controls.execute('open:mine')).toBe(true);
    await settled();
    expect(session.state.page).toBe(undefined);
    expect(made.pushed).toHaveLength(1);
    expect(made.pushed[0]).toMatch(/^#\/1\//);
  });

  it('of the stage remembers what was on it, when another scenario is opened from there', async () => {
    stop();
    boot('#/stage');
    made.session.jump(5);
    const before = made.session.state.text;
    const { controls, sources } = made;
    Object.assign(sources, {
      library: [...sources.library, { ...sources.library[0], id: 'mine', title: 'My walks', text: OTHER }],
    });
    made.session.set({});
    controls.execute('open:mine');
    await settled();
    expect(title()).toBe('My walks');
    window.dispatchEvent(new Event('hashchange'));
    expect(made.session.state).toMatchObject({ text: before, cursor: 5 });
    history.replaceState({ text: 7 }, '');
    window.dispatchEvent(new Event('hashchange'));
    expect(made.session.state.text).toBe(before);
  });

  it('of a page brings back the moment on the stage behind it, when the page is loaded anew for its next version', () => {
    made.session.jump(9);
    made.session.act(1);
    const { cursor, branch } = made.session.state;
    goTo('#/truth/kvm');
    keepPlace(made.session);
    expect(location.hash).toBe('#/truth/kvm');
    stop();
    made = testSession();
    stop = followAddress(made.controls, [TRUTH]);
    expect(made.session.state).toMatchObject({ cursor, branch, page: { name: 'truth', rest: 'kvm' } });
    // Once: whoever goes back and forward later finds what is on stage then.
    made.session.jump(2);
    goTo('#/truth');
    expect(made.session.state.cursor).toBe(2);
    history.replaceState({ stage: 7 }, '');
    stop();
    stop = followAddress(made.controls, [TRUTH]);
    expect(made.session.state.cursor).toBe(2);
  });

  it('becomes that of the moment which the race finder looks at, for that has none of its own', () => {
    made.session.jump(9);
    made.controls.execute('race');
    expect(made.pushed).toEqual([]);
    keepPlace(made.session);
    expect(location.hash).toMatch(/^#\/1\//);
  });

  it('of a page that nobody knows says so, as every foreign link does', () => {
    goTo('#/nowhere');
    expect(made.session.state.page).toBe(undefined);
    expect(made.session.state.messages.at(-1)?.text).toContain('#/nowhere');
  });
});

describe('a story', () => {
  it('has one entry of the history, which names the passage', async () => {
    const { session, controls, sources, pushed } = made;
    Object.assign(sources, { library: [...LIBRARY] });
    const telling = tellingOf(controls);
    telling.begin('why-shadows');
    const first = session.state.cursor;
    telling.next();
    telling.go(4);
    await settled();
    expect(pushed).toEqual(['#/stories/why-shadows/5']);
    session.jump(first);
    expect(pushed).toEqual(['#/stories/why-shadows/1']);
    // What somebody opens beside it is another entry, as ever; and so is the way back into it.
    controls.execute('open:punt');
    await settled();
    expect(pushed).toHaveLength(2);
    telling.comeBack();
    await settled();
    expect(pushed).toHaveLength(3);
    expect(pushed[2]).toBe('#/stories/why-shadows/1');
  });
});

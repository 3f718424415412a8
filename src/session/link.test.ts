import { describe, expect, it } from 'vitest';
import { printAnchor } from '../kernel';
import { decodeLink, encodeLink, type LinkState, writeFile } from '../permalink';
import { MemoryStorage, type TestSession, TWO_WALKS, testSession } from '../testing/testSession';
import { checkDraft } from './editing';
import { focus } from './focusing';
import { captureLink, openFile, openFragment, openLink } from './link';

const captured = ({ session }: TestSession): LinkState => {
  const link = captureLink(session);
  if (link === undefined) throw new Error('a scenario is on stage');
  return link;
};

const fragment = (link: LinkState): string => {
  const made = encodeLink(link);
  if (made.kind === 'error') throw new Error(made.error.found);
  return made.value;
};

/** The last message, whatever its tone. */
const said = ({ session }: TestSession): string => session.state.messages.at(-1)?.text ?? '';

const OTHER = TWO_WALKS.replace('Two walks', 'My walks');

/** A session after some work: a branch made in the past, a thing chosen, another tab, some steps on. */
function worked(): TestSession {
  const made = testSession();
  const { session, sources } = made;
  openLink(session, sources, { ...captured(made), text: OTHER });
  session.jump(12);
  session.act(1);
  session.jump(20);
  focus(session, 'guest 0x013[003]', 'w');
  session.set({ tabs: { ...session.state.tabs, left: 'program' } });
  return made;
}

describe('a link', () => {
  it('opened elsewhere shows the same run at the same moment: store, focus, tabs, branches', () => {
    const here = worked();
    const there = testSession();
    openFragment(there.session, there.sources, fragment(captured(here)));
    expect(there.session.run?.store.hash).toBe(here.session.run?.store.hash);
    expect(there.session.run?.choices()).toEqual(here.session.run?.choices());
    for (const key of ['text', 'cursor', 'branch', 'branches', 'tabs', 'length'] as const)
      expect(there.session.state[key]).toEqual(here.session.state[key]);
    expect(there.session.state.focus.now).toEqual(here.session.state.focus.now);
    expect(there.session.state.messages).toEqual([]);
  });

  it('of an opened link is that link', () => {
    const link = captured(worked());
    const there = testSession();
    openLink(there.session, there.sources, link);
    expect(captured(there)).toEqual(link);
  });

  it('to a fresh view carries only the text and what it was made with', () => {
    const made = testSession();
    expect(captured(made)).toMatchObject({
      text: TWO_WALKS,
      library: 'first',
      branches: [],
      run: 0,
      view: {},
    });
    expect(captured(made).at).toBe(undefined);
    expect(captured(made).focus).toBe(undefined);
  });

  it('to a moment that no longer exists opens at the nearest and says so', () => {
    const here = worked();
    const link = captured(here);
    const at = { anchor: '0:0:hardware_walk.gone', step: 9 };
    const there = testSession();
    openLink(there.session, there.sources, { ...link, run: 0, at, tables: '00000000' });
    const run = there.session.run;
    // The nearest is the end of the operation that the moment lies in.
    const done = run?.find({ actor: 0, op: 0, label: 'done', nth: 0 }).cursor;
    expect(there.session.state.cursor).toBe(done);
    expect(said(there)).toBe(
      `The link's moment (0:0:hardware_walk.gone) no longer exists: the steps have changed since the link was made. This is the nearest, step ${done}.`,
    );
  });

  it('to a moment that still exists says nothing of changed steps', () => {
    const link = { ...captured(worked()), tables: '00000000' };
    const there = testSession();
    openLink(there.session, there.sources, link);
    expect(there.session.state.messages).toEqual([]);
  });

  it('whose branch leaves at a moment that is gone says where it leaves instead', () => {
    const link = captured(worked());
    const [branch] = link.branches;
    if (branch === undefined) throw new Error('the work made a branch');
    const gone = { ...branch, from: { anchor: '0:0:hardware_walk.gone', step: 3 } };
    const there = testSession();
    openLink(there.session, there.sources, { ...link, branches: [gone] });
    expect(there.session.state.messages.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^The moment where “.*” leaves \(0:0:hardware_walk\.gone\) does not come about in this run\. It leaves at the nearest, step \d+\.$/,
      ),
    );
  });

  it('may name any schedule: runs to a moment, for so many steps, to an end', () => {
    const made = testSession();
    const link: LinkState = {
      ...captured(made),
      branches: [
        {
          parent: 0,
          label: 'a schedule',
          segments: [
            { actor: 1, until: '1:0:hardware_walk.read', steps: 0 },
            { actor: 0, steps: 3 },
            { actor: 1, steps: 0 },
          ],
        },
      ],
      run: 1,
    };
    openLink(made.session, made.sources, link);
    const actors = made.session.run?.choices().map(({ actor }) => actor) ?? [];
    const firstOf0 = actors.indexOf(0);
    expect(made.session.run?.nameOf(firstOf0 - 1).label).toBe('hardware_walk.read');
    expect(actors.slice(firstOf0, firstOf0 + 4)).toEqual([0, 0, 0, 1]);
    expect(actors.slice(firstOf0 + 3).indexOf(0)).toBe(actors.lastIndexOf(1) + 1 - (firstOf0 + 3));
    // And what is captured of it is the same again, with the steps it took as a hint.
    expect(captured(made).branches[0]?.segments).toEqual([
      { actor: 1, until: '1:0:hardware_walk.read', steps: firstOf0 },
      { actor: 0, steps: 3 },
      { actor: 1, steps: 0 },
    ]);
  });

  it('to a step that no table has any more runs as many steps as it took then', () => {
    const made = testSession();
    const segments = [{ actor: 1, until: '1:0:hardware_walk.gone', steps: 5 }];
    openLink(made.session, made.sources, {
      ...captured(made),
      branches: [{ parent: 0, label: '', segments }],
      run: 1,
    });
    const actors = made.session.run?.choices().map(({ actor }) => actor) ?? [];
    expect(actors.indexOf(0)).toBe(5);
  });

  it('that sets a switch the design does not have opens without it and says so', () => {
    const made = testSession();
    openLink(made.session, made.sources, { ...captured(made), switches: { 'time-machine': true } });
    expect(said(made)).toBe(
      'The link sets the switch time-machine, which Bare hardware does not have. It is left out.',
    );
    expect(made.session.state.switches).toEqual({});
  });

  it('whose scenario does not run here puts its text into the editor and the default scenario on stage', () => {
    const made = testSession();
    const text = OTHER.replace('rw user', 'rww user');
    openFragment(made.session, made.sources, fragment({ ...captured(made), text }));
    expect(made.session.state).toMatchObject({ draft: text, text: TWO_WALKS });
    expect(said(made)).toMatch(
      /^The link's scenario does not run on this page\. Line 5, .*Its text is in the editor\.$/,
    );
  });
});

describe('an address', () => {
  it.each([
    ['#/1/AAAA', 'truncated'],
    ['#/1/%%%', 'damaged'],
    [`#/1/${'A'.repeat(70_000)}`, 'oversized'],
    ['#/somewhere', 'foreign'],
    ['#/2/AAAA', 'made by a newer version: found version 2'],
  ])('%.20s opens the default scenario and says what the link is', (hash, what) => {
    const made = worked();
    openFragment(made.session, made.sources, hash);
    expect(made.session.state.text).toBe(TWO_WALKS);
    expect(said(made)).toContain(what);
    expect(said(made)).toMatch(/The default scenario is on stage instead\.$/);
    expect(made.session.state.messages.at(-1)?.tone).toBe('wrong');
  });

  it('with a link leaves what was being typed in the editor', () => {
    const storage = new MemoryStorage();
    const before = testSession({ storage });
    checkDraft(before.session, before.sources, OTHER);
    const after = testSession({ storage });
    openFragment(after.session, after.sources, fragment(captured(before)));
    expect(after.session.state).toMatchObject({ text: TWO_WALKS, draft: OTHER });
  });

  it('without a link shows what a first visit shows', () => {
    const made = worked();
    openFragment(made.session, made.sources, '');
    expect(made.session.state.library).toBe('first');
  });
});

describe('a file', () => {
  it('saved from the stage opens at the same moment', () => {
    const here = worked();
    const there = testSession();
    openFile(there.session, there.sources, writeFile(captured(here)));
    expect(captured(there)).toEqual(captured(here));
  });

  it('of bare scenario text opens as that scenario', () => {
    const made = testSession();
    openFile(made.session, made.sources, OTHER);
    expect(made.session.state.spec?.title).toBe('My walks');
  });

  it('that is no link leaves the stage as it is and says why', () => {
    const made = worked();
    const before = captured(made);
    openFile(made.session, made.sources, '{"name": "package"}');
    expect(captured(made)).toEqual(before);
    expect(said(made)).toMatch(/^The file is foreign: .* What was on stage stays\.$/);
  });

  it('whose text has errors opens the editor on them', () => {
    const made = testSession();
    openFile(made.session, made.sources, OTHER.replace('load', 'laod'));
    expect(made.session.state.editing).toBe(true);
    expect(made.session.state.diagnostics).toHaveLength(1);
  });
});

describe('the moment of a link', () => {
  it('is the anchor of every step of the run', () => {
    const made = testSession();
    const { session } = made;
    for (let cursor = 1; cursor <= session.state.length; cursor++) {
      session.jump(cursor);
      const anchor = session.run?.anchorAt(session.state.cursor);
      expect(captured(made).at).toEqual({
        anchor: anchor === undefined ? '' : printAnchor(anchor),
        step: cursor,
      });
      const again = decodeLink(fragment(captured(made)));
      expect(again).toEqual({ kind: 'ok', value: captured(made) });
    }
  });
});

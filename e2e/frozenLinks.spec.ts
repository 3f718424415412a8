import { printAnchor } from '../src/kernel';
import { openFragment } from '../src/session/link';
import { frozenLinks } from '../src/testing/frozenLinks';
import { testSession } from '../src/testing/testSession';
import { momentWords } from '../src/views/moment';
import { expect, test } from './fixtures';

for (const { file, link } of frozenLinks()) {
  test(`the frozen link ${file} opens for ever: ${link.about}`, async ({ app }) => {
    // The same link outside any browser. That it is still what was recorded, the unit tests hold.
    const { session, sources } = testSession();
    openFragment(session, sources, link.fragment);
    const { run, state } = session;
    if (run === undefined) throw new Error(`${file} puts nothing on stage.`);
    run.extend();
    const at = (cursor: number) => ({
      hash: run.peek(cursor, () => run.store.hash),
      caption: run.peek(cursor, () => momentWords(run, cursor).caption),
    });

    await app.withoutMotion();
    await app.open(link.fragment);
    await expect(app.title).toHaveText(link.shows.title);
    await expect(app.messages.wrong('link')).toHaveCount(0);
    expect(await app.moment.steps()).toEqual({ step: state.cursor, of: run.length });
    const anchor = run.anchorAt(state.cursor);
    expect(anchor === undefined ? undefined : printAnchor(anchor)).toBe(link.state.at?.anchor);
    const here = await app.moment.snapshot();
    expect({ hash: here.hash, caption: here.caption }).toEqual(at(state.cursor));
    const entity = link.state.focus?.entity;
    expect(await app.page.locator('[aria-pressed="true"][data-entity]').count()).toBe(entity ? 1 : 0);

    await app.press('End');
    const end = await app.moment.snapshot();
    expect({ hash: end.hash, caption: end.caption }).toEqual(at(run.length));
  });
}

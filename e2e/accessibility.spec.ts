import { PAGES, pageAddress } from '../src/session/pages';
import { expect, test } from './fixtures';
import type { AppPage } from './pages/appPage';
import { axeViolations } from './support/axe';

const VIEWS: readonly { readonly name: string; readonly show: (app: AppPage) => Promise<void> }[] = [
  { name: 'the start', show: async () => undefined },
  { name: 'the middle of a run', show: (app) => app.timeline.drag(0.3, 0.6) },
  { name: 'the end of a run', show: (app) => app.transport.toEnd() },
  { name: 'the program', show: (app) => app.setup.tab('Program') },
  { name: 'the setup', show: (app) => app.setup.tab('Setup') },
  { name: 'the library', show: (app) => app.library.open() },
  { name: 'the palette', show: (app) => app.palette.open() },
  { name: 'help', show: (app) => app.press('?') },
  { name: 'share', show: (app) => app.share.open() },
  { name: 'asking the past', show: (app) => app.past.open() },
  { name: 'the editor', show: (app) => app.editor.open() },
  {
    name: 'a question answered wrongly, and why not?',
    show: async (app) => {
      await app.timeline.drag(0.1, 0.3);
      await app.press('q');
      await app.press('1');
      await app.press('n');
    },
  },
  {
    name: 'a page in focus',
    show: (app) => app.stage.choose(app.stage.thing(/^shadow page table l1_64/).first()),
  },
  { name: 'vCPUs', show: (app) => app.details.show('vCPUs') },
  { name: 'the pool', show: (app) => app.details.show('Pool') },
  { name: 'the search', show: (app) => app.details.show('Search') },
  { name: 'memory order', show: (app) => app.library.choose('Everybody sees his own store first') },
  { name: 'the race finder', show: (app) => app.race.open() },
  { name: 'the events', show: (app) => app.details.show('Events') },
  {
    name: 'XI’s debate and its costs',
    show: async (app) => {
      await app.library.choose('XI: a data page becomes a page table');
      await app.transport.toEnd();
      for (const tab of ['Kits', 'Faults', 'Cost', 'Compare', 'Debate'] as const) {
        await app.details.show(tab);
        expect(await axeViolations(app.page), tab).toEqual([]);
      }
      await app.stage.choose(app.stage.thing(/^frame 0x014/));
    },
  },
  {
    name: 'a broken invariant',
    show: async (app) => {
      await app.library.choose('The snapshot goes with its page');
      await app.setup.toggle('Snapshot exchange');
      await app.press('Home');
      await app.press('v');
    },
  },
];

/** Everything axe knows in the light scheme; in the dark one what differs there: the colours. */
async function cleanInBoth(app: AppPage): Promise<void> {
  await app.page.emulateMedia({ colorScheme: 'light' });
  expect(await axeViolations(app.page)).toEqual([]);
  await app.page.emulateMedia({ colorScheme: 'dark' });
  await app.idle();
  expect(await axeViolations(app.page, 'colours')).toEqual([]);
  await app.page.emulateMedia({ colorScheme: 'light' });
}

/** Views that share a test: enough for both workers to have work. */
const TOGETHER = 5;

for (let first = 0; first < VIEWS.length; first += TOGETHER) {
  const views = VIEWS.slice(first, first + TOGETHER);
  test(`axe finds nothing in ${views.map(({ name }) => name).join(', ')}`, async ({ app }) => {
    test.slow();
    await app.withoutMotion();
    for (const { name, show } of views) {
      await test.step(name, async () => {
        await app.open();
        await show(app);
        await cleanInBoth(app);
      });
    }
  });
}

test('axe finds nothing on any page of its own', async ({ app }) => {
  test.slow();
  await app.withoutMotion();
  for (const { name, title } of PAGES) {
    await test.step(title, async () => {
      await app.follow(pageAddress(name));
      await cleanInBoth(app);
    });
  }
});

test('axe finds nothing on a phone', async ({ app }) => {
  await app.withoutMotion();
  await app.page.setViewportSize({ width: 390, height: 844 });
  await app.open();
  await app.transport.forward();
  for (const view of ['Stage', 'Code', 'Tables', 'Story']) {
    await test.step(view, async () => {
      await app.page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click();
      await app.idle();
      await cleanInBoth(app);
    });
  }
});

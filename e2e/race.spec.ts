import { expect, test } from './fixtures';
import { axeViolations } from './support/axe';

/** A worker explores whole hypervisors here, on machines that may have other things to do. */
const LONG = 60_000;

test('a race is found from a cold page, opened on stage, stepped through, shared and opened again', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A store between the walk and the lock');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText('Everything holds, in every order', { timeout: LONG });

  // Without the re-check it breaks, and the row says how.
  const row = app.race.row(/^Re-check of the walk \d+ steps$/);
  await expect(row).toBeVisible({ timeout: LONG });
  await row.click();
  await expect(app.race.verdict).toHaveText(/^Broken: entry 005/);
  await expect(app.race.lanes).toContainText('The last choice that could have avoided it');

  // The rest of the table is not waited for.
  await app.race.cancel();
  await app.race.openOnStage();
  const { step } = await app.moment.steps();
  expect(step).toBeGreaterThan(50);
  await expect(app.timeline.branches.getByRole('button', { pressed: true })).toHaveText(
    'the race that was found',
  );
  const broken = await app.hash();
  await app.transport.back();
  expect(await app.hash()).not.toBe(broken);
  await app.transport.forward();
  expect(await app.hash()).toBe(broken);

  const link = await app.share.fragment();
  await app.open(link);
  expect(await app.hash()).toBe(broken);
  expect(await app.moment.steps()).toMatchObject({ step });
});

test('the page goes on while a worker explores, and a cancel is heard at once', async ({ app }) => {
  await app.open();
  await app.library.choose('A store between the walk and the lock');
  await app.race.open();
  await app.race.look();
  await expect(app.page.getByText('States per second')).toBeVisible({ timeout: LONG });
  const began = Date.now();
  await app.race.cancel();
  await expect(app.page.getByRole('button', { name: 'Look again' })).toBeVisible();
  expect(Date.now() - began).toBeLessThan(2000);
  await app.page.getByRole('button', { name: 'Back to the stage' }).click();
  await app.idle();
  await expect(app.page.getByRole('button', { name: 'Find a race' })).toBeVisible();
});

test('the identification race of 2012 is found, and each store of it seen beside the lanes', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('Three vCPUs, one identification');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText(/^Broken: frame 0x200 is a table in sync/, { timeout: 2 * LONG });
  await expect(app.race.lanes.getByRole('columnheader')).toHaveText([
    /^vCPU 0/,
    /^vCPU 1/,
    /^vCPU 2/,
    'Memory, as all vCPUs see it',
    /^s[0-9a-f]+\[000\]$/,
    'id',
    'rmap mark',
    'mmu_lock',
  ]);
  await expect(app.race.lanes).toContainText('The last choice that could have avoided it');
  await app.race.openOnStage();
  const broken = await app.hash();
  await app.transport.back();
  expect(await app.hash()).not.toBe(broken);
  await app.transport.forward();
  expect(await app.hash()).toBe(broken);
  const link = await app.share.fragment();
  await app.open(link);
  expect(await app.hash()).toBe(broken);
});

const SB = `X86 SB
{ x=0; y=0; }
 P0          | P1          ;
 MOV [x],$1  | MOV [y],$1  ;
 MOV EAX,[y] | MOV EAX,[x] ;
exists (0:EAX=0 /\\ 1:EAX=0)
`;

test('a litmus test dropped on the page is explored, and its weak outcome watched', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  // What is wrong is said with file and line, and the stage stays.
  await app.drop('mine.litmus', SB.replace('MOV EAX,[y]', 'CLFLUSH [y]'));
  await expect(
    app.page.getByText(/mine\.litmus: Line 5, column 2: .*CLFLUSH \[y\].*Supported: MOV/),
  ).toBeVisible();
  // It is in the editor, marked; there it can be corrected as well.
  await expect(app.editor.problems).toContainText('Line 5, column 2');
  await app.page.getByRole('button', { name: 'Discard', exact: true }).click();
  await app.press('Control+e');
  await app.drop('SB.litmus', SB);
  await expect(app.page.getByRole('region', { name: 'The litmus test' })).toContainText('MOV [x],$1');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText(
    'It ends with vcpu 0 eax = 0 and vcpu 1 eax = 0: that can happen.',
    {
      timeout: LONG,
    },
  );
  await app.race.openOnStage();
  const memory = app.page.getByRole('region', { name: 'Memory, as all vCPUs see it' });
  await expect(memory).toHaveText(/x1.*y1/s);
  for (const vcpu of ['vCPU 0', 'vCPU 1'])
    await expect(app.page.getByRole('article', { name: vcpu })).toContainText('EAX0');
  // A step back, one of the stores still waits.
  await app.transport.back();
  await expect(app.page.getByRole('region', { name: 'Store buffers' })).toContainText(/0x1 to [xy]/);
});

test('a person steers by the keyboard: into a wait, out of it, back, and to the stage', async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A fence between store and load');
  await app.race.open();
  await app.race.look();
  await expect(app.race.verdict).toHaveText(/^No schedule ends with/, { timeout: LONG });
  await app.race.steer();
  for (let i = 0; i < 4; i++) await app.page.keyboard.press('1');
  await expect(app.race.turn(/vCPU 0 mfence .*waits until its own stores have reached memory/)).toBeVisible();
  await expect(app.race.steered).toContainText('0: 0x1 to x');
  // Its buffer drains; then the fence lets it pass.
  await app.page.keyboard.press('3');
  await expect(app.race.turn(/vCPU 0 mfence MFENCE: wait until the store buffer is empty$/)).toBeVisible();
  await expect(app.race.steered).toContainText('reaches memory');
  await app.page.keyboard.press('Backspace');
  await expect(app.race.turn(/store buffer of vCPU 0 0x1 to x reaches memory/)).toBeVisible();
  await app.page.keyboard.press('ArrowRight');
  expect(await axeViolations(app.page)).toEqual([]);

  await app.race.openOnStage();
  await expect(app.timeline.branches.getByRole('button', { pressed: true })).toHaveText('steered by hand');
  const hash = await app.hash();
  const link = await app.share.fragment();
  await app.open(link);
  expect(await app.hash()).toBe(hash);
});

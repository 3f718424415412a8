import { expect, test } from './fixtures';
import { axeViolations } from './support/axe';

test.beforeEach(async ({ app }) => {
  await app.withoutMotion();
  await app.open();
});

test('a scenario asks at its moment; the answer is graded with the rule, and never in the way', async ({
  app,
}) => {
  const { questions } = app;
  await app.library.choose('What a page walk is');
  // Beat by beat: the moment of the question ends one.
  while (!(await questions.card.isVisible())) await app.transport.forward();
  await expect(questions.prompt).toContainText('Which entry does it read next?');
  const asked = await app.moment.step();
  await expect(app.moment.code.getByRole('region', { name: 'Listing' })).toBeHidden();
  expect(await axeViolations(app.page)).toEqual([]);

  await questions.choose(/^entry 0ff of the L4 table|entry 0ff of its L4 table/);
  await expect(questions.verdict).toContainText('Right.');
  await expect(questions.verdict).toContainText('hardware_walk.read');
  await expect(app.moment.code.getByRole('region', { name: 'Listing' })).toBeVisible();
  await questions.click('Show me');
  expect(await app.moment.step()).toBe(asked + 1);

  // The next question is skipped, by going on.
  while (!(await questions.prompt.textContent())?.includes('What happens next?'))
    await app.transport.forward();
  await app.transport.forward();
  await expect(questions.card.getByText(/^Asked at step \d+\./)).toBeVisible();
  while (!(await questions.prompt.textContent())?.includes('What will this access do first?'))
    await app.transport.forward();
  await questions.choose('It faults, with error code 6');
  await expect(questions.verdict).toContainText('Not so.');
  await expect(questions.verdict).toContainText('P is set, for every entry on the path was present');

  // What was answered is kept while somebody looks around.
  await app.press('Home');
  await questions.click('Back there');
  await expect(questions.verdict).toContainText('Not so.');
});

test('the person is the hypervisor: reads on the stage, sets bits, decides, and is told the rule', async ({
  app,
}) => {
  const { questions } = app;
  await app.library.choose('A page table may drift');
  await app.press('h');
  await expect(questions.prompt).toContainText('Which entry does it read next?');
  await app.stage.choose(app.stage.entry('guest', '102', '0x010'));
  await expect(questions.verdict).toContainText('Right.');
  await app.press('g');
  await app.stage.choose(app.stage.entry('guest', '0ff', '0x010'));
  await expect(questions.verdict).toContainText('Not so.');
  await expect(questions.card).toContainText('1 right · 1 wrong');

  while (!(await questions.prompt.textContent())?.includes('What will it say?')) await app.press('g');
  for (const bit of ['P', 'W', 'A', 'D']) await questions.choose(new RegExp(`^${bit}$`));
  await questions.choose('0x02e');
  await questions.click('Answer');
  await expect(questions.verdict).toContainText('D: it is clear');
  await expect(questions.verdict).toContainText('The guest’s own entry has it set.');
  await questions.click('Show me');
  await expect(app.moment.caption).toContainText('maps frame 0x02e');

  await questions.click('Leave');
  await expect(questions.card).toBeHidden();
  await expect(app.messages.saying(/^As the hypervisor you were right 1 times/)).toBeVisible();
});

test('why not? names the condition that failed and the step that decided', async ({ app }) => {
  const { questions } = app;
  await app.library.choose('A page table may drift');
  for (let beat = 0; beat < 6; beat++) await app.transport.forward();
  await app.page.getByRole('button', { name: 'Why not?' }).click();
  await app.idle();
  await questions.whyNot.getByRole('button', { name: 'Why was there no flush of a TLB?' }).click();
  const answer = questions.whyNot.getByRole('status');
  await expect(answer).toContainText('The path was protected already: nothing had to be removed.');
  await expect(answer).toContainText('sh_page_fault.flush');
  await answer.getByRole('button', { name: /^Go to step/ }).click();
  await expect(app.moment.caption).toContainText('The path was protected already');

  await app.stage.choose(app.stage.entry('shadow', '004', 's083'));
  await questions.whyNot.getByText('Why is it not writable?').click();
  await expect(questions.whyNot).toContainText(/as the scenario began|shadow_set_l1e/);
  expect(await axeViolations(app.page)).toEqual([]);
});

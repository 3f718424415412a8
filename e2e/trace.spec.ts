import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures';
import { axeViolations } from './support/axe';

const SAMPLE = readFileSync('src/pages/trace/samples/g-two-vcpus.trace', 'utf8');

test('a trace that is dropped on the stage plays on it, and the simulator agrees with it', async ({
  app,
}) => {
  test.slow();
  await app.withoutMotion();
  await app.open();
  await app.drop('mine.trace', SAMPLE);
  const { trace } = app;
  await expect(app.page.getByRole('heading', { name: 'mine.trace' })).toBeVisible();
  expect(new URL(app.page.url()).hash).toBe('#/trace');
  await expect(app.page.getByText('375 events in 387 lines')).toBeVisible();

  await trace.press('next unsync');
  await expect(trace.facts).toContainText('The shadow page of frame 0x015 (L1, wux) goes unsync');
  await expect(trace.facts).toContainText('The guest may have changed table 0x015');
  await expect(
    trace.stage.getByRole('button', { name: /^shadow page table l1 wux s005.*out of sync/ }),
  ).toBeVisible();
  await expect(trace.stage.getByRole('button', { name: /^guest page table PT 0x015/ })).toBeVisible();
  await expect(trace.events.getByRole('button', { name: /^unsync_page/ })).toHaveAttribute(
    'aria-current',
    'step',
  );

  // Lane and keys go through time; a page that is zapped is on the stage for the last time.
  await app.press('Shift+ArrowRight');
  await expect(trace.facts).toContainText('vCPU 1 goes on in the guest');
  await app.press('End');
  await expect(trace.facts).toContainText('is freed');
  await trace.scrubber.press('Home');
  await app.idle();
  await expect(trace.facts.getByRole('heading', { name: 'Line 13' })).toBeVisible();

  await trace.press('Run the simulator beside it');
  await expect(trace.explanation).toContainText('27 operations and 193 events are the same');
  expect(await axeViolations(app.page)).toEqual([]);

  // What is open stays while the person is elsewhere.
  await app.page.goBack();
  await app.idle();
  await app.page.goForward();
  await app.idle();
  await expect(app.page.getByRole('heading', { name: 'mine.trace' })).toBeVisible();
});

test('the first line that differs from the simulator is found; what is no line of a trace is told', async ({
  app,
}) => {
  await app.withoutMotion();
  const { trace } = app;
  await trace.open();
  const changed = SAMPLE.replace(/(set_spte: gfn 803 spte \w+)a25 \(r-xu\)/, '$1a27 (rwxu)');
  await app.drop('changed.trace', `${changed}not a line\n   vmm-211     [000] .....     3.79`);
  await app.page.getByText('2 things to know about this file').click();
  await expect(app.page.getByText(/1 line is no line of a trace/)).toContainText('not a line');
  await expect(app.page.getByText(/ends in the middle of line 389/)).toBeVisible();
  await trace.press('Run the simulator beside it');
  await expect(trace.explanation).toContainText('kernel set_spte gfn=0x803 rights=rwxu');
  await expect(trace.explanation).toContainText('simulator set_spte gfn=0x803 rights=r-xu');
  await expect(trace.facts.getByRole('heading', { name: 'Line 101' })).toBeVisible();
});

test('a file that is no trace is refused in words, with how to record one; a sample opens by its address', async ({
  app,
}) => {
  await app.withoutMotion();
  const { trace } = app;
  await trace.open();
  await app.drop('poem.txt', 'Tyger Tyger, burning bright,\nIn the forests of the night;\n');
  await expect(trace.refusal).toContainText('None of the 2 lines of poem.txt could be read');
  await expect(trace.refusal).toContainText('cat trace > guest.trace');
  expect(await axeViolations(app.page)).toEqual([]);
  await app.open('#/trace/invlpg');
  await expect(app.page.getByRole('heading', { name: 'invlpg.trace' })).toBeVisible();
});

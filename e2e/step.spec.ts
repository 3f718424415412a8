import { expect, test } from './fixtures';

interface Seen {
  readonly step: number;
  readonly caption: string;
  readonly hash: string;
}

test.describe('stepping', () => {
  test('forward and back by beats shows the same moments in reverse', async ({ app }) => {
    await app.open();
    const look = async (): Promise<Seen> => ({
      step: await app.moment.step(),
      caption: await app.moment.words(),
      hash: await app.hash(),
    });
    const there: Seen[] = [await look()];
    for (let beat = 0; beat < 6; beat++) {
      await app.transport.forward();
      there.push(await look());
    }
    const steps = there.map((seen) => seen.step);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(new Set(there.map((seen) => seen.caption)).size).toBe(there.length);

    const back: Seen[] = [await look()];
    for (let beat = 0; beat < 6; beat++) {
      await app.transport.back();
      back.push(await look());
    }
    expect(back.reverse()).toEqual(there);
  });

  test('single steps open a beat', async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    const beats: number[] = [0];
    while (beats.length < 40) {
      await app.press('ArrowRight');
      beats.push(await app.moment.step());
      if ((beats.at(-1) ?? 0) - (beats.at(-2) ?? 0) > 1) break;
    }
    const from = beats.at(-2) ?? 0;
    const to = beats.at(-1) ?? 0;
    expect(to - from, 'no beat of several steps among the first 40').toBeGreaterThan(1);
    await app.press('ArrowLeft');
    expect(await app.moment.step()).toBe(from);
    for (let step = from + 1; step <= to; step++) {
      await app.press('Shift+ArrowRight');
      expect(await app.moment.step()).toBe(step);
      await expect(app.moment.caption).not.toBeEmpty();
    }
    await app.press('Shift+ArrowLeft');
    expect(await app.moment.step()).toBe(to - 1);
  });

  test('the code that runs follows', async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    const lines = new Set<string>();
    for (let beat = 0; beat < 8; beat++) {
      await app.transport.forward();
      await expect(app.moment.line).toHaveCount(1);
      lines.add((await app.moment.line.textContent()) ?? '');
    }
    expect(lines.size).toBeGreaterThan(2);
  });
});

test.describe('playing', () => {
  test('runs beat after beat until somebody pauses it', async ({ app }) => {
    await app.open();
    await app.transport.button('Play').click();
    await expect(app.transport.button('Pause')).toBeVisible();
    await expect.poll(() => app.moment.step()).toBeGreaterThan(2);
    await app.transport.click('Pause');
    await expect(app.transport.button('Play')).toBeVisible();
    const { step, of } = await app.moment.steps();
    expect(step).toBeLessThan(of);
    await app.transport.back();
    expect(await app.moment.step()).toBeLessThan(step);
  });

  test('goes faster when told', async ({ app }) => {
    await app.open();
    await app.page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '8×' });
    await app.press('Home');
    await app.page.keyboard.press('k');
    await expect.poll(() => app.moment.step()).toBeGreaterThan(10);
    await app.press('k');
    await expect(app.transport.button('Play')).toBeVisible();
  });
});

test.describe('with the keyboard alone', () => {
  test('the run is walked, played and left', async ({ app }) => {
    await app.open();
    await app.press('ArrowRight');
    const first = await app.moment.step();
    expect(first).toBeGreaterThan(0);
    await app.press('ArrowRight');
    await app.press('ArrowLeft');
    expect(await app.moment.step()).toBe(first);
    await app.press('End');
    const { step, of } = await app.moment.steps();
    expect(step).toBe(of);
    await app.press('Home');
    expect(await app.moment.step()).toBe(0);
    await app.page.keyboard.press(' ');
    await expect.poll(() => app.moment.step()).toBeGreaterThan(0);
    await app.press(' ');
    await expect(app.transport.button('Play')).toBeVisible();
  });

  test('? lists the keys, and Escape goes back', async ({ app }) => {
    await app.open();
    await app.press('?');
    const help = app.page.getByRole('dialog', { name: 'Keys and help' });
    await expect(help).toBeVisible();
    await expect(help.getByText('Single step forward')).toBeVisible();
    await app.press('Escape');
    await expect(help).toBeHidden();
  });

  test('any command is found by its name', async ({ app }) => {
    await app.open();
    await app.palette.run('Next page fault');
    expect(await app.moment.step()).toBeGreaterThan(0);
    await app.palette.goToStep(3);
    expect(await app.moment.step()).toBe(3);
  });

  test('Tab reaches everything, and shows where it is', async ({ app }) => {
    await app.open();
    await app.transport.toEnd();
    const problems = await app.page.evaluate(async () => {
      const wanted = [
        ...document.querySelectorAll<HTMLElement>('button, select, input, summary, [tabindex="0"]'),
      ].filter(
        (element) => element.checkVisibility() && element.tabIndex >= 0 && !element.matches(':disabled'),
      );
      (window as unknown as { wanted: Element[] }).wanted = wanted;
      return wanted.length;
    });
    expect(problems).toBeGreaterThan(10);

    await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const unseen: string[] = [];
    for (let stop = 0; stop < problems + 10; stop++) {
      await app.page.keyboard.press('Tab');
      const state = await app.page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return 'left';
        const list = (window as unknown as { wanted: Element[] }).wanted;
        const at = list.indexOf(element);
        if (at >= 0) list.splice(at, 1);
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        const ringed = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
        // An SVG group may be ringed through a part of it.
        const part = [...element.querySelectorAll('*')].some((child) => {
          const style = getComputedStyle(child);
          return style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
        });
        const stroked = element instanceof SVGElement;
        return ringed || part || stroked ? 'seen' : `unseen: ${element.outerHTML.slice(0, 120)}`;
      });
      if (state.startsWith('unseen')) unseen.push(state);
    }
    expect(unseen).toEqual([]);
    const missed = await app.page.evaluate(() =>
      (window as unknown as { wanted: Element[] }).wanted.map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(missed).toEqual([]);
  });
});

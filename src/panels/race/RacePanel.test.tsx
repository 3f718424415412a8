// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { defined } from '../../base';
import type { Outcome, ProtectionRow } from '../../checker';
import { onStage, racingOf } from '../../session/racing/page';
import { verdictText } from '../../session/racing/words';
import { testSession } from '../../testing/testSession';
import RacePanel from './RacePanel.lazy';

afterEach(cleanup);

async function looking(library: 'stale-walk' | 'stale-walk-believed' | 'vmi-queue') {
  const made = testSession({ library });
  render(<RacePanel controls={made.controls} />);
  await userEvent.click(screen.getByRole('button', { name: 'Look for a race' }));
  /** Works until something is on the screen. A whole table takes seconds. */
  const until = (there: () => unknown): void => {
    for (let slices = 0; !there(); slices++) {
      if (slices > 2000) throw new Error('it never came');
      act(() => made.explorer.run(16));
    }
  };
  return { ...made, until };
}

const rowNamed = (name: RegExp): HTMLElement => screen.getByRole('button', { name });
const banner = (): HTMLElement | null => screen.queryByRole('heading', { name: /^Broken|^Everything/ });

describe('the race finder', () => {
  it('says what there is to do before anything has been explored', () => {
    render(<RacePanel controls={testSession({ library: 'stale-walk' }).controls} />);
    expect(screen.getByText(/Nothing has been explored yet/)).toBeTruthy();
  });

  it('begins with a race of the library: it goes on stage and is explored', async () => {
    const { controls, session, explorer } = testSession({ shelf: ['stale-walk-believed'] });
    render(<RacePanel controls={controls} />);
    await userEvent.click(
      screen.getByRole('button', { name: /^A walk that is believed too long.*Breaks I1$/ }),
    );
    expect(session.state.library).toBe('stale-walk-believed');
    for (let slices = 0; !banner() && slices < 2000; slices++) act(() => explorer.run(16));
    expect(banner()?.textContent).toMatch(/^Broken: entry 005 of s206 maps 0x100/);
  });

  it('says how far it has come, and can be cancelled', async () => {
    const { until, explorer } = await looking('stale-walk');
    until(() => screen.queryByText('States per second'));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    act(() => explorer.run());
    expect(screen.getByRole('button', { name: 'Look again' })).toBeTruthy();
  });

  it('gives the verdict, then what each protection is for, each with its counterexample', async () => {
    const { until, session } = await looking('stale-walk');
    until(banner);
    expect(banner()?.textContent).toBe('Everything holds, in every order');
    expect(screen.getByText('What must always hold')).toBeTruthy();
    expect(rowNamed(/^none removed/).getAttribute('aria-pressed')).toBe('true');
    until(() => screen.queryByRole('button', { name: /^Re-check of the walk \d+ steps$/ }));

    await userEvent.click(rowNamed(/^Re-check of the walk \d+ steps$/));
    expect(banner()?.textContent).toMatch(/^Broken: entry 005 of s206 maps 0x100/);
    const lanes = screen.getByRole('region', { name: 'Counterexample' });
    const heads = within(lanes).getAllByRole('columnheader');
    expect(heads.map((head) => head.textContent?.split(' load')[0]?.split(' store 0x')[0])).toEqual([
      'vCPU 0',
      'vCPU 1',
      'Memory, as all vCPUs see it',
      '0x030[005]',
      's206[005]',
      'version',
      'shadow lock',
    ]);
    const marked = within(lanes).getByText('The last choice that could have avoided it');
    // Of several schedules equally short, which one is found is the checker's business; all of them part at one of these two.
    expect(marked.parentElement?.textContent).toMatch(
      /reads entry 005 of the guest|marks entry 030 of the shadow/,
    );
    expect(screen.getByRole('region', { name: 'The nearest schedule that is safe' })).toBeTruthy();
    // With the re-check the walk would have been made anew: the beat that holds that step is marked.
    const row = racingOf(session).state.rows.find(({ removed }) => removed?.name === 'recheck');
    const begins = within(lanes)
      .getAllByRole('button', { name: /^Steer by hand from before step/ })
      .map((steer) => Number(/\d+$/.exec(steer.getAttribute('aria-label') ?? '')?.[0]) - 1);
    const holding = begins.findLastIndex((from) => from <= (row?.missed ?? -1));
    const missed = within(lanes).getByText('Here what was removed is missed');
    const steer = within(defined(missed.parentElement, 'a beat')).getByRole('button');
    expect(steer.getAttribute('aria-label')).toBe(`Steer by hand from before step ${begins[holding] + 1}`);

    // A guest that invalidates translations has no counterpart in a litmus test, and that is said.
    await userEvent.click(screen.getByRole('button', { name: 'Export as litmus test' }));
    expect(screen.getByText(/^Not exported\. .*`invlpg 0x40_5000` has no counterpart/)).toBeTruthy();

    await userEvent.click(screen.getByRole('button', { name: 'Open on stage' }));
    expect(session.state.page).toBe(undefined);
    expect(session.run?.violations[0]?.violation.invariant).toBe('I1');
  });

  it('names the smallest safe sets, and what they do without though its removal alone breaks something', async () => {
    const { until } = await looking('vmi-queue');
    until(() => screen.queryByText(/^None is needed/));
    expect(rowNamed(/^Flush before unlock \d+ steps$/)).toBeTruthy();
    expect(screen.getByText(/^6 more change nothing in this scenario/)).toBeTruthy();
    expect(screen.getByText(/Without Flush before unlock alone it does break/)).toBeTruthy();
  });

  it('copies a link to the race, and says so when another scenario has come on stage since', async () => {
    const { until, copied, controls } = await looking('stale-walk-believed');
    until(banner);
    await userEvent.click(screen.getByRole('button', { name: 'Copy link to this race' }));
    expect(copied).toHaveLength(1);
    expect(copied[0]).toMatch(/^https:\/\/example\.org\/shadowscope\/#\/\d+\//);
    expect(await screen.findByText('Copied.')).toBeTruthy();
    expect(screen.queryByText(/Look again to explore what is there now/)).toBeNull();
    act(() => {
      controls.execute('switch:prefetch');
    });
    expect(screen.getByText(/Look again to explore what is there now/)).toBeTruthy();
  });

  it('looks for livelocks, too, where that is asked for, and tells one from being stuck', async () => {
    const { controls, session, explorer } = testSession({ library: 'stale-walk' });
    render(<RacePanel controls={controls} />);
    await userEvent.click(screen.getByRole('switch', { name: /Look for livelocks, too/, hidden: true }));
    await userEvent.click(screen.getByRole('button', { name: 'Look for a race' }));
    const racing = racingOf(session);
    expect(racing.state.job?.options.livelocks).toBe(true);
    racing.cancel();
    act(() => explorer.run());

    const covered = { states: 9, transitions: 9, depth: 4, bytes: 0, violations: 0, deadlocks: 0 };
    const schedule = [{ actor: 0 }];
    const actors = ['vCPU 0'];
    const row = (outcome: Outcome): ProtectionRow => ({
      removed: undefined,
      result: {
        outcome,
        states: 9,
        counterexample: {
          ...{ violation: undefined, stuck: actors, schedule, switches: 0, shortest: false },
          avoidable: undefined,
        },
      },
    });
    const stage = defined(onStage(session), 'something on stage');
    const words = [
      row({ kind: 'livelock', actors, schedule, cycle: schedule, covered }),
      row({ kind: 'deadlock', actors, schedule, covered }),
    ].map((which) => verdictText(which, stage).headline);
    expect(words).toEqual(['Livelock: from here on no order comes to an end.', 'Stuck: nobody can go on.']);
  });

  it('saves programs that only read and write memory for other tools', async () => {
    const made = testSession({
      text: `scenario "Store buffering"
design native
paging x86-64, 128 frames
store-buffers 2
map 0x40_0000 -> 0x040 rw user
vcpu 0
  store 0x40_0000 = 1
  load 0x40_0008
vcpu 1
  store 0x40_0008 = 1
  load 0x40_0000
`,
    });
    render(<RacePanel controls={made.controls} />);
    await userEvent.click(screen.getByRole('button', { name: 'Look for a race' }));
    act(() => made.explorer.run());
    expect(banner()?.textContent).toBe('Everything holds, in every order');
    await userEvent.click(screen.getByRole('button', { name: 'Export as litmus test' }));
    await userEvent.click(screen.getByRole('button', { name: 'Export as Promela' }));
    expect(made.files.map(({ name }) => name)).toEqual(['Store-buffering.litmus', 'Store-buffering.pml']);
    expect(made.files[0]?.text).toMatch(/^X86 Store-buffering\n/);
    expect(made.files[1]?.text).toContain('active proctype P1()');
  });
});

import { describe, expect, it } from 'vitest';
import { LabRun, resultOf, usualConfig } from '../../lab';
import { perform } from './perform';
import type { FromLab, ToLab } from './protocol';
import { askMprotect, type LabWorker, startLab } from './start';

/** A worker in this thread: what it is sent is done at once, with a clock of its own. */
class Here implements LabWorker {
  onmessage: LabWorker['onmessage'] = null;
  onerror: LabWorker['onerror'] = null;
  terminated = false;
  private time = 0;

  postMessage(asked: ToLab): void {
    const tell = (data: FromLab) => this.onmessage?.({ data } as MessageEvent<FromLab>);
    perform(asked, () => (this.time += 150), tell);
  }

  terminate(): void {
    this.terminated = true;
  }
}

describe('a run in a worker', () => {
  it('tells how far it has come and ends with what the run counts; the same run again is known', () => {
    const config = { ...usualConfig('switch', 'nested'), accesses: 60_000, seed: 77 };
    const worker = new Here();
    const seen: number[] = [];
    const done: unknown[] = [];
    const to = {
      progress: ({ accesses }: { accesses: number }) => seen.push(accesses),
      done: (result: unknown) => done.push(result),
      failed: (why: string) => done.push(why),
    };
    startLab(config, to, () => worker);
    const run = new LabRun(config);
    while (!run.advance(config.accesses));
    expect(seen.length).toBeGreaterThan(1);
    expect(done).toEqual([resultOf(run)]);
    expect(worker.terminated).toBe(true);
    startLab(config, to, () => {
      throw new Error('nobody is asked again');
    });
    expect(done).toHaveLength(2);
  });

  it('says why it cannot be done', () => {
    const config = usualConfig('fork', 'xen');
    const said: string[] = [];
    const to = { done: () => said.push('done'), failed: (why: string) => said.push(why) };
    startLab({ ...config, frames: 512, values: { ...config.values, data: 1024 } }, to, () => new Here());
    expect(said).toEqual([expect.stringContaining('Give it more memory')]);
  });

  it('tells what one mprotect counts in every scheme', () => {
    const said: unknown[] = [];
    const failed = (why: string) => said.push(why);
    askMprotect(
      1,
      (prices) => said.push(...prices),
      failed,
      () => new Here(),
    );
    expect(said).toContainEqual(
      expect.objectContaining({ scheme: 'trap', price: expect.objectContaining({ traps: 2 }) }),
    );
  });

  it('tells nothing more once it is given up', () => {
    const worker = new Here();
    const said: string[] = [];
    const late: ToLab[] = [];
    worker.postMessage = (message) => late.push(message);
    const end = startLab(
      { ...usualConfig(), seed: 5 },
      { done: () => said.push('done'), failed: () => said.push('failed') },
      () => worker,
    );
    end();
    expect(worker.terminated).toBe(true);
    expect(worker.onmessage).toBeNull();
    expect(late).toHaveLength(1);
    expect(said).toEqual([]);
  });
});

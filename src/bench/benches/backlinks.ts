import { type Bench, type Measure, wholeArg } from '../bench';
import { fullPool } from '../peers/xiPool';

/** Leaf shadows of a full 5 % pool of a 1 GiB domain (sheet 7), and sizes below. */
const SIZES = [100, 512, 1024, 3276] as const;

interface Cost {
  readonly reads: number;
  readonly seconds: number;
}

/** Reads and time of write-protecting one page, in a pool of so many leaf shadows. */
function promotion(shadows: number, mappings: number, chain: boolean): Cost {
  const { world, hypervisor } = fullPool(shadows, mappings);
  // Filling the pool asks once for each shadow: only the question that is measured is asked in this way.
  hypervisor.setSwitch('chain-walk', chain);
  world.events.recording = false;
  const start = performance.now();
  while (world.enabled(0)) world.step(0);
  const seconds = (performance.now() - start) / 1000;
  const { counters } = world;
  return { reads: counters.value('linear_reads') + counters.value('chain_visits'), seconds };
}

/** Sheet 7 and 8: a walk along the chain against a search of all leaf shadows, as reads and as time of this simulator. */
export const backlinks: Bench = {
  name: 'backlinks',
  about:
    'XI: write-protecting a page by its chain of backlinks and by a linear search, up to a full pool for 1 GiB',
  async run(args) {
    const mappings = wholeArg(args, 'mappings', 3);
    const most = wholeArg(args, 'shadows', SIZES[3]);
    const out: Measure[] = [{ name: 'mappings', value: mappings, unit: '' }];
    for (const shadows of SIZES.filter((size) => size <= most)) {
      const chain = promotion(shadows, mappings, true);
      const linear = promotion(shadows, mappings, false);
      out.push(
        { name: `chainReads${shadows}`, value: chain.reads, unit: '', target: `${mappings}: k` },
        {
          name: `linearReads${shadows}`,
          value: linear.reads,
          unit: '',
          target: `≥ ${512 * shadows}: 512 × S`,
        },
        { name: `chainMilliseconds${shadows}`, value: chain.seconds * 1000, unit: 'ms' },
        { name: `linearMilliseconds${shadows}`, value: linear.seconds * 1000, unit: 'ms' },
      );
    }
    return out;
  },
};

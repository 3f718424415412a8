import { buildWorld } from '../engine';
import { countedIn, type Price } from '../hypervisor/paravirt/costs';
import { SCHEMES } from '../hypervisor/paravirt/schemes';
import type { LoggedEvent } from '../kernel';
import { resolve } from '../scenario';

/** What one mprotect of so many pages has counted in a scheme. */
export interface SchemePrice {
  readonly scheme: string;
  readonly says: string;
  readonly price: Price;
}

const MOST_STEPS = 2_000_000;

/** One mprotect of mapped pages in each scheme that changes live entries, run step by step and counted. */
export function mprotectPrices(pages: number): readonly SchemePrice[] {
  return SCHEMES.map(({ name, says }) => ({ scheme: name, says, price: countedIn(eventsOf(name, pages)) }));
}

function eventsOf(scheme: string, pages: number): readonly LoggedEvent[] {
  const resolved = resolve(
    [
      'scenario "One mprotect"',
      'design paravirt',
      `profile ${scheme}`,
      'paging x86-64, 2048 frames',
      'root 0x010',
      'tables from 0x011',
      `map 0x40_0000 -> 0x400 rwx user a count ${pages}`,
      'direct 0xffff_8100_0000_0000 frames 512',
      'prologue vcpu 0',
      // Where there is a shadow, it is filled in.
      `  load 0x40_0000 count ${pages}`,
      '  load 0xffff_8100_0001_3000 kernel',
      'vcpu 0',
      `  call mprotect 0x40_0000 ${pages} 3`,
    ].join('\n'),
  );
  if (resolved.kind === 'error') throw new Error(resolved.error.map(({ says }) => says).join(' '));
  const { spec, design } = resolved.value;
  const { world } = buildWorld(spec, design);
  for (let steps = 0; world.enabled(0); steps++) {
    if (steps > MOST_STEPS)
      throw new Error(`mprotect under ${scheme} has not ended within ${MOST_STEPS} steps.`);
    world.step(0);
  }
  return world.events.read(0, world.events.mark, 0);
}

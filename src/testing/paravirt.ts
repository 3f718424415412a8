import { buildWorld, type Run, recordRun } from '../engine';
import type { LoggedEvent, World } from '../kernel';
import { resolvedText } from './library';

export interface PvScenario {
  readonly scheme: string;
  /** `without page-table-lock`, or nothing. */
  readonly switches?: string;
  readonly paging?: 'x86-64' | 'pae' | '32-bit';
  /** Lines such as `map 0x40_0000 -> 0x100 rwx user a d`. */
  readonly memory: string;
  /** Blocks and operations. */
  readonly program: string;
  readonly vcpus?: number;
  readonly knobs?: string;
}

/** The text of a scenario of paravirtual updates: one process whose level-1 tables the kernel reaches by its direct map. */
export function pvText(s: PvScenario): string {
  const wide = (s.paging ?? 'x86-64') === 'x86-64';
  return [
    'scenario "Test"',
    `design paravirt ${s.switches ?? ''}`,
    `profile ${s.scheme}`,
    s.knobs ?? '',
    `paging ${s.paging ?? 'x86-64'}, 2048 frames`,
    `vcpus ${s.vcpus ?? 1}`,
    'root 0x010',
    'table l1 0x013 at 0x40_0000',
    s.memory,
    `direct ${wide ? '0xffff_8100_0000_0000' : '0xc000_0000'} frames 128 tables 0x061`,
    s.program,
  ].join('\n');
}

export function pvRun(s: PvScenario): Run {
  const { spec, design } = resolvedText(pvText(s));
  return recordRun(spec, design);
}

/** The world at its first state. */
export function pvWorld(s: PvScenario): World {
  const { spec, design } = resolvedText(pvText(s));
  return buildWorld(spec, design).world;
}

/** The events alone, of vCPU 0 running to its end: no record, and no invariant asked. */
export function pvEvents(s: PvScenario): LoggedEvent[] {
  const world = pvWorld(s);
  while (world.tryStep(0));
  return world.events.read(0, world.events.mark, 0);
}

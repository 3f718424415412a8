import type { Run } from '../engine';

export interface OosSlot {
  readonly slot: number;
  /** Guest frame in it; -1 when empty. */
  readonly frame: number;
  /** The frame is in the slot it belongs to by its number. */
  readonly home: boolean;
  /** Something was put into or taken out of it in this beat. */
  readonly changed: boolean;
}

export interface OosRow {
  readonly vcpu: number;
  readonly name: string;
  readonly slots: readonly OosSlot[];
}

/**
 * The out-of-sync table of each vCPU at a cursor, as the design describes it; undefined for a design without one.
 * `from` is where the beat on stage began.
 */
export function oosAt(run: Run, cursor: number, from: number): readonly OosRow[] | undefined {
  const { describe } = run.built.hypervisor;
  if (!('oos' in describe.states)) return undefined;
  const read = (at: number) =>
    run.peek(at, () => run.built.machine.regs.map((_, vcpu) => describe.state('oos', [vcpu]) ?? []));
  const before = from === cursor ? undefined : read(from);
  return read(cursor).map((slots, vcpu) => ({
    vcpu,
    name: run.world.actors[vcpu]?.name ?? `vCPU ${vcpu}`,
    slots: slots.map((frame, slot) => ({
      slot,
      frame,
      home: frame >= 0 && frame % slots.length === slot,
      changed: before !== undefined && before[vcpu]?.[slot] !== frame,
    })),
  }));
}

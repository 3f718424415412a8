import { frameName } from '../../../base';
import { isLeaf } from '../../../machine';
import { dataFrame } from '../entity';
import type { FrameModel, TableModel, Wrong } from '../model';
import type { DesignFacts } from '../sources/source';
import type { Cast } from './cast';
import { forEntries, type GuestTable, leafTarget } from './guestTables';
import type { Moment } from './moment';
import type { Walk } from './walks';

export interface FramesInput {
  readonly moment: Moment;
  readonly guests: readonly GuestTable[];
  readonly tables: readonly TableModel[];
  readonly facts: DesignFacts;
  readonly cast: Cast;
  readonly walk: Walk | undefined;
  readonly touched: { readonly read: ReadonlySet<number>; readonly written: ReadonlySet<number> };
  readonly wrong: ReadonlyMap<string, Wrong>;
}

/**
 * The memory column: frames that the guest's own mappings lead to, data first, then page tables that the guest may or may
 * not write. What only the kernel's direct map reaches is shown if the run uses it.
 */
export function framesOf(input: FramesInput): FrameModel[] {
  const { moment, guests, facts, cast, walk, touched, wrong } = input;
  const { machine, mode } = moment;
  const isTable = new Set(guests.map((g) => g.frame));
  const wanted = new Set<number>();
  for (const g of guests) {
    if (g.direct) continue;
    forEntries(moment, g.frame, g.level, (_index, hi, lo) => {
      if (!isLeaf(mode, g.level, lo, machine.vcpu(0).get('cr4'))) return;
      wanted.add(leafTarget(moment, g.level, hi, lo));
    });
  }
  for (const frame of cast.frames) wanted.add(frame);
  if (walk !== undefined && walk.frame >= 0) wanted.add(walk.frame);
  for (const g of guests)
    if (g.level === 1 && !g.direct && facts.access(g.frame) !== 'none') wanted.add(g.frame);
  // What the hypervisor keeps for itself stands below, or nowhere: a store to a shadow that waits in a buffer is no device.
  const own = machine.config.machineFrames - moment.run.built.spec.options.poolFrames;
  const frames = [...wanted].filter((f) => f >= 0 && f < own);
  const device = (f: number): boolean => f >= machine.config.guestFrames;
  frames.sort((a, b) => Number(isTable.has(a)) - Number(isTable.has(b)) || a - b);
  const weights = weightsOf(input);
  return frames.map((frame, order): FrameModel => {
    const id = dataFrame(frame);
    const table = isTable.has(frame);
    return {
      id,
      frame,
      frameName: frameName(frame),
      role: table
        ? 'page table'
        : (facts.role?.(frame) ?? (device(frame) ? 'outside' : contents(moment, frame))),
      access: table ? facts.access(frame) : 'none',
      state: wrong.has(id)
        ? 'wrong'
        : touched.written.has(frame)
          ? 'changed'
          : touched.read.has(frame)
            ? 'reading'
            : walk?.frame === frame
              ? 'touched'
              : 'idle',
      weight: weights.get(frame) ?? 0,
      order,
    };
  });
}

/** Words that programs have names for, with what memory itself holds; else that it is data. */
function contents({ machine }: Moment, frame: number): string {
  const words = machine.words.filter(({ gfn }) => machine.gfnToMfn(gfn) === frame);
  const said = words.map(({ name, offset }) => `${name} = ${machine.memory.read32(frame, offset >>> 2)}`);
  return said.join(', ') || 'data';
}

/** What points at a frame decides how much it matters: the walk, an entry with something to say, a table that drifts. */
function weightsOf({ moment, tables, facts, touched, walk }: FramesInput): Map<number, number> {
  const weights = new Map<number, number>();
  const raise = (frame: number, to: number): void => {
    weights.set(frame, Math.max(to, weights.get(frame) ?? 0));
  };
  for (const frame of touched.read) raise(frame, 4);
  for (const frame of touched.written) raise(frame, 5);
  if (walk !== undefined) raise(walk.frame, 4);
  for (const table of tables) {
    if (table.side !== 'guest' || table.scenery || !table.hot) continue;
    forEntries(moment, table.frame, table.level, (index, hi, lo) => {
      if (!isLeaf(moment.mode, table.level, lo, moment.machine.vcpu(0).get('cr4'))) return;
      const note = table.notes.get(index);
      const to = note === undefined ? (table.cast.has(index) ? 1.5 : 1) : 3;
      raise(leafTarget(moment, table.level, hi, lo), to);
    });
  }
  for (const frame of facts.outOfSync) raise(frame, 2);
  return weights;
}

import { frameName } from '../../base';
import type { Run } from '../../engine';
import { parseEntity } from '../../hypervisor/entity';
import type { LoggedEvent } from '../../kernel';
import { type Halves, sayIndex } from '../../machine';

/** 64-bit entries of a frame. */
const ENTRIES = 512;

/**
 * An entry's name in an answer, whatever table it lies in: `entry 0x02e[007]`. By machine frame and index in that very frame, which
 * has 1,024 entries where they have 32 bits.
 */
export const entryId = (frame: number, index: number): string =>
  `entry ${frameName(frame)}[${sayIndex(index)}]`;

/** The answer that pointing at something on the stage gives: the entry; undefined for what is none. */
export function answerOf(entity: string): string | undefined {
  const named = parseEntity(entity);
  if (named === undefined || named.index < 0 || named.kind === 'fixup' || named.kind === 'frame')
    return undefined;
  // A shadow of several pages is one table on the stage, its entries counted through; the walk reads one of its pages.
  return named.kind === 'shadow'
    ? entryId(named.frame + Math.floor(named.index / ENTRIES), named.index % ENTRIES)
    : entryId(named.frame, named.index);
}

/** The entries of the table that a walk reads from, as indices in its frame: [first, last]. */
export interface TableSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * How far the table reaches that an entry was read from (a `WalkedLevel`), at the moment of that step: by the mode of who walks. The
 * four top entries of PAE lie anywhere in their page.
 */
export function tableSpan(run: Run, read: LoggedEvent): TableSpan {
  const { machine } = run.built;
  const [v, level, index] = [Number(read.vcpu), Number(read.level), Number(read.index)];
  const mode = run.peek(read.step, () =>
    Number(read.walker) === 0 && machine.exits.walk === undefined ? machine.hwMode(v) : machine.guestMode(v),
  );
  const mask = mode.indexMask[level] ?? ENTRIES - 1;
  const first = mode.name === 'pae' && level === 3 ? index - (index & mask) : 0;
  return { first, last: first + mask };
}

/** `entry 007 of the shadow L1 table s087` */
export const sayEntryOf = (run: Run, level: number, frame: number, index: number): string =>
  `entry ${sayIndex(index)} of ${run.built.machine.nameTable(frame, level)}`;

/** Entries of a guest's page table: twice as many where they have half the size. */
export const guestEntries = (run: Run): number => (narrow(run) ? 2 : 1) * ENTRIES;

const narrow = (run: Run): boolean => run.built.spec.paging === '32-bit';

/** An entry of a guest's table at a cursor, in the guest's own size: halves, the high one 0 where there is none. */
export const guestEntryAt = (run: Run, cursor: number, frame: number, index: number): Halves =>
  narrow(run)
    ? run.peek(cursor, () => ({ hi: 0, lo: run.built.machine.memory.read32(frame, index) }))
    : entryAt(run, cursor, frame, index);

/** A 64-bit entry of a frame at a cursor: halves. */
export const entryAt = (run: Run, cursor: number, frame: number, index: number): Halves =>
  run.peek(cursor, () => {
    const { memory } = run.built.machine;
    return { hi: memory.hi(frame, index), lo: memory.lo(frame, index) };
  });

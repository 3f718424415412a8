import { frameName } from '../../base';
import type { Run } from '../../engine';
import { parseEntity } from '../../hypervisor/entity';
import { type Halves, sayIndex } from '../../machine';

/** 64-bit entries of a frame. */
const ENTRIES = 512;

/** An entry's name in an answer, whatever table it lies in: `entry 0x02e[007]`. By machine frame and index in it. */
export const entryId = (frame: number, index: number): string =>
  `entry ${frameName(frame + Math.floor(index / ENTRIES))}[${sayIndex(index % ENTRIES)}]`;

/** The answer that pointing at something on the stage gives: the entry; undefined for what is none. */
export function answerOf(entity: string): string | undefined {
  const named = parseEntity(entity);
  if (named === undefined || named.index < 0 || named.kind === 'fixup' || named.kind === 'frame')
    return undefined;
  return entryId(named.frame, named.index);
}

/** `entry 007 of the shadow L1 table s087` */
export const sayEntryOf = (run: Run, level: number, frame: number, index: number): string =>
  `entry ${sayIndex(index)} of ${run.built.machine.nameTable(frame, level)}`;

/** A 64-bit entry of a frame at a cursor: halves. */
export const entryAt = (run: Run, cursor: number, frame: number, index: number): Halves =>
  run.peek(cursor, () => {
    const { memory } = run.built.machine;
    return { hi: memory.hi(frame, index), lo: memory.lo(frame, index) };
  });

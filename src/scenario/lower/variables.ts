import type { NamedWord } from '../../machine';
import type { ScenarioText, StatementOf } from '../ast';
import { NO_VARIABLE } from '../syntax/proposition';
import { addressOf } from './address';
import type { Findings } from './findings';
import type { MemoryImage } from './image';
import type { Setup } from './setup';
import type { GuestTables } from './tables';

/** The words a text has names for, and what they hold at the start. An address is looked up as the first address space maps it. */
export function variablesOf(
  ast: ScenarioText,
  setup: Setup,
  tables: GuestTables,
  image: MemoryImage,
  root: number,
  f: Findings,
): NamedWord[] {
  const words: NamedWord[] = [];
  for (const item of ast.items) {
    if (item.kind !== 'variable') continue;
    const name = item.name.text;
    if (NO_VARIABLE.has(name))
      f.error(item.name, `\`${name}\` means something else here. Expected another name.`);
    if (words.some((word) => word.name === name))
      f.error(item.name, `There is a variable \`${name}\` already. Expected another name.`);
    const va = addressOf(setup.mode, item.va, f);
    const gfn = setup.pages ? tables.frameOf(root, va) : va.lo >>> 12;
    const offset = va.lo & 0xfff;
    if (offset % 4 !== 0)
      f.error(
        item.va,
        'A variable begins at a multiple of 4: it is one word of 32 bits. Expected such an address.',
      );
    else if (gfn === undefined || gfn >= setup.machine.guestFrames) f.error(item.va, noMemory(setup));
    else {
      words.push({ name, va, gfn, offset });
      image.setHalf(gfn, offset >>> 2, initial(item, f));
    }
  }
  return words;
}

const noMemory = ({ pages, machine }: Setup): string =>
  pages
    ? 'No page of memory is mapped there. Expected a line such as `map 0x40_0000 -> 0x040 rw user` for it, in the first address space.'
    : `The guest has ${machine.guestFrames} frames, and that address lies beyond them. Expected one below 0x${(machine.guestFrames * 4096).toString(16)}.`;

const initial = ({ value }: StatementOf<'variable'>, f: Findings): number =>
  value === undefined ? 0 : f.number('A value of 4 bytes', value, -(2 ** 31), 2 ** 32 - 1) | 0;

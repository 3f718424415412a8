import { formsOf } from '../syntax/form';
import { address, count, frame, name, oneOf, value } from '../syntax/leaf';
import { entryValue, place } from '../syntax/operand';
import { field, lit, many, optional, options } from '../syntax/part';
import { rights } from '../syntax/rights';

const form = formsOf('memory');
const size = oneOf('4k', '2m', '4m', '1g');

/** Memory before the first step: the guest's tables and data. */
export const MEMORY_FORMS = [
  form(
    'root',
    'root',
    {
      says: "Frame of the first address space's top-level table (0x010 if not said): what CR3 holds at the start.",
      examples: ['root 0x010'],
    },
    field('frame', frame),
  ),
  form(
    'space',
    'space',
    {
      says: "A further address space (a process), with its root. Mappings from here on belong to it, until the next `space`. It shares the first space's kernel half, as processes do.",
      examples: ['space T1 0x018'],
    },
    field('name', name('a name for the address space', 'NAME')),
    field('frame', frame),
  ),
  form(
    'tables',
    'tables',
    {
      says: 'From which frame upwards tables that nobody named are taken; without this line, from the one after the root. Frames named anywhere in the text are passed over.',
      examples: ['tables from 0x011'],
    },
    lit('from'),
    field('frame', frame),
  ),
  form(
    'table',
    'table',
    {
      says: 'Says which frame holds the table of a level for an address; the tables above it are made as needed. Without an address the table is linked nowhere yet.',
      examples: [
        'table l1 0x02e at 0x7f80_8820_0000',
        'table l1 0x031',
        'table l1 0x030 at 0x40_0000 named P',
      ],
    },
    field('level', oneOf('l1', 'l2', 'l3', 'l4')),
    field('frame', frame),
    options(
      optional(lit('at'), field('va', address)),
      optional(lit('named'), field('name', name('a name for the table', 'NAME'))),
    ),
  ),
  form(
    'map',
    'map',
    {
      says: 'Maps pages, as a guest kernel has done before we look: an address to a frame, `count` pages on, frames going up by `step` (1 if not said; 0 maps all to one frame). Accessed and dirty are set in the leaf only when written; tables above are accessed, writable and executable.',
      examples: [
        'map 0x7f80_8800_3000 -> 0x040 rw user',
        'map 0x40_0000 -> 0x200 rw user a d 2m',
        'map 0x40_0000 -> 0x050 r user count 8',
      ],
    },
    field('va', address),
    lit('->'),
    field('frame', frame),
    field('rights', rights),
    options(
      field('size', size),
      optional(lit('count'), field('count', count)),
      optional(lit('step'), field('step', count)),
    ),
  ),
  form(
    'alias',
    'alias',
    {
      says: 'Like `map`, for a frame that is mapped elsewhere as well.',
      examples: ['alias 0x50_0000 -> 0x030 rw'],
    },
    field('va', address),
    lit('->'),
    field('frame', frame),
    field('rights', rights),
    options(optional(lit('count'), field('count', count))),
  ),
  form(
    'direct',
    'direct',
    {
      says: "The kernel's direct map: guest frame N is seen at ADDRESS + N * 4096, rw for the kernel, accessed and dirty, as Linux has it. Stores to table entries go through it. `tables` name its level-1 tables, in order.",
      examples: [
        'direct 0xffff_8100_0000_0000',
        'direct 0xffff_8100_0000_0000 tables 0x061',
        'direct 0xc000_0000 frames 64',
      ],
    },
    field('va', address),
    options(
      optional(lit('frames'), field('frames', count)),
      optional(lit('tables'), many('tables', frame, 1)),
    ),
  ),
  form(
    'entry',
    'entry',
    {
      says: 'What an entry of a table holds at the start, whatever the tables say otherwise. A range sets each; `..` after the frame counts up with it.',
      examples: [
        'entry 0x030[7] = 0x101 rw user a d',
        'entry 0x030[0..511] = 0x100.. rw user',
        'entry 0x030[8] = 0',
        'entry 0x030[9] = word 0x5555',
      ],
    },
    field('place', place),
    lit('='),
    field('value', entryValue),
  ),
  form(
    'word',
    'word',
    {
      says: 'A 64-bit word of memory at the start; the index counts words of 8 bytes.',
      examples: ['word 0x040[0] = 1234'],
    },
    field('place', place),
    lit('='),
    field('value', value),
  ),
  form(
    'variable',
    'variable',
    {
      says: 'Gives 32 bits of memory a name, which operations and questions can use; with `=`, what they hold at the start. The page must be mapped, or paging off.',
      examples: ['variable x at 0x4_0000', 'variable turn at 0x40_0000 = 1'],
    },
    field('name', name('a name for the word', 'NAME')),
    lit('at'),
    field('va', address),
    optional(lit('='), field('value', value)),
  ),
] as const;

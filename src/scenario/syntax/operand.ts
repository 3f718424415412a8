import { either, frame, leafWhen, type Num, name, record, value, valueOrNone } from './leaf';
import { field, glued, type Leaf, list, lit, many, optional } from './part';
import { rights } from './rights';

/** `7` or `0..511`. */
export const index = record(
  'an index such as 7 or 0..511',
  'INDEX',
  field('first', value),
  optional(glued('..'), field('last', value)),
);

/** A place in a table or page: `0x030[7]`, or a range of them: `0x030[0..511]`. */
export const place = record(
  'an entry such as 0x030[7]',
  'FRAME[INDEX]',
  field('frame', frame),
  glued('['),
  field('index', index),
  glued(']', 'left'),
);

const nextIsBracket = (c: { peek: (ahead: number) => { readonly text: string } | undefined }): boolean =>
  c.peek(1)?.text === '[';

/** `0x030[7]` where a bare number could stand as well. */
export const placeAhead = leafWhen(place, nextIsBracket);

/** The frame an entry leads to. `0x100..` goes up with a range of entries. */
const leadsTo: Leaf<Num> = { ...frame, what: 'a frame and rights' };

const isZero = (c: { peek: (ahead: number) => { readonly text: string } | undefined }): boolean =>
  c.peek(0)?.text === '0';

/**
 * What an entry is given: a frame and rights; `0`, all bits clear; or `word VALUE`, every bit as it stands (and then no right
 * is checked).
 */
export const entryValue = either('an entry: FRAME RIGHTS, 0, or word VALUE', 'ENTRY', {
  empty: [field('zero', leafWhen(zero(), isZero))],
  word: [lit('word'), field('word', value)],
  maps: [field('frame', leadsTo), optional(field('up', upwards())), field('rights', rights)],
});

/** What an entry is expected to hold. */
export const expectedEntry = either(
  'an entry: FRAME RIGHTS, shadow FRAME, word VALUE, empty, or a name',
  'ENTRY',
  {
    shadowOf: [lit('shadow'), field('frame', frame)],
    word: [lit('word'), field('word', value)],
    maps: [field('frame', leadsTo), optional(field('up', upwards())), field('rights', rights)],
    named: [field('name', name('a name such as empty or gnp', 'NAME', ['empty', 'gnp', 'mmio']))],
  },
);

/** The two dots after a frame: the next entry of a range gets the next frame. */
function upwards(): Leaf<true> {
  return {
    what: '`..`',
    symbol: '..',
    words: ['..'],
    starts: (c) => c.sees({ what: '`..`', words: ['..'] }, 'mark', '..'),
    read: (c) => {
      c.next();
      return true;
    },
    print: () => '..',
    made: { kind: 'one of', words: ['..'] },
    glued: true,
  };
}

function zero(): Leaf<true> {
  return {
    what: '0',
    symbol: '0',
    words: ['0'],
    starts: (c) => c.sees({ what: '`0`', words: [] }, 'number', '0'),
    read: (c) => {
      c.next();
      return true;
    },
    print: () => '0',
    made: { kind: 'one of', words: ['0'] },
  };
}

/** One expected event: its kind, and the fields that matter: `page-fault vcpu=1 error=3`. */
export const eventPattern = record(
  'an event',
  'EVENT [FIELD=VALUE ...]',
  field('event', name('the kind of an event', 'EVENT')),
  many(
    'fields',
    record(
      'a field such as vcpu=1',
      'FIELD=VALUE',
      field('name', name('a field such as vcpu=1', 'FIELD')),
      glued('='),
      field('value', valueOrNone),
    ),
  ),
);

export const eventList = list('events', eventPattern);

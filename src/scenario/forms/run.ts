import { ASK_KIND_NAMES, ASK_KINDS } from '../askKinds';
import { formsOf } from '../syntax/form';
import { count, either, name, oneOf, record, text, value, valueOrNone } from '../syntax/leaf';
import { actor, moment } from '../syntax/moment';
import { eventList, eventPattern, expectedEntry, place } from '../syntax/operand';
import { field, list, lit, many, optional } from '../syntax/part';
import { proposition } from '../syntax/proposition';

const form = formsOf('run');
const anInvariant = name('the name of an invariant', 'INVARIANT');

const until = either('`done`, `op` and a moment, or a number of steps', 'done|op N LABEL|N steps', {
  done: [lit('done')],
  op: [
    lit('op'),
    field('op', count),
    field('label', name('`start`, `end` or the label of a step', 'LABEL', ['start', 'end'])),
    optional(lit('occurrence'), field('occurrence', count)),
  ],
  steps: [field('count', count), lit('steps')],
});

const segment = record(
  'who runs: the number of a vCPU, `host`, `worker`, or `buffer` and the number of a vCPU',
  'N|host|worker|buffer N [until UNTIL]',
  field(
    'who',
    either(
      'the number of a vCPU, `host`, `worker`, or `buffer` and the number of a vCPU',
      'N|host|worker|buffer N',
      {
        host: [lit('host')],
        worker: [lit('worker')],
        buffer: [lit('buffer'), field('number', count)],
        vcpu: [field('number', count)],
      },
    ),
  ),
  optional(lit('until'), field('until', until)),
);

const rest = either('`in-order`, `round-robin` or `random` and a seed', 'in-order|round-robin|random SEED', {
  inOrder: [lit('in-order')],
  roundRobin: [lit('round-robin')],
  random: [lit('random'), field('seed', count)],
});

const plan = either('who runs until when, or a rule', 'N [until ...], ... [then RULE] | RULE', {
  rule: [field('rule', rest)],
  segments: [list('segments', segment), optional(lit('then'), field('then', rest))],
});

const entryOf = <const W extends string>(word: W) =>
  [
    lit(word),
    field('place', place),
    optional(lit('level'), field('level', count)),
    lit('->'),
    field('value', expectedEntry),
  ] as const;

/** What memory or a structure of the design must hold at a moment. */
const holds = either('what must hold: guest, shadow or snapshot and an entry, word, or state', 'STATE', {
  guest: entryOf('guest'),
  shadow: entryOf('shadow'),
  snapshot: entryOf('snapshot'),
  word: [lit('word'), field('place', place), lit('='), field('value', value)],
  counter: [lit('counter'), field('name', name('the name of a counter', 'COUNTER')), field('value', count)],
  state: [
    lit('state'),
    field('name', name('the name of a structure of the design', 'STRUCTURE')),
    many('args', value),
    lit('='),
    many('values', valueOrNone, 1),
  ],
});

const expectation = either('what must be shown', 'EXPECTATION', {
  events: [lit('events'), eventList],
  exactly: [lit('exactly'), eventList],
  none: [lit('no'), field('event', eventPattern)],
  count: [field('count', count), field('event', eventPattern)],
  counters: [
    lit('counters'),
    list(
      'counters',
      record(
        'a counter and its value',
        'COUNTER VALUE',
        field('name', name('the name of a counter', 'COUNTER')),
        field('value', count),
      ),
    ),
  ],
  result: [
    lit('result'),
    field('actor', actor),
    lit('op'),
    field('op', count),
    lit('='),
    field('value', value),
  ],
  outcome: [
    lit('outcome'),
    field('actor', actor),
    lit('op'),
    field('op', count),
    field('outcome', oneOf('done', 'page-fault', 'general-protection', 'no-direct-map', 'refused')),
  ],
  at: [lit('at'), field('at', moment), field('holds', holds)],
  end: [lit('end'), field('holds', holds)],
});

/** How a scenario runs, what is said about it, and what it must show. */
export const RUN_FORMS = [
  form(
    'schedule',
    'schedule',
    {
      says: 'Who runs until when. `done` is the default of the last; operations count from 0 in the whole program of a vCPU. `buffer N` lets the stores that vCPU N holds back reach memory, `worker` lets a design’s idle loop run. Without this line the operations run in the order of the text, each to its end.',
      examples: [
        'schedule 0 until op 1 start, 1 until done, 0',
        'schedule 1 until 40 steps, 0 then round-robin',
        'schedule 0, 1 until op 0 end, buffer 0 until 1 steps, 1',
        'schedule 0 until op 1 end, worker until 1 steps, 0',
        'schedule random 7',
      ],
    },
    field('plan', plan),
  ),
  form(
    'note',
    'note',
    {
      says: 'Words shown at a moment; without a moment, when the operation above has ended.',
      examples: [
        'note at vcpu 1 op 0 done "The store did not trap: the table is out of sync."',
        'note "Nothing happened."',
        'note at start "Now watch."',
      ],
    },
    optional(lit('at'), field('at', moment)),
    field('words', text),
  ),
  form(
    'ask',
    'ask',
    {
      says: `A question to the person at a moment; the run itself knows the answer. Kinds: ${Object.entries(
        ASK_KINDS,
      )
        .map(([kind, says]) => `\`${kind}\`, ${says}`)
        .join('; ')}.`,
      examples: ['ask at vcpu 0 op 1 start next-event', 'ask at vcpu 0 op 1 start bits error'],
    },
    optional(lit('at'), field('at', moment)),
    field('question', name('a kind of question such as next-event', 'QUESTION', ASK_KIND_NAMES)),
    many(
      'args',
      either('a word or a number', 'WORD', {
        number: [field('number', value)],
        word: [field('word', name('a word such as error or marks', 'WORD', ['error', 'marks']))],
      }),
    ),
  ),
  form(
    'expect',
    'expect',
    {
      says: 'Something the run must show. `events`: in this order, others may lie between; `exactly`: and no others of these kinds; `end`: when all is done; `at`: at a moment.',
      examples: [
        'expect events page-fault vcpu=0 error=4, operation-ended op=0',
        'expect exactly page-fault vcpu=0, page-fault vcpu=1',
        'expect no guest-page-fault',
        'expect 2 page-fault vcpu=0',
        'expect counters shadow_unsync 2, shadow_resync 0',
        'expect result vcpu 1 op 0 = 1234',
        'expect outcome vcpu 0 op 1 page-fault',
        'expect end shadow 0x030[7] -> 0x101 r user a',
        'expect end shadow 0x018[3] level 2 -> shadow 0x030',
        'expect end snapshot 0x030[7] -> empty',
        'expect end guest 0x030[0..511] -> 0x100.. rw user a',
        'expect end state oos 0 = 0x033 0x030 -',
        'expect end word 0x100[3] = 5',
        'expect at vcpu 0 op 1 done counter shadow_unsync 1',
      ],
    },
    field('what', expectation),
  ),
  form(
    'violates',
    'violates',
    {
      says: 'The invariants that this run breaks, as announced; without this line, none.',
      examples: ['violates I1, I9', 'violates none'],
    },
    field(
      'what',
      either('`none`, or invariants', 'none|INVARIANT, ...', {
        none: [lit('none')],
        some: [list('names', anInvariant)],
      }),
    ),
  ),
  form(
    'explore',
    'explore',
    {
      says: 'The invariants that “Find a race” asks for, and whose protections it removes; without this line, all. The fewer, the sooner it is done.',
      examples: ['explore I1, I2'],
    },
    list('names', anInvariant),
  ),
  form(
    'sometimes',
    'sometimes',
    {
      says: 'Asks whether some schedule ends like this, everybody done and every store in memory. “Find a race” answers, and shows one that does.',
      examples: ['sometimes vcpu 0 eax = 0 and vcpu 1 eax = 0'],
    },
    field('what', proposition),
  ),
  form(
    'never',
    'never',
    {
      says: 'No schedule may end like this. “Find a race” looks for one that does.',
      examples: ['never x = 1 and not (y = 2 or vcpu 0 eax = 1)'],
    },
    field('what', proposition),
  ),
  form(
    'always',
    'always',
    {
      says: 'Every schedule must end like this. “Find a race” looks for one that does not.',
      examples: ['always x = 2'],
    },
    field('what', proposition),
  ),
] as const;

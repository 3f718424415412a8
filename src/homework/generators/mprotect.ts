import type { Random } from '../../base';
import { countedIn, type Price } from '../../hypervisor/paravirt/costs';
import { SCHEMES, type Scheme } from '../../hypervisor/paravirt/schemes';
import { between } from '../draw';
import type { Block, Generator, Level, Made } from '../exercise';
import type { Answer, Field } from '../field';
import { atTheEnd, runOf, told } from '../lab';
import { long, quote, text } from '../paper';

interface Drawn {
  readonly scheme: Scheme;
  readonly pages: number;
  readonly paging: 'x86-64' | 'pae';
  readonly first: bigint;
  readonly batch: number | undefined;
  readonly lazy: boolean;
}

/** How often each is drawn, of a sum of 20: where nothing happens there is little to count. */
const WEIGHTS: Readonly<Record<string, number>> = {
  trap: 4,
  'trap-queued': 4,
  'preserve-ad': 3,
  vmi: 3,
  lguest: 2,
  unsync: 2,
  native: 1,
  xor: 1,
};
const HARD = ['lguest', 'unsync', 'xor'];
const BASE = 0x40_0000n;
const TABLE = 0x20_0000n;

/** What an mprotect of N pages costs under each way for a guest to change its entries. */
export const mprotect: Generator = {
  name: 'mprotect',
  version: 1,
  title: 'The price of an mprotect',
  says: 'Count traps, hypercalls, queued updates and locked operations of an mprotect under one of the paravirtual schemes.',
  levels: {
    1: 'A few pages in one page table.',
    2: 'More pages, perhaps across the end of a page table; more schemes.',
    3: 'Entries of two words, shorter batches, lazy mode switched off.',
  },
  make: (random, level) => made(draw(random, level)),
};

function draw(random: Random, level: Level): Drawn {
  const scheme = random.pick(
    SCHEMES.filter(({ name }) => level > 1 || !HARD.includes(name)).flatMap((one) =>
      Array.from({ length: WEIGHTS[one.name] ?? 0 }, () => one),
    ),
  );
  const pages = level === 1 ? between(random, 2, 40) : between(random, 5, 96);
  const across = level > 1 && random.chance(0.6);
  const before = across ? between(random, 1, pages - 1) : 0;
  const first = across
    ? BASE + TABLE - BigInt(before) * 0x1000n
    : BASE + BigInt(random.below(512 - pages)) * 0x1000n;
  return {
    scheme,
    pages,
    first,
    // The shadows of these schemes are of 4-level tables.
    paging: level === 3 && scheme.tables !== 'shadow' && random.chance(0.5) ? 'pae' : 'x86-64',
    batch: level === 3 && scheme.name === 'preserve-ad' && random.chance(0.6) ? 31 : undefined,
    lazy: !(level === 3 && scheme.lazy && random.chance(0.35)),
  };
}

/** The quantities a scheme can make anybody pay. */
const ASKED: readonly { readonly of: keyof Price; readonly label: string; readonly rule: string }[] = [
  {
    of: 'traps',
    label: 'Stores to page tables that trap into the hypervisor',
    rule: 'Where the guest’s tables are write-protected, each of its stores to one traps: the exchange for zero, and the store of the new value if it does not wait in a queue. An entry of two words is two stores.',
  },
  {
    of: 'calls',
    label: 'Calls into the hypervisor about entries (not the TLB flush)',
    rule: 'A queue is delivered when it is full, and when lazy mode ends: at the end of each page table’s part of the range. Without lazy mode each update is a call of its own.',
  },
  {
    of: 'queued',
    label: 'Updates that are put into a queue',
    rule: 'One per entry where the new value waits; two per entry where the clearing is announced as well.',
  },
  {
    of: 'locked',
    label: 'Locked operations of the guest on its entries',
    rule: 'An exchange, a compare-and-exchange or a locked xor of an entry is one; a hypercall is none.',
  },
  {
    of: 'compares',
    label: 'Entries that a resync compares',
    rule: 'Only a shadow that was allowed to be stale is compared, the whole table, at the TLB flush.',
  },
];

function made({ scheme, pages, paging, first, batch, lazy }: Drawn): Made {
  const last = first + BigInt(pages - 1) * 0x1000n;
  const tables = first / TABLE === last / TABLE ? 1 : 2;
  const scenario = [
    `scenario ${quote('What an mprotect costs')}`,
    `about ${quote(`An exercise: the kernel takes nothing from ${pages} pages but gives them the right to be written.`)}`,
    '',
    `design paravirt${lazy ? '' : ' without lazy'}`,
    `profile ${scheme.name}`,
    ...(batch === undefined ? [] : [`knob batch ${batch}`]),
    `paging ${paging}, 1024 frames`,
    'root 0x010',
    `map ${long(first)} -> 0x100 r user a d count ${pages}`,
    paging === 'pae'
      ? 'direct 0xc000_0000 frames 128 tables 0x061'
      : 'direct 0xffff_8100_0000_0000 frames 128 tables 0x061',
    '',
    // Each table has been walked before: a shadow that is not there has nothing to be brought in line.
    'prologue vcpu 0',
    `  load ${long(first)}`,
    ...(tables === 2 ? [`  load ${long(last)}`] : []),
    '',
    'vcpu 0',
    `  call mprotect ${long(first)} ${pages} 3`,
    '',
  ].join('\n');
  const run = runOf(scenario);
  const price = countedIn(run.eventsIn(0, run.length));
  const prompt: Block[] = [
    text(
      `A guest changes the rights of ${pages} pages, from ${long(first)} on (${paging === 'pae' ? 'PAE paging: entries of 64 bits, changed by a processor of 32 bits as two words' : '4-level paging'}; a page table maps 2 MiB). The range falls into ${tables === 1 ? 'one page table' : 'two page tables'}, both of which ${tables === 1 ? 'has' : 'have'} been used before.`.replace(
        'both of which has',
        'which has',
      ),
    ),
    text(`How it changes an entry: ${scheme.says}${lazyText(scheme, lazy)}${queueText(scheme, batch, lazy)}`),
    text('Nobody disturbs it. Count the whole mprotect, the TLB flush at its end not included.'),
  ];
  // Where nothing waits, or nothing is compared, there is no question.
  const asked = ASKED.filter(
    ({ of }) => (of !== 'queued' || lazy) && (of !== 'compares' || scheme.tables === 'shadow'),
  );
  const fields = asked.map(
    ({ of, label, rule }): Field => ({
      id: of,
      label,
      type: { kind: 'count', below: 4096 },
      points: of === 'compares' ? 1 : 2,
      rule,
    }),
  );
  const answers: Record<string, Answer> = Object.fromEntries(asked.map(({ of }) => [of, String(price[of])]));
  return {
    exercise: { title: `An mprotect of ${pages} pages`, prompt, fields, scenario },
    key: {
      answers,
      decided: Object.fromEntries(fields.map(({ id }) => [id, atTheEnd(run)])),
      solution: told(run, (p) => /^(sys_mprotect|pte_change|pv_|ptwr|vmi|lguest|pv_resync)/.test(p), 30),
    },
  };
}

function lazyText(scheme: Scheme, lazy: boolean): string {
  if (!scheme.lazy) return '';
  return lazy
    ? ' Lazy mode lasts as long as the kernel holds one page table’s lock.'
    : ' Lazy mode is switched off: nothing waits.';
}

function queueText(scheme: Scheme, batch: number | undefined, lazy: boolean): string {
  if (!scheme.lazy || !lazy) return '';
  const most = batch ?? scheme.queue;
  if (scheme.name === 'lguest')
    return ` The ring holds ${most} updates; the one that finds it full goes by a call of its own, which takes the others along.`;
  return most >= 4096 ? ' The queue is as long as needed.' : ` A queue holds ${most} updates.`;
}

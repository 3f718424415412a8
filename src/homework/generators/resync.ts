import { hex, type Random } from '../../base';
import { ResyncCompared, Resynced } from '../../hypervisor/xen/events';
import type { LoggedEvent } from '../../kernel';
import { PageFault } from '../../machine';
import { between, distinct, drawUntil } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import { afterLast, asHex, eventsOf, part, runOf, shadowLow, told } from '../lab';
import { frameText, long, program, table, text } from '../paper';
import { setOf } from '../read';
import { directVa, LOOKS_AHEAD, pageVa, xenGuest } from '../xenGuest';

/** A line of the kernel's program. Frames are those of pages; -1 makes the entry empty. */
type Line =
  | {
      readonly kind: 'store';
      readonly table: number;
      readonly index: number;
      readonly page: number;
      readonly writable: boolean;
    }
  | { readonly kind: 'invlpg'; readonly table: number; readonly index: number }
  | { readonly kind: 'read'; readonly table: number; readonly index: number };

interface Drawn {
  readonly tables: readonly number[];
  /** First entry, count and first page of what each table maps. */
  readonly mapped: readonly { readonly first: number; readonly count: number; readonly page: number }[];
  readonly lines: readonly Line[];
}

/** What a resync compares and what it must derive again, by the snapshot. */
export const resync: Generator = {
  name: 'resync',
  version: 1,
  title: 'Resync sets',
  says: 'A page table drifts, and CR3 is loaded: which entries are compared with the snapshot, and which are derived again?',
  levels: {
    1: 'One table, a handful of stores.',
    2: 'One table; stores that change nothing, that are taken back, or that the shadow never held.',
    3: 'Two tables; INVLPG and reads in between.',
  },
  make: (random, level) =>
    drawUntil(
      () => made(draw(random, level), level),
      ({ key }) => key.answers.differ0 !== NONE,
    ),
};

function draw(random: Random, level: Level): Drawn {
  const tables = distinct(random, level === 3 ? 2 : 1, 0x20, 0x5f);
  const mapped = tables.map((_, n) => ({
    first: between(random, 0, 20),
    count: between(random, 12, 40),
    page: 0x100 + 0x80 * n,
  }));
  const lines: Line[] = [];
  const count = level === 1 ? between(random, 3, 5) : between(random, 4, 7);
  for (let n = 0; n < count; n++) lines.push(...drawLines(random, level, mapped, n));
  return { tables, mapped, lines };
}

function drawLines(random: Random, level: Level, mapped: Drawn['mapped'], n: number): Line[] {
  const t = random.below(mapped.length);
  const { first, count, page } = mapped[t] as Drawn['mapped'][number];
  const index = first + random.below(count);
  const own = page + (index - first);
  const fresh: Line = { kind: 'store', table: t, index, page: 0x300 + n, writable: true };
  if (level === 1) return [fresh];
  switch (random.below(level === 2 ? 5 : 7)) {
    case 0:
      // What was there all the time.
      return [{ ...fresh, page: own }];
    case 1:
      return [fresh, { ...fresh, page: own }];
    case 2:
      return [{ ...fresh, index: first + count + between(random, 8, 60) }];
    case 3:
      return [{ ...fresh, page: -1 }];
    case 4:
      return [fresh];
    case 5:
      return [fresh, { kind: 'invlpg', table: t, index }];
    default:
      return [fresh, { kind: 'invlpg', table: t, index }, { kind: 'read', table: t, index }];
  }
}

function made({ tables, mapped, lines }: Drawn, level: Level): Made {
  const frameOf = (t: number): number => tables[t] as number;
  const scenario = [
    ...xenGuest({
      title: 'What a resync must derive again',
      about: 'An exercise: the guest changes entries of a table that is out of sync, and loads CR3.',
      frames: 1024,
      vcpus: 2,
      tables,
      entries: mapped.map(
        ({ first, count, page }, t) =>
          `entry ${frameText(frameOf(t))}[${first}..${first + count - 1}] = ${frameText(page)}.. rwx user a d`,
      ),
    }),
    '',
    'prologue vcpu 0',
    ...mapped.map(({ first }, t) => `  load ${long(pageVa(t, first))}`),
    `  load ${long(directVa(frameOf(0)))}`,
    '',
    'vcpu 0',
    ...lines.map((line) => `  ${lineText(line, frameOf)}`),
    '  cr3 0x010',
    '',
  ].join('\n');
  const run = runOf(scenario);
  const held = tables.map((frame) =>
    run.peek(0, () => Array.from({ length: 512 }, (_, i) => i).filter((i) => shadowLow(run, frame, i) !== 0)),
  );
  const prompt: Block[] = [
    text(
      'Xen of June 2008, with snapshots. Each of these page tables is shadowed and in sync; the guest’s entries map pages with all rights, accessed and dirty.',
    ),
    table(
      'Page tables',
      ['frame', 'entries of the guest', 'they map frames', 'entries that the shadow holds'],
      mapped.map(({ first, count, page }, t) => [
        frameText(frameOf(t)),
        `${first} to ${first + count - 1}`,
        `${frameText(page)} to ${frameText(page + count - 1)}`,
        rangesText(held[t] ?? []),
      ]),
    ),
    program('The kernel of the guest (entries are decimal)', [
      ...lines.map((line, n) => `(${n + 1})  ${lineWords(line, frameOf)}`),
      `(${lines.length + 1})  MOV CR3: load the same root again`,
    ]),
    text(
      'At the first store to a table it goes out of sync, and its snapshot is taken. At CR3 it is compared with the snapshot and brought back in sync. Entries that the shadow does not hold are not compared.',
    ),
    ...(level === 3
      ? [
          text(
            `INVLPG empties the shadow’s entry for the page. ${LOOKS_AHEAD} In a table that is out of sync, each entry so brought in is brought up to date in the snapshot as well.`,
          ),
        ]
      : []),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const faults = eventsOf(run, PageFault);
  const back = eventsOf(run, Resynced);
  const put = (field: Field, answer: Answer, by: readonly LoggedEvent[]): void => {
    fields.push(field);
    answers[field.id] = answer;
    decided[field.id] = afterLast(run, by);
  };
  const compared = eventsOf(run, ResyncCompared);
  tables.forEach((frame, t) => {
    const which = tables.length > 1 ? ` of table ${frameText(frame)}` : '';
    const own = compared.filter((e) => part(e, 'gmfn') === frame);
    const differ = own.filter((e) => part(e, 'equal') === 0);
    put(
      {
        id: `compared${t}`,
        label: `How many entries${which} does the resync compare?`,
        type: { kind: 'count', below: 513 },
        points: 1,
        rule: 'Those that the shadow holds at that moment: present ones, and marks that the guest’s entry is empty. A table that never went out of sync is not compared at all.',
      },
      String(own.length),
      own,
    );
    put(
      {
        id: `differ${t}`,
        label: `Which entries${which} are derived again (index, decimal)?`,
        type: { kind: 'set', of: 'count' },
        points: 3,
        rule: 'Those that the shadow holds and that differ from the snapshot at the time of the resync. What was put back is equal again; what a fault has read again has brought its snapshot up to date.',
      },
      setOf(differ.map((e) => String(part(e, 'index')))),
      differ,
    );
  });
  put(
    {
      id: 'faults',
      label: 'How many page faults does the processor raise in all?',
      type: { kind: 'count', below: 32 },
      points: 1,
      rule: 'One for the first store to each table in sync; the others are free. A read faults where the shadow’s entry was blanked.',
    },
    String(faults.length),
    faults,
  );
  if (level === 3)
    put(
      {
        id: 'resynced',
        label: 'Which tables does MOV CR3 bring back in sync?',
        type: { kind: 'set', of: 'hex', from: tables.map((frame) => hex(frame)) },
        points: 1,
        rule: 'Those that this vCPU has let go out of sync since the last time.',
      },
      setOf(back.map((e) => asHex(part(e, 'gmfn')))),
      back,
    );
  return {
    exercise: { title: 'What a resync must derive again', prompt, fields, scenario },
    key: {
      answers,
      decided,
      solution: told(
        run,
        (p, label) =>
          p === 'sh_resync_l1' ||
          (p === 'sh_invlpg' && label === 'blank') ||
          (p === 'oos_hash_add' && label === 'snapshot'),
        // Of hundreds of entries compared, those that differ are the story.
      ).filter(({ says }) => !says.includes('equals its snapshot')),
    },
  };
}

function lineText(line: Line, frameOf: (t: number) => number): string {
  switch (line.kind) {
    case 'store':
      return `store ${frameText(frameOf(line.table))}[${line.index}] = ${line.page < 0 ? '0' : `${frameText(line.page)} rwx user a d`}`;
    case 'invlpg':
      return `invlpg ${long(pageVa(line.table, line.index))}`;
    case 'read':
      return `load ${long(pageVa(line.table, line.index))}`;
  }
}

function lineWords(line: Line, frameOf: (t: number) => number): string {
  const where = `entry ${line.index} of ${frameText(frameOf(line.table))}`;
  switch (line.kind) {
    case 'store':
      return line.page < 0
        ? `store 0 to ${where}`
        : `store to ${where}: frame ${frameText(line.page)}, all rights, accessed, dirty`;
    case 'invlpg':
      return `INVLPG of the page that ${where} maps`;
    case 'read':
      return `a program reads the page that ${where} maps`;
  }
}

/** `5 to 36`, `0, 4 to 9`. */
function rangesText(all: readonly number[]): string {
  const out: string[] = [];
  let from = -1;
  all.forEach((n, i) => {
    if (from < 0) from = n;
    if (all[i + 1] === n + 1) return;
    out.push(from === n ? String(n) : `${from} to ${n}`);
    from = -1;
  });
  return out.join(', ');
}

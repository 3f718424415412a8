import { hex, type Random } from '../../base';
import { Resynced, Unsynced } from '../../hypervisor/xen/events';
import type { LoggedEvent } from '../../kernel';
import { PageFault } from '../../machine';
import { between, distinct } from '../draw';
import type { Block, Generator, Level, Made, Moment } from '../exercise';
import { type Answer, type Field, NONE } from '../field';
import { afterLast, asHex, eventsOf, part, runOf, stateOf, told } from '../lab';
import { frameText, long, program, table, text } from '../paper';
import { setOf } from '../read';
import { directVa, pageVa, xenGuest } from '../xenGuest';

const SLOTS = 3;

interface Drawn {
  readonly vcpus: number;
  readonly tables: readonly number[];
  /** Stores in order: which vCPU, which table, which entry. */
  readonly stores: readonly { readonly vcpu: number; readonly table: number; readonly index: number }[];
}

/** The hash of pages that are out of sync: homes, punts, and who has to be resynced to make room. */
export const hash: Generator = {
  name: 'hash',
  version: 1,
  title: 'Hash and eviction',
  says: 'Follow page tables through the three slots in which Xen keeps what is out of sync: home, one further, or put out.',
  levels: {
    1: 'Three tables, one vCPU.',
    2: 'Four or five tables, one vCPU: somebody has to go.',
    3: 'Six or seven stores by two vCPUs, each with slots of its own.',
  },
  make: (random, level) => made(draw(random, level), level),
};

function draw(random: Random, level: Level): Drawn {
  const count = level === 1 ? 3 : level === 2 ? between(random, 4, 5) : 5;
  const home = random.below(SLOTS);
  // Half of the tables share a home, or nothing would ever collide.
  const crowd = distinct(random, Math.ceil(count / 2) + (level > 1 ? 1 : 0), 0, 20).map(
    (n) => 0x20 + 3 * n + home,
  );
  const others = distinct(random, count, 0x20, 0x5f).filter((frame) => !crowd.includes(frame));
  const tables = [...crowd, ...others].slice(0, count);
  const sequence = distinct(random, count, 0, count - 1);
  const extra = level === 3 ? Array.from({ length: between(random, 1, 2) }, () => random.below(count)) : [];
  const stores = [...sequence, ...extra].map((t) => ({
    vcpu: level === 3 ? random.below(2) : 0,
    table: t,
    index: between(random, 2, 31),
  }));
  return { vcpus: level === 3 ? 2 : 1, tables, stores };
}

function made({ vcpus, tables, stores }: Drawn, level: Level): Made {
  const lines = stores.map(({ vcpu, table: t, index }, n) => ({
    vcpu,
    line: `store ${frameText(tables[t] as number)}[${index}] = ${frameText(0x700 + n)} rwx user a d`,
  }));
  const scenario = [
    ...xenGuest({
      title: 'Who stands in which slot',
      about: 'An exercise: page tables go out of sync one after the other, and the slots are few.',
      frames: 2048,
      vcpus: 2,
      tables,
      entries: tables.map(
        (frame, n) => `entry ${frameText(frame)}[1] = ${frameText(0x100 + n)} rwx user a d`,
      ),
    }),
    '',
    'prologue vcpu 0',
    ...tables.map((_, n) => `  load ${long(pageVa(n, 1))}`),
    `  load ${long(directVa(tables[0] as number))}`,
    '',
    ...lines.flatMap(({ vcpu, line }, n) => [
      ...(lines[n - 1]?.vcpu === vcpu ? [] : [`vcpu ${vcpu}`]),
      `  ${line}`,
    ]),
    '',
  ].join('\n');
  const run = runOf(scenario);
  const prompt: Block[] = [
    text('Xen of June 2008 shadows these page tables of a guest. All are in sync and protected.'),
    table(
      'Page tables',
      ['frame', 'frame in decimal'],
      tables.map((frame) => [frameText(frame), String(frame)]),
    ),
    text(
      `Each vCPU has ${SLOTS} slots, numbered 0 to ${SLOTS - 1}, for tables that it lets go out of sync. A table’s home is the slot of its frame number modulo ${SLOTS}. A newcomer always takes its home. If another table stands there that is at home in that slot too, it moves to the next slot (after ${SLOTS - 1} comes 0), and whoever stood in that one is brought back in sync first. If it is not at home there, it is brought back in sync where it stands.`,
    ),
    program(
      'The kernel stores entries, through its own mapping of the tables',
      stores.map(
        ({ vcpu, table: t, index }, n) =>
          `(${n + 1})  ${vcpus > 1 ? `vCPU ${vcpu}: ` : ''}store to entry ${index} of table ${frameText(tables[t] as number)}`,
      ),
    ),
  ];
  const fields: Field[] = [];
  const answers: Record<string, Answer> = {};
  const decided: Record<string, Moment> = {};
  const names = tables.map((frame) => hex(frame));
  const out = eventsOf(run, Unsynced);
  const back = eventsOf(run, Resynced);
  const faults = eventsOf(run, PageFault);
  const put = (field: Field, answer: Answer, by: readonly LoggedEvent[]): void => {
    fields.push(field);
    answers[field.id] = answer;
    decided[field.id] = afterLast(run, by);
  };
  for (let v = 0; v < vcpus; v++) {
    stateOf(run, 'oos', [v]).forEach((page, slot) => {
      put(
        {
          id: `slot${v}${slot}`,
          label: `Which table stands in slot ${slot}${vcpus > 1 ? ` of vCPU ${v}` : ''} at the end?`,
          type: { kind: 'hex', below: 128, orNone: true },
          points: 1,
          rule: 'The newcomer takes its home. Who is at home there too moves one slot on; who is not is resynced where it stands.',
        },
        page < 0 ? NONE : asHex(page),
        out.filter((e) => part(e, 'vcpu') === v),
      );
    });
  }
  put(
    {
      id: 'resynced',
      label: 'Which tables were brought back in sync on the way?',
      type: { kind: 'set', of: 'hex', from: names },
      points: 2,
      rule: 'Only a table that has to make room is resynced here: nobody flushes.',
    },
    setOf(back.map((e) => asHex(part(e, 'gmfn')))),
    back,
  );
  put(
    {
      id: 'faults',
      label: 'How many of the stores fault?',
      type: { kind: 'count', below: 16 },
      points: 1,
      rule: 'A store to a table that is protected faults. While the table is out of sync, nobody’s store to it does.',
    },
    String(faults.length),
    faults,
  );
  if (level > 1)
    put(
      {
        id: 'unsynced',
        label: 'How many times does a table go out of sync?',
        type: { kind: 'count', below: 16 },
        points: 1,
        rule: 'A table goes out of sync at the first store after it was in sync; it may do so again after a resync.',
      },
      String(out.length),
      out,
    );
  return {
    exercise: { title: 'Three slots for what is out of sync', prompt, fields, scenario },
    key: {
      answers,
      decided,
      solution: told(run, (p, label) => p === 'oos_hash_add' || (p === '_sh_resync' && label === 'in-sync')),
    },
  };
}

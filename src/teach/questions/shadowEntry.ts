import { fail, frameName, ok, type Result } from '../../base';
import { entryText, type Run, targetOf } from '../../engine';
import { A, D, frameOf, type Halves, P, present, U, W } from '../../machine';
import { ruleOf } from '../rule';
import { goingOn, num } from './ahead';
import { entryAt, sayEntryOf } from './places';
import type { Option, Question } from './question';

/** Events of the steps in which a hypervisor writes an entry of its own tables. */
const WRITES: ReadonlySet<string> = new Set([
  ...['ShadowEntrySet', 'KvmSetSpte', 'SpteSet', 'SpteGrantW', 'ShadowSet', 'NestedMapped'],
]);

/** An entry of the hypervisor's own that a step has written, and that maps something. */
export interface Written {
  readonly step: number;
  readonly frame: number;
  readonly index: number;
  readonly level: number;
  readonly entry: Halves;
}

/** What a step wrote into a table of the hypervisor: undefined where it wrote none, or emptied it. Read from the journal. */
export function writtenBy(run: Run, step: number): Written | undefined {
  const event = run.eventsIn(step, step + 1).find(({ kind }) => WRITES.has(kind));
  if (event === undefined) return undefined;
  const { memory } = run.built.machine;
  const cells: number[] = [];
  run.writesIn(step, step + 1, (cell) => {
    if (memory.frameOfCell(cell) >= 0) cells.push(cell);
  });
  for (const cell of cells) {
    const frame = memory.frameOfCell(cell);
    const index = (cell - memory.find(frame)) >>> 1;
    const entry = entryAt(run, step + 1, frame, index);
    if (!present(entry.lo) || !named(run, entry)) continue;
    if ('lo' in event && (event.lo !== entry.lo || event.hi !== entry.hi)) continue;
    return { step, frame, index, level: Number(event.level ?? 1), entry };
  }
  return undefined;
}

/** Whether the entry leads to memory. Magic entries, which only mean something to the hypervisor, do not. */
const named = (run: Run, { hi, lo }: Halves): boolean =>
  frameOf(hi, lo) < run.built.machine.config.machineFrames;

/** The next entry that the hypervisor writes in the operation that goes on. */
export function writtenAhead(run: Run, cursor: number): Written | undefined {
  const span = goingOn(run, cursor);
  if (span === undefined) return undefined;
  for (let step = cursor; step < span.to; step++) {
    if (run.actorOf(step) !== span.actor) continue;
    const written = writtenBy(run, step);
    if (written !== undefined) return written;
  }
  return undefined;
}

interface Flag {
  readonly name: string;
  readonly on: (entry: Halves) => boolean;
  readonly set: string;
  readonly clear: string;
}

const low =
  (mask: number) =>
  ({ lo }: Halves): boolean =>
    (lo & mask) !== 0;

const FLAGS: readonly Flag[] = [
  { name: 'P', on: low(P), set: 'it maps something.', clear: 'it maps nothing.' },
  {
    name: 'W',
    on: low(W),
    set: 'stores may go through it unseen.',
    clear: 'a store through it has to come to the hypervisor.',
  },
  { name: 'U', on: low(U), set: 'user mode may use it.', clear: 'only the kernel may use it.' },
  { name: 'A', on: low(A), set: 'it counts as used.', clear: 'the processor is to mark it when it uses it.' },
  { name: 'D', on: low(D), set: 'it counts as written.', clear: 'nobody has written through it.' },
  {
    name: 'NX',
    on: ({ hi }) => hi < 0,
    set: 'nothing may be executed there.',
    clear: 'what is there may be executed.',
  },
];

/** Which bits, and which frame, does the hypervisor put into the entry that it writes next? */
export function shadowEntry(run: Run, cursor: number): Result<Question, string> {
  const written = writtenAhead(run, cursor);
  if (written === undefined) return fail('The hypervisor writes no entry in this operation any more.');
  const { step, frame, index, level, entry } = written;
  const { machine } = run.built;
  const mode = machine.hwMode(Math.min(run.actorOf(step), machine.config.vcpus - 1));
  // The hypervisor's own tables have 64-bit entries, whatever the guest has.
  const own = { ...mode, entryCells: 2 } as const;
  const target = targetOf(own, level, entry);
  const before = entryAt(run, cursor, frame, index);
  const guest = guestSays(run, cursor, step, level);
  const rule = ruleOf(run, step);
  const flags = FLAGS.filter(({ name }) => name !== 'NX' || mode.entryCells === 2);
  const options = flags.map((flag): Option => {
    const on = flag.on(entry);
    const there = guest === undefined ? undefined : flag.on(guest);
    const differs =
      there === undefined || there === on
        ? ''
        : ` The guest’s own entry has it ${there ? 'set' : 'clear'}. ${rule.says}`;
    return {
      id: flag.name,
      says: flag.name,
      why: `it is ${on ? 'set' : 'clear'}: ${on ? flag.set : flag.clear}${differs}`,
    };
  });
  const targets = targetsOf(run, cursor, step, frame, target).map(
    (one): Option => ({
      id: `target ${frameName(one)}`,
      says: machine.nameFrame(one),
      why:
        one === target
          ? 'that is where it leads.'
          : `it has to lead to ${machine.nameFrame(target)}. ${rule.says}`,
    }),
  );
  return ok({
    kind: 'shadow-entry',
    cursor,
    prompt: `The hypervisor writes ${run.peek(step, () => sayEntryOf(run, level, frame, index))}. ${present(before.lo) ? `It says now: ${entryText(own, level, before)}. ` : ''}What will it say?`,
    parts: [
      { says: 'Bits that are set', many: true, how: 'bits', options },
      ...(targets.length > 1
        ? [{ says: 'It leads to', many: false, how: 'list', options: targets } as const]
        : []),
    ],
    truth: [
      ...flags.filter(({ on }) => on(entry)).map(({ name }) => name),
      ...(targets.length > 1 ? [`target ${frameName(target)}`] : []),
    ],
    shown: step + 1,
    hides: ['code', 'events'],
    rule,
  });
}

/** The guest's entry of the level that the last software walk before the step has read. */
function guestSays(run: Run, cursor: number, step: number, level: number): Halves | undefined {
  const span = goingOn(run, cursor);
  if (span === undefined) return undefined;
  const read = run
    .eventsIn(span.from, step)
    .findLast((e) => e.kind === 'WalkedLevel' && num(e, 'walker') === 1 && num(e, 'level') === level);
  return read === undefined ? undefined : { hi: num(read, 'hi'), lo: num(read, 'lo') };
}

/** Where it might lead: the frame itself, and tables that the operation has walked through; the guest's own before others. */
function targetsOf(run: Run, cursor: number, step: number, own: number, target: number): number[] {
  const span = goingOn(run, cursor);
  const reads = run.eventsIn(span?.from ?? cursor, step).filter(({ kind }) => kind === 'WalkedLevel');
  const guests = reads.filter(({ walker }) => walker === 1);
  const frames = new Set<number>([target]);
  for (const event of (guests.length > 0 ? guests : reads).reverse())
    if (frames.size < 4 && num(event, 'frame') !== own) frames.add(num(event, 'frame'));
  return [...frames].sort((a, b) => a - b);
}

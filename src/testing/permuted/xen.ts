import { Random } from '../../base';
import type { Contents } from '../../oracle/kvm/format';
import {
  type Entries,
  entriesOf,
  numberOf,
  type RecordedEvent,
  type Seen,
  type ShadowFields,
  type XenCase,
  type XenOp,
  type XenStart,
} from '../../oracle/xen/format';
import { frameIn, History } from './history';
import { Plan, shiftOf, shuffled } from './plan';

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
const PRESENT_LARGE = 0x81n;
/** Frames that the recorder tracks alike: tables whole, data frames their first words. */
const CLASSES = [
  [0x10, 0x30],
  [0x800, 0x900],
  [0xa00, 0xa10],
  [0xc00, 0xc10],
] as const;

const wordBytes = (c: XenCase): number => (c.mode === '32' ? 4 : 8);
const wordAt = (c: XenCase, address: string): [number, number] => {
  const at = numberOf(address);
  return [Math.floor(at / 4096), Math.floor((at % 4096) / wordBytes(c))];
};

/** The same case told with other frame numbers, and with the tested addresses elsewhere. */
export function permutedXenCase(c: XenCase, seed: number): { case: XenCase; plan: Plan } {
  const history = new History(c.tables);
  for (const op of c.ops)
    for (const seen of [op.pre, op])
      for (const [address, value] of seen?.mem ?? []) history.put(...wordAt(c, address), BigInt(value));
  const r = new Random(seed);
  const plan = new Plan(c.mode, renaming(r, c, history), shiftOf(r, movesOf(c, history)));
  return { case: new Teller(c, plan).told(), plan };
}

function renaming(r: Random, c: XenCase, history: History): Map<number, number> {
  const fixed = new Set<number>();
  const span = c.mode === '32' ? 1024 : 512;
  for (const { value } of history.all())
    if ((value & PRESENT_LARGE) === PRESENT_LARGE)
      for (let i = 0; i < span; i++) fixed.add(frameIn(value) - (frameIn(value) % span) + i);
  const before = new History(c.tables);
  for (const op of c.ops) {
    const whole = op.va === undefined || wholeWords(c, op);
    for (const seen of [op.pre, op])
      for (const [address, value] of seen?.mem ?? []) {
        const [frame, index] = wordAt(c, address);
        if (!whole) fixed.add(frameIn(before.value(frame, index))).add(frameIn(BigInt(value)));
        before.put(frame, index, BigInt(value));
      }
  }
  return shuffled(r, CLASSES, (frame) => fixed.has(frame));
}

/** Halves are whole here: a word's frame is in its low half. */
function wholeWords(c: XenCase, op: XenOp): boolean {
  const size = op.size ?? wordBytes(c);
  if (op.kind === 'fetch') return true;
  if (op.kind === 'rep_stos') return BigInt(op.value ?? 0) === 0n || size === wordBytes(c);
  return size >= 4 && numberOf(op.va ?? '0x0') % size === 0;
}

function movesOf(c: XenCase, history: History): Parameters<typeof shiftOf>[1] {
  const cr3s = c.ops.filter((op) => op.kind === 'mov_cr3').map((op) => BigInt(op.value ?? 0));
  const accesses = c.ops.filter((op) => op.va !== undefined);
  const torn = (op: XenOp): boolean =>
    (op.kind === 'rep_stos' && (op.count ?? 1) > 1) ||
    (numberOf(op.va ?? '0x0') % wordBytes(c)) + (op.size ?? 1) > wordBytes(c);
  return {
    mode: c.mode,
    roots: [...c.vcpus.map((v) => BigInt(v.cr3)), ...cr3s],
    history,
    vas: [...accesses.map((op) => BigInt(op.va ?? 0)), c.mode === '64' ? 0x7000_0000_0000n : 0xc000_0000n],
    wide: accesses.filter(torn).map((op) => BigInt(op.va ?? 0)),
  };
}

/** Tells each part of a case by a plan. */
class Teller {
  constructor(
    private readonly c: XenCase,
    private readonly plan: Plan,
  ) {}

  told(): XenCase {
    const { c, plan } = this;
    return {
      ...c,
      vcpus: c.vcpus.map((v) => ({ ...v, cr3: hex(plan.cr3(BigInt(v.cr3))) })),
      mfnMod3: Object.fromEntries(
        Object.entries(c.mfnMod3).map(([gfn, rest]) => [hex(plan.frame(numberOf(gfn))), rest]),
      ),
      tables: this.tables(),
      start: { ...this.state(c.start), shadows: this.shadows(c.start.shadows) } as XenStart,
      ops: c.ops.map((op) => this.op(op)),
    };
  }

  private tables(): Contents {
    const { c, plan } = this;
    const out: Record<string, [number, string][]> = {};
    const put = (frame: number, index: number, value: bigint): void => {
      const at = plan.place(frame, index);
      const held = out[at.frame.toString(16)] ?? [];
      out[at.frame.toString(16)] = held;
      held.push([at.index, hex(plan.word(value))]);
    };
    // The stamp of a frame names its old number.
    const [first, value] = [numberOf(c.stamp.firstFrame), BigInt(c.stamp.first)];
    for (const [from, end] of CLASSES)
      for (let frame = from; frame < end; frame++)
        if (plan.frame(frame) !== frame && frame >= first && frame < first + c.stamp.frames)
          put(frame, 0, value + BigInt(frame - first));
    for (const { frame, index, value: held } of new History(c.tables).all()) put(frame, index, held);
    return out;
  }

  private op(op: XenOp): XenOp {
    const { plan } = this;
    const va = BigInt(op.va ?? 0);
    const size = op.size ?? wordBytes(this.c);
    const operand = (text: string): string => {
      if (op.kind === 'mov_cr3') return hex(plan.cr3(BigInt(text)));
      return hex(op.kind.startsWith('mov_cr') ? BigInt(text) : plan.operand(BigInt(text), va, size));
    };
    const { result, pre } = op;
    return {
      ...op,
      ...this.seen(op),
      ...(op.va === undefined ? {} : { va: hex(plan.va(va)) }),
      ...(op.value === undefined ? {} : { value: operand(op.value) }),
      ...(op.old === undefined ? {} : { old: operand(op.old) }),
      ...(pre === undefined
        ? {}
        : {
            pre: {
              ...pre,
              ...this.seen(pre),
              // Made where address and gpa are the same, like every other store to a table.
              ...(pre.stores === undefined
                ? {}
                : {
                    stores: pre.stores.map(
                      ([at, value]) => [hex(plan.va(BigInt(at))), hex(plan.word(BigInt(value)))] as const,
                    ),
                  }),
            },
          }),
      result: {
        ...result,
        ...(result.value === undefined ? {} : { value: operand(result.value) }),
        ...(result.pf === undefined
          ? {}
          : { pf: { ...result.pf, cr2: hex(plan.va(BigInt(result.pf.cr2))) } }),
      },
    };
  }

  private seen<T extends Partial<Seen>>(seen: T): Partial<Seen> {
    const { plan } = this;
    return {
      ...(seen.events === undefined
        ? {}
        : { events: joined(seen.events.flatMap((event) => this.event(event))) }),
      ...(seen.mem === undefined
        ? {}
        : {
            mem: seen.mem.map(
              ([at, value]) => [hex(plan.gpa(BigInt(at))), hex(plan.word(BigInt(value)))] as const,
            ),
          }),
      ...(seen.shadow === undefined ? {} : { shadow: this.shadows(seen.shadow) }),
      ...(seen.state === undefined ? {} : { state: this.state(seen.state) }),
    };
  }

  private state(state: Partial<Omit<XenStart, 'shadows'>>): Partial<Omit<XenStart, 'shadows'>> {
    const gfn = (text: string | null): string | null =>
      text === null ? null : hex(this.plan.frame(numberOf(text)));
    const key = (text: string | null): string | null => (text === null ? null : this.key(text));
    const { roots, oos, fixups, heur } = state;
    return {
      ...(roots === undefined ? {} : { roots: this.roots(roots.map(key)) }),
      ...(oos === undefined ? {} : { oos: oos.map(gfn) }),
      ...(fixups === undefined ? {} : { fixups: fixups.map((slot) => slot.map((at) => this.fixup(at))) }),
      ...(heur === undefined
        ? {}
        : {
            heur: {
              emulOk: heur.emulOk,
              emulFrame: hex(this.plan.va(BigInt(heur.emulFrame) << 12n) >> 12n),
              emulGfn: gfn(heur.emulGfn),
              unshadowGfn: gfn(heur.unshadowGfn),
              lastWritable: key(heur.lastWritable),
            },
          }),
    };
  }

  /** PAE: a root for each of the four entries at the top. */
  private roots(roots: readonly (string | null)[]): (string | null)[] {
    const { shift } = this.plan;
    if (this.c.mode !== 'pae' || shift === undefined) return [...roots];
    const out: (string | null)[] = [null, null, null, null];
    roots.forEach((root, slot) => {
      out[shift.index(slot)] = root;
    });
    return out;
  }

  private fixup(text: string): string {
    const [key, index] = text.split(/[[\]]/) as [string, string];
    return `${this.key(key)}[${this.index(key, Number(index))}]`;
  }

  private key(key: string): string {
    const [frame, type] = key.split('/') as [string, string];
    if (frame === 'unpaged' || type.startsWith('fl1_')) return key;
    return `${this.plan.frame(Number.parseInt(frame, 16)).toString(16)}/${type}`;
  }

  /** Where an entry of a shadow is now. What splinters a large page has an entry for each frame, in their order. */
  private index(key: string, index: number): number {
    const [frame, type] = key.split('/') as [string, string];
    const gfn = Number.parseInt(frame, 16);
    const { shift } = this.plan;
    if (type.startsWith('fl1_')) return this.plan.frame(gfn + index) - gfn;
    if (frame === 'unpaged' || shift === undefined || !shift.tops.has(gfn)) return index;
    if (type === 'l3_64') return shift.index(index);
    return type === 'l2_32' ? shift.index(index >> 1) * 2 + (index & 1) : index;
  }

  private entry(text: string): string {
    const read = /^(!?)(>?)([^:]+)(:.*)$/.exec(text);
    if (read === null) return text;
    const [, mark, link, what, flags] = read as unknown as [string, string, string, string, string];
    if (link === '') return `${mark}${this.plan.frame(Number.parseInt(what, 16)).toString(16)}${flags}`;
    const [key, part] = what.split('.') as [string, string | undefined];
    return `${mark}>${this.key(key)}${part === undefined ? '' : `.${part}`}${flags}`;
  }

  private entries(key: string, e: Entries): Entries {
    const out: Record<string, string> = {};
    for (const { index, text } of entriesOf(e)) out[this.index(key, index)] = this.entry(text);
    return out;
  }

  private shadows<T extends ShadowFields | null>(shadows: Readonly<Record<string, T>>): Record<string, T> {
    const out: Record<string, T> = {};
    for (const [key, fields] of Object.entries(shadows))
      out[this.key(key)] = fields?.e === undefined ? fields : { ...fields, e: this.entries(key, fields.e) };
    return out;
  }

  /** One event, a run of propagated entries one by one: renamed frames need not follow each other. */
  private event(event: RecordedEvent): RecordedEvent[] {
    const { plan } = this;
    const out: Record<string, RecordedEvent[string]> = { ...event };
    const text = (name: string, tell: (value: bigint) => bigint): void => {
      if (typeof event[name] === 'string') out[name] = hex(tell(BigInt(event[name])));
    };
    text('addr', (value) => plan.va(value));
    text('gfn', (value) => BigInt(plan.frame(Number(value))));
    text('guest', (value) => plan.word(value));
    if (typeof event.sp === 'string') out.sp = this.key(event.sp);
    if (event.ev !== 'propagate') return [{ ...out, ev: event.ev }];
    const { count, index, guest, shadow, level } = event;
    const n = count === undefined ? 1 : Number(count);
    const first = typeof index === 'number' ? index : undefined;
    const top = this.c.mode === '64' ? 3 : this.c.mode === '32' ? 2 : 4;
    delete out.count;
    return Array.from({ length: n }, (_, i) => {
      const value = BigInt(String(guest));
      const at = first === undefined ? undefined : first + i;
      return {
        ...out,
        ev: event.ev,
        ...(at === undefined ? {} : { index: level === top ? (plan.shift?.index(at) ?? at) : at }),
        guest: hex(plan.word(value === 0n ? 0n : value + 0x1000n * BigInt(i))),
        shadow: this.entry([...entriesOf({ [`0+${n}`]: String(shadow) })][i]?.text ?? '0'),
      };
    });
  }
}

/** Entries that were looked at ahead, as the recorder joins them: frames go up by one each, or all is zero. */
function joined(events: readonly RecordedEvent[]): RecordedEvent[] {
  const out: RecordedEvent[] = [];
  for (const event of events) {
    const run = out.at(-1);
    if (run !== undefined && continues(run, event))
      out[out.length - 1] = { ...run, count: Number(run.count ?? 1) + 1 };
    else out.push(event);
  }
  return out;
}

function continues(run: RecordedEvent, event: RecordedEvent): boolean {
  const count = Number(run.count ?? 1);
  if (run.kind !== 'prefetch' || event.kind !== 'prefetch' || run.level !== event.level) return false;
  if (Number(event.index) !== Number(run.index) + count) return false;
  const [a, b] = [BigInt(String(run.guest)), BigInt(String(event.guest))];
  const text = [...entriesOf({ [`0+${count + 1}`]: String(run.shadow) })][count]?.text;
  return (a === 0n ? b === 0n : b === a + 0x1000n * BigInt(count)) && text === event.shadow;
}

import { Random } from '../../base';
import type {
  Contents,
  Group,
  KvmCase,
  KvmEntry,
  KvmOp,
  MemslotFields,
  RecordedEvent,
  ShadowChange,
} from '../../oracle/kvm/format';
import { isHost, numberOf } from '../../oracle/kvm/format';
import { frameIn, History } from './history';
import { Plan, shiftOf, shuffled } from './plan';

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
const PRESENT_LARGE = 0x81n;

/** The same case told with other frame numbers, and with the tested addresses elsewhere. */
export function permutedKvmCase(c: KvmCase, seed: number): { case: KvmCase; plan: Plan } {
  const history = historyOf(c);
  const r = new Random(seed);
  const plan = new Plan(c.mode, renaming(r, c, history), shiftOf(r, movesOf(c, history)));
  return { case: new Teller(c, plan, reachable(c, history)).told(), plan };
}

const wordBytes = (c: KvmCase): number => (c.mode === '32' ? 4 : 8);
const wordAt = (c: KvmCase, address: string): [number, number] => {
  const at = numberOf(address);
  return [Math.floor(at / 4096), Math.floor((at % 4096) / wordBytes(c))];
};

function historyOf(c: KvmCase): History {
  const history = new History(c.tables);
  for (const entry of c.ops)
    for (const [address, value] of entry.mem ?? []) history.put(...wordAt(c, address), BigInt(value));
  return history;
}

const slotsOf = (c: KvmCase): readonly Partial<MemslotFields>[] => [
  ...c.memslots,
  ...c.ops.filter(isHost).filter((h) => h.kind === 'memslot'),
];

/** Frames that keep their number because it means something, and all others among those that are alike. */
function renaming(r: Random, c: KvmCase, history: History): Map<number, number> {
  const fixed = new Set<number>();
  const fixRange = (from: number, frames: number): void => {
    for (let i = 0; i < frames; i++) fixed.add(from + i);
  };
  const cuts = new Set<number>();
  for (const { gpa, size, ram } of slotsOf(c)) {
    const [from, frames] = [numberOf(gpa ?? '0x0') / 4096, numberOf(size ?? '0x0') / 4096];
    cuts.add(from).add(from + frames);
    // Memory that is seen in a second place keeps its number in both.
    if (ram !== undefined && ram !== gpa && frames > 0) {
      fixRange(from, frames);
      fixRange(numberOf(ram) / 4096, frames);
    }
  }
  for (const { gpa, size } of c.hostHugePages ?? []) fixRange(numberOf(gpa) / 4096, numberOf(size) / 4096);
  for (const entry of c.ops)
    if (isHost(entry) && entry.kind === 'madvise_dontneed' && entry.size !== '0x1000')
      fixRange(numberOf(entry.gpa ?? '0x0') / 4096, numberOf(entry.size ?? '0x0') / 4096);
  const span = c.mode === '32' ? 1024 : 512;
  for (const { value } of history.all())
    if ((value & PRESENT_LARGE) === PRESENT_LARGE) fixRange(frameIn(value) - (frameIn(value) % span), span);
  for (const frame of piecemeal(c)) fixed.add(frame);
  const at = [...cuts].filter((cut) => cut >= 0 && cut <= 0x1000).sort((a, b) => a - b);
  const classes = at.slice(1).map((end, i) => [Math.max(0x10, at[i] as number), end] as const);
  return shuffled(r, classes, (frame) => fixed.has(frame));
}

function reachable(c: KvmCase, history: History): Set<number> {
  const out = new Set<number>();
  const span = c.mode === '32' ? 1024 : 512;
  for (const { value } of history.all()) {
    const frame = frameIn(value);
    const large = (value & PRESENT_LARGE) === PRESENT_LARGE;
    const from = large ? frame - (frame % span) : frame;
    for (let i = 0; i < (large ? span : 1); i++) out.add(from + i);
  }
  // A slot may show memory at another address than the buffer's.
  for (const { gpa, size, ram } of slotsOf(c))
    if (ram !== undefined && ram !== gpa)
      for (let i = 0; i < numberOf(size ?? '0x0') / 4096; i++) out.add(numberOf(ram) / 4096 + i);
  return out;
}

/** Frames named in words of which single bytes were written: a byte cannot be renamed. */
function piecemeal(c: KvmCase): Set<number> {
  const out = new Set<number>();
  const history = new History(c.tables);
  for (const entry of c.ops) {
    const whole =
      isHost(entry) ||
      entry.va === undefined ||
      ((entry.size ?? 4) % 4 === 0 && BigInt(entry.va) % BigInt(entry.size === 4 ? 4 : wordBytes(c)) === 0n);
    for (const [address, value] of entry.mem ?? []) {
      const [frame, index] = wordAt(c, address);
      if (!whole) out.add(frameIn(history.value(frame, index))).add(frameIn(BigInt(value)));
      history.put(frame, index, BigInt(value));
    }
  }
  return out;
}

function movesOf(c: KvmCase, history: History): Parameters<typeof shiftOf>[1] {
  const guests = c.ops.filter((entry): entry is KvmOp => !isHost(entry));
  const accesses = guests.flatMap((op) => op.groups.flatMap((g) => g.a ?? []));
  const cr3s = guests.filter((op) => op.kind === 'mov_cr3').map((op) => BigInt(op.value ?? 0));
  const straddles = (va: string, size: number): boolean =>
    (numberOf(va) % wordBytes(c)) + size > wordBytes(c);
  return {
    mode: c.mode,
    roots: [...c.vcpus.map((v) => BigInt(v.cr3)), ...cr3s],
    history,
    vas: [
      ...accesses.map(([, va]) => BigInt(va)),
      ...guests.flatMap((op) => (op.va === undefined ? [] : [BigInt(op.va)])),
    ],
    wide: accesses
      .filter(([type, va, size]) => type !== 'f' && straddles(va, size))
      .map(([, va]) => BigInt(va)),
  };
}

/** Tells each part of a case by a plan. */
class Teller {
  constructor(
    private readonly c: KvmCase,
    private readonly plan: Plan,
    /** Frames that any entry names or maps as part of a large page: of no other can the guest see what it holds. */
    private readonly reachable: ReadonlySet<number>,
  ) {}

  told(): KvmCase {
    const { c, plan } = this;
    return {
      ...c,
      vcpus: c.vcpus.map((v) => ({ ...v, cr3: hex(plan.cr3(BigInt(v.cr3))) })),
      tables: this.contents(c.tables, this.reachable),
      ops: c.ops.map((entry) => this.entry(entry)),
      final: this.contents(
        c.final,
        Object.keys(c.final).map((name) => numberOf(name)),
        this.discarded(),
      ),
    };
  }

  /** The renamed contents of frames; the stamps of those in `stamped`, which name their frame's old number, are written out. */
  private contents(
    given: Contents,
    stamped: Iterable<number>,
    bare: ReadonlySet<number> = new Set(),
  ): Contents {
    const all = new Map<number, Map<number, bigint>>();
    for (const frame of stamped) {
      all.set(frame, new Map(bare.has(frame) ? [] : this.stamp(frame)));
    }
    for (const [name, items] of Object.entries(given)) {
      const frame = numberOf(name);
      const held = all.get(frame) ?? new Map<number, bigint>();
      all.set(frame, held);
      for (const item of items) {
        const [index, ...values] = item;
        if (values.length === 1) held.set(Number(index), BigInt(String(values[0])));
        else
          for (let k = 0; k < Number(values[0]); k++)
            held.set(Number(index) + k, BigInt(String(values[1])) + BigInt(k) * BigInt(String(values[2])));
      }
    }
    const out: Record<string, [number, string][]> = {};
    for (const [frame, held] of all)
      out[hex(this.plan.frame(frame))] = [...held].map(([index, value]) => [
        this.plan.place(frame, index).index,
        hex(this.plan.word(value)),
      ]);
    return out;
  }

  private stamp(frame: number): [number, bigint][] {
    const { stamp } = this.c;
    if (stamp === undefined) return [];
    const i = frame - numberOf(stamp.firstFrame);
    if (i < 0 || i >= stamp.frames) return [];
    const first = BigInt(stamp.first) + BigInt(i) * BigInt(stamp.perFrame);
    const out = Array.from({ length: stamp.words }, (_, k): [number, bigint] => [
      k,
      first + BigInt(k) * BigInt(stamp.perWord),
    ]);
    if (stamp.wordAt0x200 !== undefined) out.push([0x200 / wordBytes(this.c), BigInt(stamp.wordAt0x200)]);
    return out;
  }

  private discarded(): Set<number> {
    return new Set(
      this.c.ops
        .filter(isHost)
        .filter((h) => h.kind === 'madvise_dontneed')
        .flatMap((h) =>
          Array.from(
            { length: numberOf(h.size ?? '0x0') / 4096 },
            (_, i) => numberOf(h.gpa ?? '0x0') / 4096 + i,
          ),
        ),
    );
  }

  private entry(entry: KvmEntry): KvmEntry {
    const { plan } = this;
    const seen = {
      ...(entry.events === undefined ? {} : { events: entry.events.map((e) => this.event(e)) }),
      ...(entry.mem === undefined
        ? {}
        : {
            mem: entry.mem.map(
              ([at, value]) => [hex(plan.gpa(BigInt(at))), hex(plan.word(BigInt(value)))] as const,
            ),
          }),
      ...(entry.shadow === undefined ? {} : { shadow: this.shadow(entry.shadow) }),
    };
    if (!isHost(entry)) return { ...entry, ...seen, ...this.operands(entry) };
    return {
      ...entry,
      ...seen,
      ...(entry.dirty === undefined
        ? {}
        : { dirty: entry.dirty.map((gfn) => hex(plan.frame(numberOf(gfn)))) }),
      ...(entry.kind === 'madvise_dontneed' ? { gpa: hex(plan.gpa(BigInt(entry.gpa ?? 0))) } : {}),
    };
  }

  private operands(op: KvmOp): Partial<KvmOp> {
    const { plan } = this;
    const va = BigInt(op.va ?? 0);
    const size = op.size ?? 4;
    const operand = (text: string): string =>
      hex(
        op.kind === 'mov_cr3' || op.kind === 'read_cr3'
          ? plan.cr3(BigInt(text))
          : op.kind.startsWith('mov_cr')
            ? BigInt(text)
            : plan.operand(BigInt(text), va, size),
      );
    const { result } = op;
    return {
      ...(op.va === undefined ? {} : { va: hex(plan.va(va)) }),
      ...(op.value === undefined ? {} : { value: operand(op.value) }),
      ...(op.old === undefined ? {} : { old: operand(op.old) }),
      groups: op.groups.map((g) => this.group(g)),
      result: {
        ...result,
        ...(result.value === undefined ? {} : { value: operand(result.value) }),
        ...(result.pf === undefined
          ? {}
          : { pf: { ...result.pf, cr2: hex(plan.va(BigInt(result.pf.cr2))) } }),
      },
    };
  }

  private group(group: Group): Group {
    if (group.a === undefined) return group;
    return {
      ...group,
      a: group.a.map(([type, va, size]) => [type, hex(this.plan.va(BigInt(va))), size] as const),
    };
  }

  private key(key: string): string {
    const cut = key.indexOf('/');
    return `${this.plan.frame(Number.parseInt(key.slice(0, cut), 16)).toString(16)}${key.slice(cut)}`;
  }

  /** Index in a shadow page of the entry that was at `index`: a page of a four-byte guest has two for each, of a quarter of the guest's. */
  private index(key: string, index: number): number {
    const { shift, mode } = this.plan;
    const [gfn, level, ...role] = key.split('/');
    if (shift === undefined || !shift.tops.has(Number.parseInt(gfn as string, 16))) return index;
    if (mode === '64') return level === 'l3' ? shift.index(index) : index;
    const quadrant = role.find((part) => /^q\d$/.test(part));
    if (mode !== '32' || level !== 'l2' || quadrant === undefined) return index;
    const first = Number(quadrant.slice(1)) * 256;
    return (shift.index(first + (index >> 1)) - first) * 2 + (index & 1);
  }

  private event(event: RecordedEvent): RecordedEvent {
    const { plan } = this;
    const out: Record<string, string | number | boolean> = { ...event };
    const text = (name: string, tell: (value: bigint) => bigint): void => {
      if (typeof event[name] === 'string') out[name] = hex(tell(BigInt(event[name])));
    };
    text('addr', (value) => plan.va(value));
    text('gpa', (value) => plan.gpa(value));
    text('pte', (value) => plan.word(value));
    text('gfn', (value) => BigInt(plan.frame(Number(value))));
    for (const name of ['sp', 'table'])
      if (typeof event[name] === 'string') out[name] = this.key(event[name]);
    if (typeof event.table === 'string' && typeof event.index === 'number')
      out.index = this.index(event.table, event.index);
    return { ...out, ev: event.ev };
  }

  private shadow(change: ShadowChange): ShadowChange {
    const out: Record<string, ShadowChange[string]> = {};
    for (const [key, page] of Object.entries(change)) {
      if (page?.e === undefined) {
        out[this.key(key)] = page;
        continue;
      }
      const e: Record<string, string> = {};
      for (const [index, text] of Object.entries(page.e))
        e[this.index(key, Number(index))] = this.shadowEntry(text);
      out[this.key(key)] = { ...page, e };
    }
    return out;
  }

  private shadowEntry(text: string): string {
    if (text.startsWith('>')) return `>${this.key(text.slice(1))}`;
    const leaf = /^([0-9a-f]+)(:.*)$/.exec(text);
    return leaf === null
      ? text
      : `${this.plan.frame(Number.parseInt(leaf[1] as string, 16)).toString(16)}${leaf[2]}`;
  }
}

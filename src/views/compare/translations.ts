import { address, assertNever, frameName } from '../../base';
import { type Run, rightsText } from '../../engine';
import type { Nested } from '../../hypervisor/nested/state';
import { type Machine, RIGHT_NX, U, W } from '../../machine';
import {
  type EntryAt,
  guestsTables,
  leadingEntries,
  lookThrough,
  processorsTables,
  type Seen,
  type Tables,
} from '../../machine/look';

/** A page to which the processors of two runs are led differently at a pair of moments. */
export interface Translation {
  /** Those that are led so: usually all that have the same tables loaded. */
  readonly vcpus: readonly number[];
  /** First address of the page, halves. */
  readonly vaHi: number;
  readonly vaLo: number;
  /** `0x0000_0040_0000 on vCPU 0 and 1`. */
  readonly name: string;
  /** `0x040 rwx user`, or why there is none. */
  readonly a: string;
  readonly b: string;
  /** The entries that decide, by machine frame of their tables. */
  readonly atA: EntryAt;
  readonly atB: EntryAt;
  /** What comes first in a list. */
  readonly rank: number;
}

export interface Translations {
  readonly found: readonly Translation[];
  readonly all: number;
  /** Pages of the kernel's, beside these, that one of the two has not come to yet: shadows are filled in as they are used. */
  readonly unfilled: number;
}

/** Of a page of the kernel's that leads somewhere on one side alone. */
const UNFILLED = 3;

/** Pages of one vCPU that are looked at: a guest kernel maps all its memory. */
const MOST_PAGES = 4_096;

/** How a processor translates at this moment, its TLB aside; undefined without paging. */
interface Translator {
  readonly tables: Tables;
  readonly look: (vaHi: number, vaLo: number) => Seen;
}

function translatorOf({ built }: Run, v: number): Translator | undefined {
  const { machine } = built;
  if (built.design.name === 'nested') return twice(machine, built.world.part('nested') as Nested, v);
  const tables = processorsTables(machine, v);
  return tables && { tables, look: (vaHi, vaLo) => lookThrough(machine, tables, vaHi, vaLo) };
}

/** Of a processor that translates twice: through the guest's own tables, and on from the guest frame that they name. */
function twice(m: Machine, n: Nested, v: number): Translator | undefined {
  const tables = guestsTables(m, v);
  if (tables === undefined) return undefined;
  const look = (vaHi: number, vaLo: number): Seen => {
    let gfn = -1;
    const machineFrame = (frame: number): number => {
      gfn = frame;
      return n.mfn(frame);
    };
    const noting = { ...tables, machineFrame };
    const seen = lookThrough(m, noting, vaHi, vaLo);
    if (seen.kind === 'nothing') return seen;
    const leaf = n.lookup(gfn);
    if (leaf === undefined) return { kind: 'nothing', why: 'absent', at: seen.at };
    const at = { level: leaf.level, table: leaf.frame, index: leaf.index };
    const own = n.format.rights(n.hi(leaf.frame, leaf.index), n.lo(leaf.frame, leaf.index));
    const kept = (own & W) === 0 ? seen.rights & ~W : seen.rights;
    return { ...seen, rights: kept | (own & RIGHT_NX), at };
  };
  return { tables, look };
}

function say(seen: Seen): string {
  if (seen.kind === 'page') {
    const { frame, rights } = seen;
    const text = rightsText({
      ...{ r: true, w: (rights & W) !== 0, x: (rights & RIGHT_NX) === 0, user: (rights & U) !== 0 },
      ...{ accessed: false, dirty: false, global: false, large: false },
    });
    return `${frameName(frame)} ${text}`;
  }
  switch (seen.why) {
    case 'absent':
      return `a fault: no L${seen.at.level} entry`;
    case 'reserved':
      return `a fault: reserved bits at L${seen.at.level}`;
    case 'no memory':
      return 'a fault: no memory there';
    default:
      return assertNever(seen.why);
  }
}

/**
 * The pages for which the processors of two runs, whatever their designs, would come to another frame or to other rights at a
 * pair of moments, if they walked now: through the shadow, the guest's own tables, or both dimensions. `most` of them, and how
 * many there are in all. Leaves both cursors where they were.
 */
export function translationsApart(
  a: Run,
  b: Run,
  at: { readonly a: number; readonly b: number },
  most: number,
): Translations {
  return a.peek(at.a, () =>
    b.peek(at.b, () => {
      const vcpus = Math.min(a.built.machine.config.vcpus, b.built.machine.config.vcpus);
      const out = together(Array.from({ length: vcpus }, (_, v) => ofVcpu(a, b, v)).flat());
      out.sort((one, other) => one.rank - other.rank);
      const filled = out.filter(({ rank }) => rank < UNFILLED);
      return { found: filled.slice(0, most), all: filled.length, unfilled: out.length - filled.length };
    }),
  );
}

function ofVcpu(a: Run, b: Run, vcpu: number): Translation[] {
  const [left, right] = [translatorOf(a, vcpu), translatorOf(b, vcpu)];
  if (left === undefined || right === undefined) return [];
  const out: Translation[] = [];
  const known = new Set<string>();
  const pages = [
    ...leadingEntries(a.built.machine, left.tables, MOST_PAGES),
    ...leadingEntries(b.built.machine, right.tables, MOST_PAGES),
  ];
  for (const { vaHi, vaLo } of pages) {
    const page = address(vaHi, vaLo);
    if (known.has(page)) continue;
    known.add(page);
    const [one, other] = [left.look(vaHi, vaLo), right.look(vaHi, vaLo)];
    if (one.kind === 'nothing' && other.kind === 'nothing') continue;
    const [sayA, sayB] = [say(one), say(other)];
    if (sayA === sayB) continue;
    const users = [one, other].some((seen) => seen.kind === 'page' && (seen.rights & U) !== 0);
    const both = one.kind === 'page' && other.kind === 'page';
    out.push({
      ...{ vcpus: [vcpu], vaHi, vaLo, a: sayA, b: sayB, atA: one.at, atB: other.at },
      name: page,
      // Programs' pages before the kernel's; of each, those that both lead somewhere first.
      rank: (users ? 0 : 2) + (both ? 0 : 1),
    });
  }
  return out;
}

/** One line for vCPUs to which the same happens. */
function together(all: readonly Translation[]): Translation[] {
  const byWhat = new Map<string, Translation>();
  for (const one of all) {
    const key = [
      one.name,
      one.a,
      one.b,
      ...[one.atA, one.atB].flatMap(({ table, index }) => [table, index]),
    ].join();
    const before = byWhat.get(key);
    byWhat.set(key, before === undefined ? one : { ...before, vcpus: [...before.vcpus, ...one.vcpus] });
  }
  return [...byWhat.values()].map((one) => ({
    ...one,
    name: `${one.name} on vCPU ${one.vcpus.join(' and ')}`,
  }));
}

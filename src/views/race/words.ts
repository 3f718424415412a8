import { assertNever, hex, word } from '../../base';
import { entryText, type Proposition, type Run } from '../../engine';
import { parseEntity } from '../../hypervisor/entity';
import { LockTaken } from '../../kernel';
import { MemoryWritten, sayBuffered } from '../../machine';
import { waitingStores } from '../buffers';
import { lockName } from '../lanes';

/** A word that all vCPUs see: an entry of a table, a lock, a version, a store buffer. */
export interface SharedWord {
  readonly name: string;
  /** What it says at the cursor the run stands at. */
  readonly read: () => string;
  /** Where it is, if it is an entry of a table. */
  readonly entry?: { readonly frame: number; readonly index: number };
}

/** More entries than this stand in nobody's eye at once. */
const MOST_ENTRIES = 4;

/** The words to look at in the first `length` steps of a run: what they are about, not everything they write. */
export function sharedWords(run: Run, length: number, where: string | undefined): SharedWord[] {
  return [
    ...entries(run, length, where),
    ...variables(run),
    ...named(run),
    ...locks(run, length),
    ...registers(run),
    ...buffers(run),
  ];
}

/** Entries that something is broken at, and entries of tables that the guest itself has written. */
function entries(run: Run, length: number, where: string | undefined): SharedWord[] {
  const { machine, spec } = run.built;
  const tables = new Set(spec.tables.map(({ frame }) => machine.gfnToMfn(frame)));
  const found = new Map<string, SharedWord>();
  const add = (frame: number, index: number): void => {
    if (found.size < MOST_ENTRIES) {
      const one = entryWord(run, frame, index);
      if (!found.has(one.name)) found.set(one.name, one);
    }
  };
  for (const { kind, offset, frame } of run.eventsIn(0, length)) {
    if (kind !== MemoryWritten.kind || !tables.has(Number(frame))) continue;
    add(Number(frame), Math.floor(Number(offset) / (4 * machine.guestMode(0).entryCells)));
  }
  const broken = where === undefined ? undefined : parseEntity(where);
  if (broken !== undefined && broken.kind !== 'fixup' && broken.index >= 0) add(broken.frame, broken.index);
  return [...found.values()].flatMap((one) => [one, ...besideOf(run, one)]);
}

/** What the design has to say beside an entry of its own. */
function besideOf(run: Run, { entry }: SharedWord): SharedWord[] {
  if (entry === undefined) return [];
  const words = run.built.hypervisor.describe.beside?.(entry.frame, entry.index) ?? [];
  return words.map(({ name, read }) => ({ name, read }));
}

function entryWord(run: Run, frame: number, index: number): SharedWord {
  const { machine, spec } = run.built;
  const guest = frame < spec.machine.guestFrames;
  const mode = guest ? machine.guestMode(0) : machine.hwMode(0);
  const { memory } = machine;
  return {
    name: `${machine.nameFrame(frame)}[${hex(index, 3)}]`,
    entry: { frame, index },
    read: () => {
      const wide = mode.entryCells === 2;
      const lo = wide ? memory.lo(frame, index) : memory.read32(frame, index);
      const { describe } = run.built.hypervisor;
      const hi = wide ? memory.hi(frame, index) : 0;
      const gnp = describe.wordNamed('gnp');
      return gnp !== undefined && gnp.hi === hi && gnp.lo === lo
        ? 'gnp'
        : short(entryText(mode, 1, word(hi, lo)));
    },
  };
}

/** As scenarios write marks: a column is narrow. */
const short = (text: string): string =>
  text.replace('accessed', 'a').replace('dirty', 'd').replace('global', 'g');

/** Words that the programs have names for: what memory itself holds. */
function variables(run: Run): SharedWord[] {
  const { machine } = run.built;
  return machine.words.map(({ name, gfn, offset }) => ({
    name,
    entry: { frame: machine.gfnToMfn(gfn), index: Math.floor(offset / 8) },
    read: () => String(machine.memory.read32(machine.gfnToMfn(gfn), offset >>> 2)),
  }));
}

/** Registers that the scenario asks about. */
function registers(run: Run): SharedWord[] {
  const { machine, spec } = run.built;
  const found = new Map<string, SharedWord>();
  const inside = (p: Proposition): void => {
    switch (p.kind) {
      case 'register': {
        const name = `${p.register} of ${p.vcpu}`;
        found.set(name, { name, read: () => String(machine.vcpu(p.vcpu).get(p.register)) });
        return;
      }
      case 'not':
        inside(p.of);
        return;
      case 'and':
      case 'or':
        inside(p.left);
        inside(p.right);
        return;
      case 'memory':
      case 'constant':
        return;
      default:
        assertNever(p);
    }
  };
  if (spec.question !== undefined) inside(spec.question.proposition);
  return [...found.values()];
}

function named(run: Run): SharedWord[] {
  const { shared = [] } = run.built.hypervisor.describe;
  return shared.map(({ name, cell }) => ({ name, read: () => String(run.store.get(cell)) }));
}

/** Locks that are taken, by the vCPU that holds them. */
function locks(run: Run, length: number): SharedWord[] {
  const found = new Map<string, SharedWord>();
  for (const event of run.eventsIn(0, length)) {
    if (event.kind !== LockTaken.kind) continue;
    const name = lockName(run, event.step, event.actor) ?? `lock ${event.lock}`;
    const cell = run.store.regions.find((region) => region.name === name)?.base;
    if (cell === undefined || found.has(name)) continue;
    found.set(name, {
      name,
      read: () => {
        const owner = run.store.get(cell);
        return owner === 0 ? 'free' : `vCPU ${owner - 1}`;
      },
    });
  }
  return [...found.values()];
}

/** Stores that wait, oldest first, of all vCPUs. */
function buffers(run: Run): SharedWord[] {
  const { machine } = run.built;
  if (machine.storeBuffers.depth === 0) return [];
  const waiting = (v: number): string[] =>
    waitingStores(run, v).map((store) => `${v}: ${sayBuffered(machine, store)}`);
  return [
    { name: 'store buffers', read: () => machine.regs.flatMap((_, v) => waiting(v)).join('\n') || '·' },
  ];
}

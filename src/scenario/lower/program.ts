import type { OpSource, Span } from '../../engine/spec';
import type { GuestOp } from '../../machine';
import { formOfKind, type Item, type Operation, type ScenarioText } from '../ast';
import type { Findings } from './findings';
import type { MemoryLayout } from './memory';
import { lowerOperation, type Moved } from './operations';
import { bootRegisters, ControlRegisters } from './registers';
import type { Setup } from './setup';

/** The operations of an actor that one statement became; `last` is below `first` if it became none. */
export interface Written {
  readonly actor: number;
  readonly first: number;
  readonly last: number;
}

export interface Programs {
  /** One list per vCPU, then the host's. */
  readonly ops: readonly (readonly GuestOp[])[];
  readonly sources: readonly (readonly OpSource[])[];
  readonly prologue: readonly { readonly actor: number; readonly op: GuestOp }[];
  /** Statements outside the prologue, in the order of the text. */
  readonly written: readonly Written[];
  /** For a note, a question or an expectation: the operations just above it. */
  readonly above: ReadonlyMap<Item, Written>;
}

const MOST_OPERATIONS = 200_000;

interface Block {
  readonly actor: number;
  readonly prologue: boolean;
}

/** Which actor a block belongs to, from 0; the host comes after the last vCPU. */
function actorOf(
  said: { readonly kind: 'host' } | { readonly kind: 'vcpu'; readonly number: { readonly value: bigint } },
  vcpus: number,
): number {
  return said.kind === 'host' ? vcpus : Number(said.number.value);
}

/** How many vCPUs the blocks of a text speak of. Absurd numbers are left to whoever checks them. */
export function vcpusUsed(ast: ScenarioText, f: Findings): number {
  let used = 0;
  for (const item of ast.items) {
    const number =
      item.kind === 'vcpu'
        ? item.number
        : item.kind === 'prologue' && item.actor.kind === 'vcpu'
          ? item.actor.number
          : undefined;
    if (number !== undefined) used = Math.max(used, f.number('The number of a vCPU', number, 0, 63) + 1);
  }
  return used;
}

/** Lowers all operations of a text, in its order. */
export function lowerPrograms(
  ast: ScenarioText,
  text: string,
  setup: Setup,
  layout: MemoryLayout,
  roots: readonly number[],
  f: Findings,
): Programs {
  return new Lowering(ast, text, setup, layout, roots, f).run();
}

class Lowering {
  private readonly ops: GuestOp[][];
  private readonly sources: OpSource[][];
  private readonly prologue: { actor: number; op: GuestOp }[] = [];
  private readonly written: Written[] = [];
  private readonly above = new Map<Item, Written>();
  private readonly registers: readonly ControlRegisters[];
  private count = 0;
  private last: Written | undefined;

  constructor(
    private readonly ast: ScenarioText,
    private readonly text: string,
    private readonly setup: Setup,
    private readonly layout: MemoryLayout,
    roots: readonly number[],
    private readonly f: Findings,
  ) {
    const { vcpus } = setup.machine;
    this.ops = Array.from({ length: vcpus + 1 }, () => []);
    this.sources = Array.from({ length: vcpus + 1 }, () => []);
    this.registers = Array.from(
      { length: vcpus },
      (_, v) => new ControlRegisters(bootRegisters(setup, roots[v] ?? 0)),
    );
  }

  run(): Programs {
    this.walk(this.ast.items, undefined, true, undefined);
    const { ops, sources, prologue, written, above } = this;
    return { ops, sources, prologue, written, above };
  }

  /** Lowers items from the first to the end of the list, or of a `repeat`. Returns the block they end in. */
  private walk(
    items: readonly Item[],
    start: Block | undefined,
    firstRound: boolean,
    moved: Moved | undefined,
  ): void {
    let block = start;
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as Item;
      switch (item.kind) {
        case 'vcpu':
          block = { actor: Number(item.number.value), prologue: false };
          break;
        case 'host':
          block = { actor: this.setup.machine.vcpus, prologue: false };
          break;
        case 'prologue':
          block = { actor: actorOf(item.actor, this.setup.machine.vcpus), prologue: true };
          break;
        case 'repeat': {
          const end = this.endOf(items, i);
          const rounds = this.f.number('The number of rounds', item.count, 1, 100_000);
          const body = items.slice(i + 1, end);
          const step =
            item.step === undefined
              ? undefined
              : BigInt(this.f.number('The step of a `repeat`', item.step, 1, 2 ** 40));
          for (let round = 0; round < rounds && !this.f.failed; round++) {
            const now =
              step === undefined
                ? moved
                : { bytes: (moved?.bytes ?? 0n) + step * BigInt(round), rounds: round };
            this.walk(body, block, firstRound && round === 0, now);
          }
          i = end;
          break;
        }
        case 'end':
          this.f.error(item, 'There is no `repeat` for this `end`. Leave it out, or add `repeat N` above.');
          break;
        case 'note':
        case 'ask':
        case 'expect':
          if (firstRound && this.last !== undefined) this.above.set(item, this.last);
          break;
        default:
          if (formOfKind(item.kind)?.group === 'operation')
            this.operation(item as Exclude<Operation, { kind: 'repeat' | 'end' }>, block, moved);
      }
    }
  }

  private endOf(items: readonly Item[], from: number): number {
    let depth = 0;
    for (let i = from; i < items.length; i++) {
      const { kind } = items[i] as Item;
      if (kind === 'repeat') depth++;
      else if (kind === 'end' && --depth === 0) return i;
      else if (kind === 'vcpu' || kind === 'host' || kind === 'prologue') break;
    }
    this.f.error(
      items[from] as Item,
      'This `repeat` has no `end` in its block. Expected a line `end` after the operations to repeat.',
    );
    return items.length;
  }

  private operation(
    item: Exclude<Operation, { kind: 'repeat' | 'end' }>,
    block: Block | undefined,
    moved: Moved | undefined,
  ): void {
    if (block === undefined) {
      this.f.error(item, 'Nobody performs this operation. Expected a line such as `vcpu 0` above it.');
      return;
    }
    const ops = lowerOperation(item, {
      setup: this.setup,
      layout: this.layout,
      f: this.f,
      registers: this.registers[block.actor],
      ...(moved !== undefined && { moved }),
    });
    this.count += ops.length;
    if (this.count > MOST_OPERATIONS) {
      this.f.error(
        item,
        `These are more than ${MOST_OPERATIONS} operations. Expected fewer rounds or shorter ranges.`,
      );
      return;
    }
    if (block.prologue) {
      for (const op of ops) this.prologue.push({ actor: block.actor, op });
      return;
    }
    const program = this.ops[block.actor];
    const sources = this.sources[block.actor];
    if (program === undefined || sources === undefined) return;
    const first = program.length;
    program.push(...ops);
    ops.forEach((_, nth) => {
      sources.push(this.source(item, nth, ops.length));
    });
    this.last = { actor: block.actor, first, last: program.length - 1 };
    this.written.push(this.last);
  }

  private source(item: Span, nth: number, of: number): OpSource {
    const line = this.text.slice(item.from, item.to).replace(/\s+/g, ' ').trim();
    const { from, to } = item;
    return { from, to, text: of === 1 ? line : `${line} (${nth + 1} of ${of})` };
  }
}

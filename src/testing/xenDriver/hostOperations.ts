import { defined, type Random, type Word } from '../../base';
import type { GuestOp } from '../../machine';
import { design } from './design';
import { DATA, PAGES, TABLES } from './layout';

/** Frames that nothing uses: memory for a guest frame that is moved. */
const SPARE = 0x210;

/** What an argument of an operation may be, by what the design says it is. */
const ARGUMENTS: Readonly<Record<string, (r: Random) => number>> = {
  'guest frame': (r) => (r.chance(0.8) ? DATA + r.below(6) : r.pick([...PAGES, 0x1f0])),
  'machine frame': (r) => SPARE + r.below(8),
  // Never fewer than the worlds with the least room have.
  'number of pages': (r) => 64 + r.below(64),
};

/** How often the world outside the guest does what. It pauses the domain for what must not race with the guest. */
const HOST_MIX: Readonly<Record<string, number>> = {
  grant: 4,
  revoke: 6,
  'p2m-remove': 2,
  'p2m-ram': 6,
  'p2m-move': 2,
  'p2m-ro': 2,
  'p2m-mmio': 2,
  'p2m-mmio-direct': 1,
  'log-dirty-on': 3,
  'log-dirty-off': 2,
  'log-dirty-clean': 3,
  'log-dirty-peek': 1,
  'blow-tables': 2,
  'set-allocation': 1,
};

/** Xen cannot emulate a store to a device that is passed through, which a guest without CR0.WP may ask for again and again. */
const NOT_WITHOUT_WP = 'p2m-mmio-direct';

/**
 * A store to a table that is no ordinary memory cannot be emulated: its shadow is removed, and where the store is translated by
 * that very table, made again, for ever.
 */
const NOT_OF_TABLES: readonly string[] = ['p2m-ro', 'p2m-mmio-direct'];

/** A program of the world outside the guest; `only`: of the operations named; `wp`: the guest never clears CR0.WP. */
export function hostProgram(r: Random, length: number, wp: boolean, only?: readonly string[]): GuestOp[] {
  const able = (design.operations ?? []).flatMap((one) => {
    const wanted = only?.includes(one.name) ?? (wp || one.name !== NOT_WITHOUT_WP);
    const weight = wanted ? (HOST_MIX[one.name] ?? 0) : 0;
    return Array.from({ length: weight }, () => one);
  });
  if (able.length === 0) return [];
  return Array.from({ length }, () => {
    const { name, args } = r.pick(able);
    const drawn = args.map(({ what }) => defined(ARGUMENTS[what], `a random ${what}`)(r));
    const values = NOT_OF_TABLES.includes(name)
      ? drawn.map((frame) => (isTable(frame) ? DATA : frame))
      : drawn;
    return { kind: 'call', name, args: values };
  });
}

/**
 * Whether Xen may crash the domain by right: a grant of a table cannot be taken back by Xen (sheet 4.1, 9.22), and the shadow of a
 * page that is loaded as a root cannot be removed though a user program stores to it or a stack lies there (2.7).
 */
export const mayCrash = (programs: readonly (readonly GuestOp[])[]): boolean =>
  programs.some((program) =>
    program.some(
      (op) =>
        (op.kind === 'call' && op.name === 'grant' && isTable(op.args[0] ?? 0)) ||
        (op.kind === 'cr3' && isTable(op.value.lo >>> 12)),
    ),
  );

const isTable = (frame: number): boolean => TABLES.some((table) => table === frame);

/** An interrupt that is delivered with the stack pointer there. */
export const interruptAt = (va: Word): GuestOp => ({ kind: 'call', name: 'interrupt', args: [va.hi, va.lo] });
export const flushTlbs: GuestOp = { kind: 'call', name: 'flush-tlbs', args: [] };

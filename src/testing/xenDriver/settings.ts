import type { Random } from '../../base';
import { design } from './design';
import { INDICES } from './entries';
import { DRIVER_MODES, type DriverMode, PAGES, TABLES } from './layout';
import { MIX, type OpKind, type Weights } from './mix';

/** How the schedule of a world comes about: how long a vCPU runs before another one may. */
export const PACES = ['fine', 'mixed', 'stalls', 'whole'] as const;
export type Pace = (typeof PACES)[number];

/** A random world, but for what its guest does and who runs when. */
export interface DriverWorld {
  readonly mode: DriverMode;
  readonly era: string;
  readonly vcpus: number;
  readonly pool: number;
  readonly tlb: 0 | 4 | 64;
  readonly l3TopLevel: boolean;
  /** Switches that are off; all others are on, in every era. */
  readonly off: readonly string[];
  /** Number of the address space in which each vCPU starts. */
  readonly starts: readonly number[];
  readonly pace: Pace;
  /** Steps before which a vCPU is often left standing for long: `procedure.label`. */
  readonly pauses: readonly string[];
  /** Operations of all vCPUs together, about. */
  readonly operations: number;
  /** Operations from outside the guest. */
  readonly hostOperations: number;
  readonly weights: Weights;
  /** Numbers of the L1 tables, and entries of them, that the guest works on. */
  readonly pages: readonly number[];
  readonly indices: readonly number[];
  /** Every vCPU stays in the address space in which it starts. */
  readonly loyal: boolean;
  /** Numbers of the roots that it loads; the first more often. */
  readonly roots: readonly number[];
  readonly turnable: readonly string[];
  /** What the world outside does, if not what it does otherwise. */
  readonly host: readonly string[] | undefined;
}

/** What a world must be like for something to be likely: where it says nothing, anything goes. */
export interface Appetite {
  readonly modes?: readonly DriverMode[];
  readonly eras?: readonly string[];
  readonly vcpus?: readonly number[];
  readonly pools?: readonly Pool[];
  readonly tlb?: readonly DriverWorld['tlb'][];
  readonly l3TopLevel?: boolean;
  readonly paces?: readonly Pace[];
  readonly pauses?: readonly string[];
  readonly operations?: number;
  readonly pages?: readonly number[];
  readonly indices?: readonly number[];
  readonly roots?: readonly number[];
  readonly loyal?: boolean;
  readonly host?: readonly string[];
  readonly hostOperations?: number;
  /** Instead of the usual weights, for the kinds named. */
  readonly mix?: Partial<Weights>;
  /** Only the kinds named, nothing else. */
  readonly only?: boolean;
  /** Optimisations that stay on, or off. */
  readonly on?: readonly string[];
  readonly off?: readonly string[];
}

/** How much room the shadows have: hardly enough for one path, some, or plenty. */
export type Pool = 'tight' | 'small' | 'plenty';

/** Not switched in mid-run: what a table learned while it was off would be missed for good. */
const FIXED: readonly string[] = ['fixups'];
const OPTIMISATIONS = design.switches.filter((s) => s.protects === undefined).map((s) => s.name);
export const ERA_NAMES = ['F', 'B', 'T', 'S', 'U', 'A'].filter((name) =>
  design.profiles.some((p) => p.name === name),
);

/** What the shadows in use and one more path need at the least, beside what each vCPU has for itself. */
const LEAST: Readonly<Record<DriverMode, number>> = { '64': 5, pae: 8, '32': 28 };

/** Frames: each vCPU has snapshot pages, perhaps a top table of its own, and a shadow of its root. */
function poolFrames(r: Random, pool: Pool, mode: DriverMode, vcpus: number, weights: Weights): number {
  // A guest without paging is shadowed by tables of two and four pages in a row.
  const unpaged = weights.pagingOff + weights.otherMode > 0 ? 16 : 0;
  const least = LEAST[mode] + 5 * vcpus + unpaged;
  switch (pool) {
    case 'tight':
      return Math.max(16, least + r.below(5));
    case 'small':
      return Math.max(16, least + 5 + r.below(12));
    case 'plenty':
      return 128 + 32 * vcpus;
    default:
      return pool satisfies never;
  }
}

/** In some worlds L1 tables are loaded as roots, and a store of a user program to a loaded root crashes the domain by right. */
function weightsOf(r: Random, { mix = {}, only = false }: Appetite): Weights {
  const usual = only ? Object.fromEntries(Object.keys(MIX).map((kind) => [kind, 0])) : MIX;
  return { ...usual, ...(r.chance(0.7) ? { oddRoot: 0 } : {}), ...mix } as Record<OpKind, number>;
}

/** Magic entries are half of the story: without them (July 2009) much cannot go wrong. */
const oftenOff = (name: string): number => (name === 'no-gnp' ? 0.6 : 0.12);

/** Draws a world; `broken`: a protection that is off. All other protections are on. */
export function drawWorld(r: Random, appetite: Appetite = {}, broken?: string): DriverWorld {
  const mode = r.pick(appetite.modes ?? DRIVER_MODES);
  const era = r.pick(appetite.eras ?? ERA_NAMES);
  const vcpus = r.pick(appetite.vcpus ?? [1, 2, 2, 3, 3, 4]);
  const pool = r.pick(appetite.pools ?? (['plenty', 'plenty', 'small', 'tight'] as const));
  const weights = weightsOf(r, appetite);
  const off = OPTIMISATIONS.filter(
    (name) => appetite.off?.includes(name) || (r.chance(oftenOff(name)) && !appetite.on?.includes(name)),
  );
  const turnable = r.chance(0.4)
    ? OPTIMISATIONS.filter((name) => !FIXED.includes(name) && !appetite.on?.includes(name))
    : [];
  return {
    mode,
    era,
    vcpus,
    pool: poolFrames(r, pool, mode, vcpus, weights),
    tlb: r.pick(appetite.tlb ?? ([0, 4, 64] as const)),
    l3TopLevel: appetite.l3TopLevel ?? r.chance(0.5),
    off: broken === undefined ? off : [broken, ...off],
    starts: Array.from({ length: vcpus }, (_, v) => (appetite.loyal ? v % 2 : r.chance(0.7) ? 0 : 1)),
    loyal: appetite.loyal ?? false,
    pace: r.pick(appetite.paces ?? (['mixed', 'mixed', 'fine', 'stalls', 'whole'] as const)),
    pauses: appetite.pauses ?? [],
    operations: appetite.operations ?? 400,
    hostOperations: appetite.hostOperations ?? (r.chance(0.3) ? 12 : 0),
    weights,
    pages: appetite.pages ?? (r.chance(0.3) ? TABLES : PAGES).map((_, nth) => nth),
    roots: appetite.roots ?? (r.chance(0.5) ? [0, 0, 0, 1, 1] : [0, 0, 1, 2, 3]),
    host: appetite.host,
    indices: appetite.indices ?? INDICES,
    turnable: appetite.off === undefined ? turnable : [],
  };
}

/** One line for a person. */
export function sayWorld(w: DriverWorld): string {
  const off = w.off.length === 0 ? '' : `, off: ${w.off.join(' ')}`;
  const l3 = w.l3TopLevel ? '' : ', L3 not pinned';
  return `${w.mode} guest, era ${w.era}, ${w.vcpus} vCPU${w.vcpus === 1 ? '' : 's'}, pool ${w.pool}, TLB ${w.tlb}, ${w.pace}${l3}${off}`;
}

import { frameName } from '../../base';
import type { Run } from '../../engine';
import { shadowTable } from '../../hypervisor/entity';
import { parentsOf } from '../../hypervisor/xi/chains';
import { NO_QUADRANT } from '../../hypervisor/xi/constants';
import type { Xi } from '../../hypervisor/xi/state';
import { xiAt } from './xiAt';

/** A kit that some shadow table is made of. */
export interface KitInUse {
  readonly name: string;
  readonly entity: string;
  /** `L1 table 0x012`, `pieces of 0x010`, with the quadrant of a 32-bit guest's. */
  readonly says: string;
  readonly entries: number;
  readonly parents: number;
  readonly stale: boolean;
  readonly open: boolean;
  /** Why it cannot be recycled now; undefined where it can. */
  readonly pinned?: string;
  /** It was used last by this beat. */
  readonly moved: boolean;
}

export interface FreeKit {
  readonly name: string;
  /** Its pages can be used as they are. */
  readonly zeroed: boolean;
}

/** The kits of one domain. */
export interface DomainKits {
  readonly domain: number;
  /** It has them: from its first root on, for life. */
  readonly reserved: boolean;
  /** In use, the one used last first: recycling begins at the other end. */
  readonly inUse: readonly KitInUse[];
  /** Of the list it draws on: freed ones first, as they will be taken. Named are the first few. */
  readonly free: readonly FreeKit[];
  readonly freeCount: number;
  /** Name of the kit that would be recycled next; undefined where all are pinned. */
  readonly victim: string | undefined;
}

export interface KitsView {
  /** How the number of kits came about, as a sum in words. */
  readonly arithmetic: string;
  readonly all: number;
  readonly used: number;
  readonly domains: readonly DomainKits[];
  /** All domains draw on one list. */
  readonly shared: boolean;
  /** What happened to kits in this beat, in order. */
  readonly now: readonly string[];
  readonly counts: readonly { readonly name: string; readonly value: number; readonly tip: string }[];
}

/** Free kits beyond this are counted, not named. */
const NAMED = 12;

/** The pool after the beat of cursors [from, to]; undefined for other designs. */
export function kitsAt(run: Run, from: number, to: number): KitsView | undefined {
  const newest = xiAt(run, from, (x) => indices(x.domains).map((domain) => x.kits.lru(domain)[0])) ?? [];
  return xiAt(run, to, (x) => ({
    arithmetic: arithmetic(run, x),
    all: x.reservation.kits,
    used: x.kits.used().length,
    domains: indices(x.domains).map((domain) => domainKits(x, domain, newest[domain])),
    shared: x.sharedHeap && x.domains > 1,
    now: run.eventsIn(from, to).flatMap((e) => happened(x, e)),
    counts: counts(run),
  }));
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** `newest`: the kit used last when the beat began. */
function domainKits(x: Xi, domain: number, newest: number | undefined): DomainKits {
  const inUse = x.kits.lru(domain).map((kit, i) => kitInUse(x, kit, i === 0 && kit !== newest));
  const heap = x.heapOf(domain);
  return {
    domain,
    reserved: x.reserved(domain) > 0,
    inUse,
    free: x.kits
      .free(heap)
      .slice(0, NAMED)
      .map((kit) => ({ name: x.kitName(kit), zeroed: x.kits.get(kit, 'used') === 0 })),
    freeCount: x.kits.freeCount(heap),
    victim: inUse.findLast(({ pinned }) => pinned === undefined)?.name,
  };
}

function kitInUse(x: Xi, kit: number, moved: boolean): KitInUse {
  const { kits } = x;
  const gfn = frameName(kits.get(kit, 'gfn'));
  const quadrant = kits.get(kit, 'quadrant');
  const part = kits.shape(kit) === '32' && quadrant < NO_QUADRANT ? `, quadrant ${quadrant}` : '';
  const why = pinnedBecause(x, kit);
  return {
    name: x.kitName(kit),
    entity: shadowTable(x.spt(kit)),
    says:
      kits.get(kit, 'direct') !== 0 ? `pieces of ${gfn}` : `L${kits.get(kit, 'level')} table ${gfn}${part}`,
    entries: kits.get(kit, 'entries'),
    parents: parentsOf(x, kit).length,
    stale: kits.get(kit, 'snapStale') !== 0,
    open: kits.get(kit, 'guestMayWrite') !== 0,
    ...(why === undefined ? {} : { pinned: why }),
    moved,
  };
}

/** RECONSTRUCTED (sheet 5.9): what is loaded, and what the operation in progress stands on, stays. */
function pinnedBecause(x: Xi, kit: number): string | undefined {
  const root = x.vcpus.find((v) => v.roots.includes(kit));
  if (root !== undefined) return `root of vCPU ${root.index}`;
  const user = x.on('pin-path') ? x.vcpus.find((v) => v.inUse.includes(kit)) : undefined;
  return user === undefined ? undefined : `needed by vCPU ${user.index} now`;
}

/** `5 % of 1,024 pages = 51, by 4 pages each: 12 kits`, or what the scenario says. */
function arithmetic(run: Run, x: Xi): string {
  const { kits, pages, kitPages } = x.reservation;
  const { knobs } = run.built.spec.options;
  const memory = run.built.machine.config.guestFrames;
  if (knobs.kits !== undefined)
    return `The scenario asks for ${kits} kits: ${kits} × ${kitPages} = ${pages} pages of the domain’s ${memory}.`;
  const share = (knobs.share ?? 50) / 10;
  return `${share} % of ${memory} pages = ${pages}, by ${kitPages} pages each: ${kits} kits.`;
}

type Happening = ReturnType<Run['eventsIn']>[number];

function happened(x: Xi, e: Happening): string[] {
  const kit = (): string => x.kitName(Number(e.kit));
  const gfn = (): string => frameName(Number(e.gfn));
  switch (e.kind) {
    case 'SptiAlloc':
      return [
        Number(e.quadrant) === NO_QUADRANT
          ? `${kit()} is taken for the pieces of ${gfn()}`
          : `${kit()} is taken for the L${e.level} table ${gfn()}`,
      ];
    case 'PageZero':
      return [`${kit()} is zeroed while somebody waits: ${e.pages} pages`];
    case 'IdleZero':
      return [`${kit()} is zeroed ahead of time: ${e.pages} pages`];
    case 'SptiRecycle':
      return [`${kit()} is recycled: the shadow of ${gfn()} was used least recently`];
    default:
      return [];
  }
}

const COUNTS = [
  ['spti_alloc', 'kits taken'],
  ['spti_recycle', 'recycled'],
  ['refaults', 'made again'],
  ['pages_zeroed', 'pages zeroed, waiting'],
  ['pages_zeroed_idle', 'pages zeroed, idle'],
] as const;

function counts(run: Run): KitsView['counts'] {
  const values = run.world.counters.all();
  return COUNTS.map(([counter, name]) => ({
    name,
    value: values[counter] ?? 0,
    tip: run.built.design.counters.find((one) => one.name === counter)?.says ?? '',
  }));
}

import { frameName, hex } from '../../base';
import { type Run, stepCaption } from '../../engine';
import { guestTable, parseEntity, shadowEntry } from '../../hypervisor/entity';
import { SHADOW_OOS_FIXUPS } from '../../hypervisor/xen/fixupStore';
import { SHADOW_HASH_BUCKETS, shHash } from '../../hypervisor/xen/hash';
import { oosFind } from '../../hypervisor/xen/oos/slots';
import type { Xen } from '../../hypervisor/xen/state';
import { guesses } from '../../hypervisor/xen/wrmapGuess';
import { mappingsOf } from './references';
import { type Cost, costs, type Geometry } from './removalCost';
import {
  howName,
  MEANS,
  type Means,
  meansOf,
  type Read,
  type Removal,
  readsBefore,
  removalNow,
  removalsAt,
} from './removals';
import { xenAt } from './xenAt';

/** What one means has read in this run, and found. */
export interface Counted {
  readonly means: Means;
  readonly reads: number;
  readonly hits: number;
}

/** One removal as the panel lists it. */
export interface RemovalLine {
  /** Cursor after its first read. */
  readonly cursor: number;
  readonly page: string;
  readonly entity: string;
  readonly who: string;
  readonly counted: readonly Counted[];
  readonly reads: number;
  /** It is being worked on at this moment. */
  readonly now: boolean;
}

/** The last reads of the removal that is going on or was the last, newest last. */
export interface ReadLine {
  readonly how: string;
  readonly place: string;
  readonly entity: string | undefined;
  readonly hit: boolean;
  readonly nth: number;
  /** The sentence of the step that read it: a guess says whose habit it goes by, and the address. */
  readonly says: string;
}

/** Where a full search has got to. */
export interface SearchPlace {
  readonly bucket: number;
  readonly buckets: number;
  /** Which L1 shadow this is of those searched so far, and how many there are. */
  readonly nth: number;
  readonly shadows: number;
}

export interface Comparison {
  /** The page that is asked about: in focus, or the last one that was protected. */
  readonly page: { readonly name: string; readonly entity: string; readonly writers: number } | undefined;
  readonly geometry: Geometry;
  readonly costs: readonly Cost[];
  /** Reads and hits of all removals so far, by means. */
  readonly counted: readonly Counted[];
  readonly removals: readonly RemovalLine[];
  readonly lastReads: readonly ReadLine[];
  /** While a full search goes on. */
  readonly searching: SearchPlace | undefined;
}

/** More removals than anybody reads: the last ones are shown. */
const SHOWN = 8;

/** What taking write access away has cost so far, and what each means would cost for a page now (sheet 4.2, scenario 9.23). */
export function comparisonAt(run: Run, cursor: number, entity: string | undefined): Comparison | undefined {
  const all = removalsAt(run, cursor);
  const current = removalNow(run, cursor);
  return xenAt(run, cursor, (x) => {
    const gmfn = pageOf(x, entity) ?? current?.gmfn ?? all.at(-1)?.gmfn;
    const geometry = geometryOf(x, gmfn);
    const last = current ?? all.at(-1);
    return {
      page:
        gmfn === undefined
          ? undefined
          : { name: frameName(gmfn), entity: guestTable(gmfn), writers: x.guest.writers(gmfn) },
      geometry,
      costs: costs(geometry),
      counted: sum(all.flatMap((removal) => removal.reads.slice(0, readsBefore(removal, cursor)))),
      removals: all.slice(-SHOWN).map((removal) => lineOf(run, removal, cursor, removal === current)),
      lastReads: last === undefined ? [] : readLines(run, x, last, cursor),
      searching: current === undefined ? undefined : searchPlace(x, current, cursor),
    };
  });
}

function pageOf(x: Xen, entity: string | undefined): number | undefined {
  const named = entity === undefined ? undefined : parseEntity(entity);
  return named?.kind === 'guest' && x.mfnValid(named.frame) && x.isPageTable(named.frame)
    ? named.frame
    : undefined;
}

function geometryOf(x: Xen, gmfn: number | undefined): Geometry {
  return {
    shadows: [...x.l1Shadows()].length,
    entries: Math.max(x.entries, ...[...x.l1Shadows()].map((smfn) => x.entriesOf(x.pages.type(smfn)))),
    levels: x.geometry(0).topLevel,
    guesses: gmfn === undefined ? 0 : guesses(x, 0, gmfn, 1, 0, 0).length,
    writers: gmfn === undefined ? 0 : [...mappingsOf(x, gmfn)].filter((m) => m.writable).length,
    fixups: gmfn === undefined ? 0 : fixupsFor(x, gmfn),
    hint: x.vcpus.some((v) => v.get('lastWriteablePteSmfn') !== 0),
  };
}

function fixupsFor(x: Xen, gmfn: number): number {
  if (x.era.fixups === 'none' || !x.outOfSync(gmfn)) return 0;
  if (x.era.fixups === 'table')
    return x.fixupTables.reduce((n, table) => n + (table.used ? table.entriesOf(gmfn).length : 0), 0);
  const place = oosFind(x, gmfn);
  const arrays = place === undefined ? undefined : x.fixupArrays[place.owner];
  let n = 0;
  for (let i = 0; place !== undefined && i < SHADOW_OOS_FIXUPS; i++)
    if ((arrays?.smfn(place.slot, i) ?? -1) >= 0) n++;
  return n;
}

function sum(reads: readonly Read[]): Counted[] {
  return MEANS.map((means) => {
    const mine = reads.filter(({ how }) => meansOf(how) === means);
    return { means, reads: mine.length, hits: mine.filter(({ hit }) => hit).length };
  });
}

function lineOf(run: Run, removal: Removal, cursor: number, now: boolean): RemovalLine {
  const reads = removal.reads.slice(0, readsBefore(removal, cursor));
  return {
    cursor: (removal.reads[0]?.step ?? 0) + 1,
    page: frameName(removal.gmfn),
    entity: guestTable(removal.gmfn),
    who: run.world.actors[removal.actor]?.name ?? '',
    counted: sum(reads).filter(({ reads: n }) => n > 0),
    reads: reads.length,
    now,
  };
}

const READS_SHOWN = 6;

function readLines(run: Run, x: Xen, removal: Removal, cursor: number): ReadLine[] {
  const n = readsBefore(removal, cursor);
  const first = Math.max(0, n - READS_SHOWN);
  return removal.reads.slice(first, n).map(({ step, how, smfn, index, hit }, i) => ({
    how: howName(how),
    // A guess whose address no L1 shadow covers reads nothing below the level where the walk ends.
    place: smfn === 0 ? 'no L1 shadow there' : `${x.name(smfn)}[${hex(index, 3)}]`,
    entity: smfn === 0 ? undefined : shadowEntry(smfn, index),
    hit,
    nth: first + i + 1,
    says: stepCaption(run, step) ?? '',
  }));
}

function searchPlace(x: Xen, removal: Removal, cursor: number): SearchPlace | undefined {
  const reads = removal.reads
    .slice(0, readsBefore(removal, cursor))
    .filter(({ how }) => meansOf(how) === 'search');
  const last = reads.at(-1);
  if (last === undefined || x.pages.type(last.smfn) === 0) return undefined;
  return {
    bucket: shHash(x.pages.backpointer(last.smfn), x.pages.type(last.smfn)),
    buckets: SHADOW_HASH_BUCKETS,
    nth: new Set(reads.map(({ smfn }) => smfn)).size,
    shadows: [...x.l1Shadows()].length,
  };
}

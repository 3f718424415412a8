import { frameName } from '../../base';
import type { Run } from '../../engine';
import { dataFrame } from '../../hypervisor/entity';
import type { Xi } from '../../hypervisor/xi/state';
import { scanEvents } from './scanEvents';
import { xiAt } from './xiAt';

/** One round of a live migration: what was sent, and what it found to send. */
export interface Round {
  readonly nth: number;
  /** Cursor after which it began. */
  readonly cursor: number;
  /** Pages sent: all in the first round, later those that were dirty. */
  readonly pages: number;
  /** Entries made read-only again by it. */
  readonly protectedEntries: number;
}

export interface MigrationView {
  readonly on: boolean;
  readonly rounds: readonly Round[];
  /** Guest frames and their bit: those that have been written since the last round, and those that the rounds have sent. */
  readonly bitmap: readonly {
    readonly frame: string;
    readonly entity: string;
    readonly dirty: boolean;
    readonly news: boolean;
  }[];
  readonly dirty: number;
  /** In words: falling, steady or growing. */
  readonly verdict: string;
}

interface Known {
  step: number;
  readonly rounds: Round[];
  protectedEntries: number;
}

const known = new WeakMap<Run, Known>();

/** Rounds of a run as far as it is recorded; continued as it grows. */
function roundsOf(run: Run): readonly Round[] {
  const found = known.get(run) ?? { step: 0, rounds: [], protectedEntries: 0 };
  known.set(run, found);
  const from = found.step;
  found.step = run.length;
  scanEvents(run, from, found.step, (kind, value, step) => {
    if (kind === 'SpteWrprot') found.protectedEntries++;
    if (kind !== 'LogdirtyOn' && kind !== 'DirtyRound') return;
    const first = kind === 'LogdirtyOn';
    found.rounds.push({
      nth: first ? 1 : found.rounds.length + 1,
      cursor: step + 1,
      pages: first ? run.built.machine.config.guestFrames : value('pages'),
      protectedEntries: found.protectedEntries,
    });
    found.protectedEntries = 0;
  });
  return found.rounds;
}

/** Dirty logging and its rounds at a cursor; undefined for other designs and for runs that never log. */
export function migrationAt(run: Run, from: number, cursor: number): MigrationView | undefined {
  const all = roundsOf(run);
  if (all.length === 0) return undefined;
  const rounds = all.filter((round) => round.cursor <= cursor);
  return xiAt(run, cursor, (x) => {
    const news = new Set(
      run
        .eventsIn(from, cursor)
        .filter((e) => e.kind === 'DirtySet')
        .map((e) => Number(e.gfn)),
    );
    const bitmap = x.pages
      .known()
      .filter((gfn) => x.p2m.isRam(gfn) && used(x, gfn))
      .map((gfn) => ({
        frame: frameName(gfn),
        entity: dataFrame(x.p2m.mfn(gfn)),
        dirty: x.pages.get(gfn, 'dirty') !== 0,
        news: news.has(gfn),
      }));
    return {
      on: x.logging,
      rounds,
      bitmap,
      dirty: bitmap.filter((page) => page.dirty).length,
      verdict: verdict(rounds),
    };
  });
}

/** Mapped by somebody, a page table, or written: of others nothing is known that could change. */
const used = (x: Xi, gfn: number): boolean =>
  x.pages.isGpt(gfn) || x.pages.get(gfn, 'chainHead') !== 0 || x.pages.get(gfn, 'dirty') !== 0;

/** Whether rounds become smaller: what decides when the guest can be stopped for the last one. */
function verdict(rounds: readonly Round[]): string {
  const [before, last] = rounds.slice(-2);
  if (rounds.length === 0) return 'Logging is not on yet.';
  if (before === undefined || last === undefined)
    return 'The first round sends all pages, while the guest goes on writing.';
  if (last.pages === 0) return 'Nothing was written since the last round: both sides are equal.';
  if (last.pages < before.pages)
    return `It converges: ${last.pages} pages after ${before.pages}. The last few are sent while the guest stands still.`;
  return last.pages === before.pages
    ? `It stands: ${last.pages} pages in each of the last two rounds. The guest writes as fast as they are sent.`
    : `It grows: ${last.pages} pages after ${before.pages}.`;
}

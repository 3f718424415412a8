import { guestIndexOf } from '../../../../hypervisor/xi/shape';
import type { Xi } from '../../../../hypervisor/xi/state';
import type { LoggedEvent } from '../../../../kernel';
import { shadowEntry, shadowTable, snapshotPage } from '../../entity';
import type { Motion } from '../../model';
import { field, type Moment } from '../../read/moment';

/** What XI's events look like in motion. Visits and reads of one lookup are gathered by the caller. */
export function xiMotion(event: LoggedEvent, moment: Moment): Motion | Motion[] | undefined {
  const x = moment.run.world.part('xi') as Xi;
  const at = (name: string): number => field(event, name);
  const entry = (): string => shadowEntry(x.spt(at('kit')), at('index'));
  switch (event.kind) {
    case 'SptiAlloc':
      return { kind: 'appear', at: shadowTable(x.spt(at('kit'))) };
    case 'SptiRecycle':
      // It is chosen: its entries leave one by one in the beats that follow.
      return { kind: 'read', at: shadowTable(x.spt(at('kit'))) };
    case 'SpteSet':
    case 'SpteClear':
    case 'SpteWrprot':
    case 'SpteGrantW':
      return { kind: 'change', at: entry() };
    case 'BlVisit':
    case 'LinearRead':
      return {
        kind: 'search',
        reads: [entry()],
        hits: at('hit') === 1 ? [entry()] : [],
        word: event.kind === 'BlVisit' ? 'visited' : 'read',
        before: before(event, moment),
        ...(event.kind === 'BlVisit' ? { means: 'along the chain' } : {}),
      };
    case 'OosOpen':
      return x.pages.sptis(at('gfn')).map((kit) => ({ kind: 'appear', at: snapshotPage(x.snapshot(kit)) }));
    case 'ResyncEnd':
      return comparisons(event, moment, x);
    default:
      return undefined;
  }
}

/** How many entries the same lookup had read before this beat: the count goes on from there. */
function before(event: LoggedEvent, { run, from }: Moment): number {
  const first = event.step;
  if (first < from) return 0;
  let n = 0;
  for (let step = from - 1; step >= 0; step--) {
    const events = run.eventsIn(step, step + 1);
    if (events.some((e) => e.kind === 'ChainWalk' || e.kind === 'LinearScan')) break;
    const reads = events.filter((e) => e.kind === event.kind && e.gfn === event.gfn).length;
    if (reads === 0) break;
    n += reads;
  }
  return n;
}

/** Steps of a resync at most, generously. */
const MOST_STEPS = 20_000;

/** A resync of a table: all entries of each of its shadows are compared, those that differ light up. */
function comparisons(event: LoggedEvent, moment: Moment, x: Xi): Motion[] {
  const gfn = field(event, 'gfn');
  // What differed was brought up to date in beats of its own, since the comparison began.
  const steps = moment.run.eventsIn(Math.max(0, event.step - MOST_STEPS), event.step);
  const begun = steps.findLastIndex((e) => e.kind === 'ResyncBegin' && field(e, 'gfn') === gfn);
  const found = steps.slice(begun + 1).filter((e) => e.kind === 'ResyncEntry');
  return x.pages.sptis(gfn).map((kit): Motion => {
    const shape = x.shapeOf(kit);
    const level = x.kits.get(kit, 'level');
    const quadrant = x.kits.get(kit, 'quadrant');
    const differ = new Set(found.filter((e) => field(e, 'kit') === kit).map((e) => field(e, 'index')));
    const all = Array.from({ length: shape.entries }, (_, i) => i);
    return {
      kind: 'compare',
      table: shadowTable(x.spt(kit)),
      all: all.map((i) => shadowEntry(x.spt(kit), i)),
      differ: all
        .filter((i) => differ.has(guestIndexOf(shape, level, quadrant, i)))
        .map((i) => shadowEntry(x.spt(kit), i)),
    };
  });
}

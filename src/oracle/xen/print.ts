import {
  EntryEmulated,
  FastPath,
  FaultOutcome,
  fastPathCode,
  OUTCOMES,
  Propagated,
  ResyncBegun,
  ShadowCreated,
  ShadowDestroyed,
  UnshadowAsked,
  UnsyncAsked,
} from '../../hypervisor/xen/events';
import type { Xen } from '../../hypervisor/xen/state';
import { FT_DEMAND_READ, FT_DEMAND_WRITE } from '../../hypervisor/xen/types';
import { frameOf, indexAt, PageFault } from '../../machine';
import { hex64 } from '../kvm/print';
import type { ShadowNames } from './entryText';
import type { RecordedEvent } from './format';

/** Simulated events in the form of the recording, so that both can be compared field by field. */

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

const FETCH_KINDS: Readonly<Record<number, string>> = {
  [FT_DEMAND_READ]: 'demand_read',
  [FT_DEMAND_WRITE]: 'demand_write',
};

/** What the recorder's outcome is for one of ours; none where the recording has no word for it. */
const OUTCOME_NAMES: Readonly<Record<string, string>> = {
  fixed: 'fixed',
  unshadowed: 'fixed',
  emulated: 'emulated',
  'guest-fault': 'not_shadow',
  'bad-gfn': 'not_shadow',
  dying: 'not_shadow',
  mmio: 'mmio',
};

/** A run of one kind of entry as the recorder joins them: guest and shadow frame go up by one each, or all is zero. */
interface Run {
  readonly level: number;
  readonly index: number;
  count: number;
  readonly guest: { readonly hi: number; readonly lo: number };
  readonly shadow: { readonly hi: number; readonly lo: number };
}

class Printer {
  readonly out: RecordedEvent[] = [];
  private va = { hi: 0, lo: 0 };
  /** The recorder takes all that follows a resync for its entries, up to the next entry on the path of a fault. */
  private resyncing = false;
  private emulating = false;
  private fast = false;
  private run: Run | undefined;
  /** Index of the next entry that is looked at ahead. */
  private ahead = 0;

  constructor(
    private readonly x: Xen,
    private readonly mode: '64' | 'pae' | '32',
    private readonly names: ShadowNames,
  ) {}

  private put(event: RecordedEvent): void {
    this.endRun();
    this.out.push(event);
  }

  fault(vaHi: number, vaLo: number, error: number): void {
    this.va = { hi: vaHi, lo: vaLo };
    this.emulating = false;
    this.resyncing = false;
    this.fast = false;
    this.put({ ev: 'page_fault', addr: hex64(vaHi, vaLo >>> 0), error: hex(error) });
  }

  fastPath(): void {
    this.fast = true;
  }

  emulated(): void {
    this.emulating = true;
  }

  unsync(gmfn: number, done: number): void {
    this.put({ ev: 'unsync', gfn: this.gfn(gmfn), done: done !== 0 });
  }

  resync(gmfn: number): void {
    this.resyncing = true;
    this.put({ ev: 'resync', gfn: this.gfn(gmfn) });
  }

  shadow(ev: string, type: number, n: number, smfn: number): void {
    this.put({ ev, sp: this.names.made(type, n, smfn) });
  }

  removeShadows(gmfn: number): void {
    this.put({ ev: 'remove_shadows', gfn: this.gfn(gmfn) });
  }

  outcome(code: number): void {
    const outcome = OUTCOME_NAMES[OUTCOMES[code] ?? ''] ?? String(OUTCOMES[code]);
    this.put({ ev: 'outcome', outcome, ...(this.fast ? { fast: true } : {}) });
    this.emulating = false;
    this.fast = false;
  }

  propagate(level: number, ft: number, guestHi: number, guestLo: number, hi: number, lo: number): void {
    const guest = { hi: guestHi, lo: guestLo };
    const shadow = { hi, lo };
    const demand = FETCH_KINDS[ft];
    if (demand !== undefined) {
      this.resyncing = false;
      const index = indexAt(this.x.geometries[this.mode].guest, level, this.va.hi, this.va.lo);
      this.ahead = index + 1;
      this.put(this.propagated(demand, level, guest, shadow, index));
    } else if (this.resyncing) this.put(this.propagated('resync', level, guest, shadow));
    else if (this.emulating) this.put(this.propagated('validate', level, guest, shadow));
    else this.prefetch(level, guest, shadow);
  }

  private prefetch(level: number, guest: Run['guest'], shadow: Run['shadow']): void {
    const index = this.ahead++;
    if (this.run !== undefined && this.continues(this.run, guest, shadow)) {
      this.run.count++;
      return;
    }
    this.endRun();
    this.run = { level, index, count: 1, guest, shadow };
  }

  private continues(run: Run, guest: Run['guest'], shadow: Run['shadow']): boolean {
    const next = (first: Run['guest'], now: Run['guest']): boolean =>
      first.hi === 0 && first.lo === 0
        ? now.hi === 0 && now.lo === 0
        : now.hi === first.hi && now.lo === ((first.lo + 0x1000 * run.count) | 0);
    const shown = (first: Run['shadow'], now: Run['shadow']): boolean => {
      if (first.hi === 0 && first.lo === 0) return now.hi === 0 && now.lo === 0;
      if (now.hi === 0 && now.lo === 0) return false;
      const [a, b] = [this.x.p2m.gfn(frameOf(first.hi, first.lo)), this.x.p2m.gfn(frameOf(now.hi, now.lo))];
      return b === a + run.count && (first.lo & 0xfff) === (now.lo & 0xfff) && first.hi >= 0 === now.hi >= 0;
    };
    return next(run.guest, guest) && shown(run.shadow, shadow);
  }

  endRun(): void {
    const { run } = this;
    if (run === undefined) return;
    this.run = undefined;
    const event = this.propagated('prefetch', run.level, run.guest, run.shadow, run.index);
    this.out.push(run.count === 1 ? event : { ...event, count: run.count });
  }

  private propagated(
    kind: string,
    level: number,
    guest: Run['guest'],
    shadow: Run['shadow'],
    index?: number,
  ): RecordedEvent {
    return {
      ev: 'propagate',
      kind,
      level,
      ...(index === undefined ? {} : { index }),
      guest: hex64(guest.hi, guest.lo),
      shadow: this.names.entry(shadow.hi, shadow.lo),
    };
  }

  private gfn(gmfn: number): string {
    return `0x${this.x.p2m.gfn(gmfn).toString(16)}`;
  }
}

/** What the design did since the log was emptied, in the recorder's words: the events that a replay compares. */
export function printedEvents(
  x: Xen,
  mode: '64' | 'pae' | '32',
  names: ShadowNames,
): readonly RecordedEvent[] {
  const { events } = x.world;
  const p = new Printer(x, mode, names);
  events.scan(0, events.mark, (type, _, at) => {
    const f = (i: number): number => events.argument(at + i);
    switch (type) {
      case PageFault:
        p.fault(f(1), f(2), f(3));
        break;
      case FastPath:
        if (f(1) === fastPathCode('emulate')) p.fastPath();
        break;
      case EntryEmulated:
        p.emulated();
        break;
      case UnsyncAsked:
        p.unsync(f(1), f(2));
        break;
      case ResyncBegun:
        p.resync(f(0));
        break;
      case ShadowCreated:
        p.shadow('make_shadow', f(0), f(1), f(2));
        break;
      case ShadowDestroyed:
        p.shadow('destroy_shadow', f(0), f(1), f(2));
        break;
      case UnshadowAsked:
        p.removeShadows(f(0));
        break;
      case FaultOutcome:
        p.outcome(f(1));
        break;
      case Propagated:
        p.propagate(f(0), f(1), f(2), f(3), f(4), f(5));
        break;
      default:
        break;
    }
  });
  p.endRun();
  return p.out;
}

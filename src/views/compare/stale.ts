import { hex } from '../../base';
import type { Run } from '../../engine';
import type { Machine, TlbEntry } from '../../machine';
import { guestLeads, type Leads, shadowLeads } from './tables';

/** What held the outdated translation: a vCPU's TLB, or the shadow that its processor walks when the TLB has no answer. */
export type Holder = 'TLB' | 'shadow';

/** A stretch of a run in which a vCPU could use a translation that its guest's tables no longer say. Cursors [from, to). */
export interface StaleWindow {
  readonly vcpu: number;
  /** First address of the page, halves. */
  readonly vaHi: number;
  readonly vaLo: number;
  readonly holder: Holder;
  readonly from: number;
  readonly to: number;
  /** What it still allowed, in words: `frame 0x040, not mapped any more`. */
  readonly says: string;
}

export interface StaleTotal {
  readonly vcpu: number;
  /** Steps of the run in which it held at least one outdated translation. */
  readonly steps: number;
  /** Operations of its own that it was in, or came to, in such a step. */
  readonly operations: number;
  /** Longest stretch of such steps. */
  readonly longest: number;
  readonly windows: readonly StaleWindow[];
}

export interface StaleMeter {
  readonly vcpus: readonly StaleTotal[];
  /** Steps that were looked at: all of them, or as many as there was time for. */
  readonly looked: number;
}

/** Longer runs are looked at no further: the meter reads tables at every step. */
const MOST_STEPS = 50_000;

/**
 * For how long each vCPU lived with translations that were out of date: at every moment of the run, each page that a TLB or a
 * shadow leads to is held against the guest's own tables as they stand then. Outdated is what leads elsewhere or allows more;
 * what allows less only costs a fault. Reads the store alone, and leaves the cursor where it was.
 */
export function staleMeter(run: Run, most = MOST_STEPS): StaleMeter {
  const { machine } = run.built;
  const { vcpus } = machine.config;
  const looked = Math.min(run.length, most);
  const books = Array.from({ length: vcpus }, (_, v) => new Book(v));
  const known = new Pages();
  run.peek(0, () => {
    for (let cursor = 0; cursor <= looked; cursor++) {
      run.seek(cursor);
      for (const book of books) {
        const tlb = machine.tlb.entries(book.vcpu).filter((entry) => entry.user);
        for (const entry of tlb) known.add(entry);
        book.at(cursor, outdated(machine, book.vcpu, tlb, known));
      }
    }
  });
  return { vcpus: books.map((book) => book.total(run, looked)), looked };
}

interface Finding {
  readonly vaHi: number;
  readonly vaLo: number;
  readonly holder: Holder;
  readonly says: string;
}

/** Pages of the user's that a TLB has held in this run: a shadow is asked about these, since it has no list of its own here. */
class Pages {
  private readonly keys = new Set<string>();
  readonly all: { readonly vaHi: number; readonly vaLo: number }[] = [];

  add({ vaHi, vaLo }: TlbEntry): void {
    const key = `${vaHi} ${vaLo}`;
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.all.push({ vaHi, vaLo });
  }
}

function outdated(m: Machine, v: number, tlb: readonly TlbEntry[], known: Pages): Finding[] {
  const found: Finding[] = [];
  for (const entry of tlb) {
    const leads = { frame: entry.frame, writable: entry.writable, user: entry.user, executable: !entry.nx };
    const says = difference(leads, guestLeads(m, v, entry.vaHi, entry.vaLo));
    if (says !== undefined) found.push({ vaHi: entry.vaHi, vaLo: entry.vaLo, holder: 'TLB', says });
  }
  for (const { vaHi, vaLo } of known.all) {
    const leads = shadowLeads(m, v, vaHi, vaLo);
    if (leads === undefined) continue;
    const says = difference(leads, guestLeads(m, v, vaHi, vaLo));
    if (says !== undefined) found.push({ vaHi, vaLo, holder: 'shadow', says });
  }
  return found;
}

/** What a translation still says that the guest's tables do not; undefined if it says no more than they do. */
export function difference(held: Leads, guest: Leads | undefined): string | undefined {
  const frame = `frame 0x${hex(held.frame, 3)}`;
  if (guest === undefined) return `${frame}; the guest's tables map nothing there`;
  if (held.frame !== guest.frame) return `${frame}; the guest's tables say 0x${hex(guest.frame, 3)}`;
  const more = [
    ...(held.writable && !guest.writable ? ['stores'] : []),
    ...(held.user && !guest.user ? ['the program'] : []),
    ...(held.executable && !guest.executable ? ['fetches'] : []),
  ];
  return more.length === 0 ? undefined : `${frame} for ${more.join(' and ')}; the guest's tables forbid that`;
}

const keyOf = ({ vaHi, vaLo, holder, says }: Finding): string => `${vaHi} ${vaLo} ${holder} ${says}`;

/** One vCPU's windows as they open and close. */
class Book {
  private readonly open = new Map<string, Finding & { readonly from: number }>();
  private readonly closed: StaleWindow[] = [];
  private readonly marked: number[] = [];

  constructor(readonly vcpu: number) {}

  at(cursor: number, findings: readonly Finding[]): void {
    const now = new Set(findings.map(keyOf));
    for (const [key, one] of this.open) if (!now.has(key)) this.close(key, one, cursor);
    for (const one of findings) {
      const key = keyOf(one);
      if (!this.open.has(key)) this.open.set(key, { ...one, from: cursor });
    }
    if (findings.length > 0) this.marked.push(cursor);
  }

  private close(key: string, { from, ...one }: Finding & { readonly from: number }, to: number): void {
    this.open.delete(key);
    this.closed.push({ vcpu: this.vcpu, ...one, from, to });
  }

  total(run: Run, looked: number): StaleTotal {
    for (const [key, one] of [...this.open]) this.close(key, one, looked);
    const windows = this.closed.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
    // The last cursor is the end: no step is lived there.
    const steps = this.marked.filter((cursor) => cursor < looked);
    const operations = new Set<number>();
    for (const step of steps) if (run.actorOf(step) === this.vcpu) operations.add(run.opOf(step));
    return {
      vcpu: this.vcpu,
      steps: steps.length,
      operations: operations.size,
      longest: longest(steps),
      windows,
    };
  }
}

/** Longest stretch of neighbours in an ascending list. */
function longest(steps: readonly number[]): number {
  let most = 0;
  let here = 0;
  steps.forEach((step, i) => {
    here = i > 0 && steps[i - 1] === step - 1 ? here + 1 : 1;
    if (here > most) most = here;
  });
  return most;
}

/** So many contended cells are told apart; of any more, everything is feared. */
export const MOST_CELLS = 512;
const ALL_WORDS = MOST_CELLS / 32;

/** A set of contended cells, by their numbers: what is read, and what is written. */
export class Uses {
  readonly reads = new Int32Array(ALL_WORDS);
  readonly writes = new Int32Array(ALL_WORDS);
  /** How many words have anything in them: most worlds have a few dozen contended cells. */
  private words = 0;

  /** Adds one use and says whether it was new. */
  add(number: number, write: boolean): boolean {
    const row = write ? this.writes : this.reads;
    const at = number >> 5;
    const before = row[at] as number;
    const after = before | (1 << (number & 31));
    row[at] = after;
    if (at >= this.words) this.words = at + 1;
    return after !== before;
  }

  /** Adds all of another set and says whether something was new. */
  join(other: Uses): boolean {
    let grown = 0;
    if (other.words > this.words) this.words = other.words;
    for (let i = 0; i < other.words; i++) {
      const [reads, writes] = [this.reads[i] as number, this.writes[i] as number];
      const [moreReads, moreWrites] = [
        reads | (other.reads[i] as number),
        writes | (other.writes[i] as number),
      ];
      grown |= (reads ^ moreReads) | (writes ^ moreWrites);
      this.reads[i] = moreReads;
      this.writes[i] = moreWrites;
    }
    return grown !== 0;
  }

  clear(): void {
    for (let i = 0; i < this.words; i++) this.reads[i] = this.writes[i] = 0;
    this.words = 0;
  }

  /** Whether a use of a cell meets one of these: both use it, and one of them writes. */
  meets(number: number, write: boolean): boolean {
    const at = number >> 5;
    const met = write
      ? (this.reads[at] as number) | (this.writes[at] as number)
      : (this.writes[at] as number);
    return ((met >>> (number & 31)) & 1) !== 0;
  }

  meetsAny(other: Uses): boolean {
    const words = Math.min(this.words, other.words);
    for (let i = 0; i < words; i++) {
      const writes = this.writes[i] as number;
      const otherWrites = other.writes[i] as number;
      if (
        ((writes & ((other.reads[i] as number) | otherWrites)) |
          ((this.reads[i] as number) & otherWrites)) !==
        0
      )
        return true;
    }
    return false;
  }
}

/** A place in what an actor runs: the operation of its program, and where each procedure on its stack stands. */
export class Place {
  /** What the step taken here has been seen to use; … */
  readonly here = new Uses();
  /** … whether an invariant has been seen to look at what it writes; … */
  observed = false;
  /** … and whether it has been seen at all. */
  seen = false;
  /** Where that step led. */
  readonly next = new Set<Place>();
  /** What can be used from here on, as it was known when this pass of the exploration began. */
  readonly ahead = new Uses();
}

/**
 * The places that actors have been seen at, and what they use from each on: as a control flow graph, but learnt. A cell that
 * others have fought about is nobody's concern any more when those others are past it.
 */
export class Places {
  /** By user, then by the hash of the place: two that look alike count as one, which fears more than need be. */
  private readonly known: Map<number, Place>[] = [];
  /** Something was seen for the first time. */
  grown = false;

  at(user: number, hash: number): Place {
    let places = this.known[user];
    if (places === undefined) {
      places = new Map();
      this.known[user] = places;
    }
    let place = places.get(hash);
    if (place === undefined) {
      place = new Place();
      places.set(hash, place);
      this.grown = true;
    }
    return place;
  }

  leads(from: Place, to: Place): void {
    if (from === to || from.next.has(to)) return;
    from.next.add(to);
    this.grown = true;
  }

  /** Brings what lies ahead up to date with what was seen, and says whether anything is new. */
  refresh(): boolean {
    if (!this.grown) return false;
    this.grown = false;
    const all = this.known.flatMap((places) => [...(places?.values() ?? [])]);
    let news = false;
    for (let again = true; again; ) {
      again = false;
      // Places come in the order in which they were first seen, so what lies ahead of one mostly stands behind it.
      for (let i = all.length - 1; i >= 0; i--) {
        const place = all[i] as Place;
        let grown = place.ahead.join(place.here);
        for (const next of place.next) if (place.ahead.join(next.ahead)) grown = true;
        if (grown) again = news = true;
      }
    }
    return news;
  }
}

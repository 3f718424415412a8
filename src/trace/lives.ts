import { ROLE, roleAccess, roleDirect, roleFourByte, roleLevel, roleQuadrant } from './pageText';

/** A shadow page from its making, or its first mention, to its end. */
export interface Life {
  /** Counted in the order of first sight: the page's name, for its address is not printed. */
  readonly id: number;
  readonly gfn: number;
  /** What is printed of its role, without `invalid`. */
  readonly role: number;
  readonly gen: number;
  readonly born: number;
  /** Its making is in the trace; else it is older. */
  readonly made: boolean;
  /** The event that freed it, or Infinity. */
  died: number;
  /** Zapped while in use as a root: not found any more, not freed yet. */
  invalidFrom: number;
}

const keyOf = (gfn: number, role: number, gen: number): string => `${gfn} ${role & ~ROLE.invalid} ${gen}`;

/** The shadow pages that a trace names. */
export class Lives {
  readonly all: Life[] = [];
  private readonly byKey = new Map<string, Life[]>();
  private readonly byGfn = new Map<number, Life[]>();
  private readonly everOf = new Map<number, Life[]>();
  /** Frames of the host in which pages lie: learned where an spte is set in a page that is known. */
  private readonly byFrame = new Map<number, Life>();
  private readonly frames = new Map<number, number>();

  /** The page that a line names; of several that print alike the latest. A line about one nobody has seen is about one that was there before. */
  named(gfn: number, role: number, gen: number, event: number): Life {
    return this.find(gfn, role, gen) ?? this.add(gfn, role, gen, event, false);
  }

  find(gfn: number, role: number, gen: number): Life | undefined {
    const same = this.byKey.get(keyOf(gfn, role, gen)) ?? [];
    const invalid = (role & ROLE.invalid) !== 0;
    return same.findLast((l) => (l.invalidFrom !== Number.POSITIVE_INFINITY) === invalid);
  }

  add(gfn: number, role: number, gen: number, event: number, made: boolean): Life {
    const life: Life = {
      id: this.all.length,
      gfn,
      role: role & ~ROLE.invalid,
      gen,
      born: event,
      made,
      died: Number.POSITIVE_INFINITY,
      invalidFrom: Number.POSITIVE_INFINITY,
    };
    this.all.push(life);
    put(this.byKey, keyOf(gfn, role, gen), life);
    put(this.byGfn, gfn, life);
    put(this.everOf, gfn, life);
    return life;
  }

  /** It ends with this event. */
  end(life: Life, event: number): void {
    life.died = event;
    take(this.byKey, keyOf(life.gfn, life.role, life.gen), life);
    take(this.byGfn, life.gfn, life);
    const frame = this.frames.get(life.id);
    if (frame !== undefined && this.byFrame.get(frame) === life) this.byFrame.delete(frame);
  }

  /**
   * The valid page of a table, where the trace leaves no choice: by frame and level, then by inherited access and, for entries of four bytes, quadrant.
   */
  of(gfn: number, level: number, access: number, quadrant: number): Life | undefined {
    const found = (this.byGfn.get(gfn) ?? []).filter(
      (l) => roleLevel(l.role) === level && !roleDirect(l.role) && l.invalidFrom === Number.POSITIVE_INFINITY,
    );
    const fitting = found.filter((l) => !roleFourByte(l.role) || roleQuadrant(l.role) === quadrant);
    if (fitting.length <= 1) return fitting[0];
    const exact = fitting.filter((l) => roleAccess(l.role) === access);
    return exact.length === 1 ? exact[0] : undefined;
  }

  /** The page of split large pages that begins at this frame. */
  direct(gfn: number, level: number): Life | undefined {
    const found = (this.byGfn.get(gfn) ?? []).filter(
      (l) => roleDirect(l.role) && roleLevel(l.role) === level,
    );
    return found.length === 1 ? found[0] : undefined;
  }

  /** Whether a frame is a page table that has a shadow page just before an event: then nobody may map it writable. */
  shadowed(gfn: number, event: number): boolean {
    return (this.everOf.get(gfn) ?? []).some(
      (l) => !roleDirect(l.role) && l.born < event && l.died > event && l.invalidFrom > event,
    );
  }

  /** A page lies in this frame of the host. */
  lies(life: Life, frame: number): void {
    this.byFrame.set(frame, life);
    this.frames.set(life.id, frame);
  }

  inFrame(frame: number): Life | undefined {
    return this.byFrame.get(frame);
  }
}

function put<K>(map: Map<K, Life[]>, key: K, life: Life): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [life]);
  else list.push(life);
}

function take<K>(map: Map<K, Life[]>, key: K, life: Life): void {
  const list = map.get(key);
  const at = list?.indexOf(life) ?? -1;
  if (list !== undefined && at >= 0) list.splice(at, 1);
  if (list?.length === 0) map.delete(key);
}

import type { Geometry } from './geometry';

/** A page table of the guest, as far as KVM's walks have read it. */
export interface GuestTable {
  readonly id: number;
  /** Its frame; undefined for a top table whose CR3 the trace does not print. */
  readonly gfn: number | undefined;
  readonly level: number;
  /** How the tables of the walk that has read it are laid out. */
  readonly geometry: Geometry;
  readonly first: number;
}

/** The guest's tables, by frame and level. A frame that is used at two levels is two of them. */
export class GuestTables {
  readonly all: GuestTable[] = [];
  private readonly byPlace = new Map<string, GuestTable>();
  private readonly byGfn = new Map<number, GuestTable[]>();

  /** A table; `of` tells top tables of unknown frame apart: the lane they were walked for. */
  at(gfn: number | undefined, level: number, geometry: Geometry, of: number, event: number): GuestTable {
    const key = gfn === undefined ? `? ${level} ${of}` : `${gfn} ${level}`;
    let table = this.byPlace.get(key);
    if (table === undefined) {
      table = { id: this.all.length, gfn, level, geometry, first: event };
      this.all.push(table);
      this.byPlace.set(key, table);
      if (gfn !== undefined) {
        const same = this.byGfn.get(gfn);
        if (same === undefined) this.byGfn.set(gfn, [table]);
        else same.push(table);
      }
    }
    return table;
  }

  /** Every level at which a frame was walked. */
  ofFrame(gfn: number): readonly GuestTable[] {
    return this.byGfn.get(gfn) ?? [];
  }

  /** Top tables whose frame is known. */
  tops(level: number): readonly GuestTable[] {
    return this.all.filter((t) => t.level === level && t.gfn !== undefined);
  }
}

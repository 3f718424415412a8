import type { Region, Store } from '../kernel';

/** A region whose cells have names: the fields of a C struct. */
export class NamedCells<N extends string> {
  readonly region: Region;
  private readonly places: Readonly<Record<N, number>>;

  constructor(
    private readonly store: Store,
    readonly name: string,
    private readonly names: readonly N[],
    /** `witness`: only invariants read it, and it is no part of the state's identity. */
    kind: 'state' | 'witness' = 'state',
  ) {
    this.region = kind === 'witness' ? store.witness(name, names.length) : store.region(name, names.length);
    this.places = Object.fromEntries(names.map((n, i) => [n, i])) as Record<N, number>;
  }

  get(name: N): number {
    return this.store.get(this.region.base + this.places[name]);
  }

  set(name: N, value: number): void {
    this.store.set(this.region.base + this.places[name], value);
  }

  /** For journal queries and provenance. */
  cell(name: N): number {
    return this.region.base + this.places[name];
  }

  /** The field a cell belongs to; undefined if the cell is not in this region. */
  nameOfCell(cell: number): N | undefined {
    return this.names[cell - this.region.base];
  }
}

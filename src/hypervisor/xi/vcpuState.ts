import type { Store } from '../../kernel';
import { NamedCells } from '../cells';

const NAMES = [
  /** Place in SHAPES + 1 of the mode in which the roots were loaded; 0: none are. */
  'shape',
  /** Kit + 1 of each root. */
  ...(['root0', 'root1', 'root2', 'root3'] as const),
  /** A PAE guest's four top entries as they were when it loaded CR3, halves. */
  ...(['pdpte0Hi', 'pdpte0Lo', 'pdpte1Hi', 'pdpte1Lo'] as const),
  ...(['pdpte2Hi', 'pdpte2Lo', 'pdpte3Hi', 'pdpte3Lo'] as const),
  /** Faults in a row that led to no entry that allows the access. */
  'unresolved',
  /** Kit + 1 on the walk path of the operation in progress, by level. */
  ...(['path1', 'path2', 'path3', 'path4'] as const),
  /** Kit + 1 that the operation in progress holds on to besides. */
  ...(['hold0', 'hold1', 'hold2', 'hold3'] as const),
  /** The guest's entries as the walk of the present fault read them, by level, halves; guest frame + 1 of their tables. */
  ...(['hi1', 'lo1', 'gfn1', 'hi2', 'lo2', 'gfn2'] as const),
  ...(['hi3', 'lo3', 'gfn3', 'hi4', 'lo4', 'gfn4'] as const),
] as const;

type Name = (typeof NAMES)[number];
type Four = 0 | 1 | 2 | 3;
type Level = 1 | 2 | 3 | 4;

/** What XI keeps of each vCPU: its roots, and what the operation in progress has read and must not lose. */
export class VcpuState extends NamedCells<Name> {
  constructor(
    store: Store,
    readonly index: number,
  ) {
    super(store, `XI vCPU ${index}`, NAMES);
  }

  /** Kit of a root, or -1. */
  root(slot: number): number {
    return this.get(`root${slot as Four}`) - 1;
  }

  setRoot(slot: number, kit: number): void {
    this.set(`root${slot as Four}`, kit + 1);
  }

  /** Roots the vCPU has loaded. */
  get roots(): number[] {
    return [0, 1, 2, 3].map((slot) => this.root(slot)).filter((kit) => kit >= 0);
  }

  pdpteHi(slot: number): number {
    return this.get(`pdpte${slot as Four}Hi`);
  }

  pdpteLo(slot: number): number {
    return this.get(`pdpte${slot as Four}Lo`);
  }

  setPdpte(slot: number, hi: number, lo: number): void {
    this.set(`pdpte${slot as Four}Hi`, hi);
    this.set(`pdpte${slot as Four}Lo`, lo);
  }

  // ---- what must not be recycled now -----------------------------------------------------------------------------

  path(level: number): number {
    return this.get(`path${level as Level}`) - 1;
  }

  setPath(level: number, kit: number): void {
    this.set(`path${level as Level}`, kit + 1);
  }

  hold(which: number, kit: number): void {
    this.set(`hold${which as Four}`, kit + 1);
  }

  held(which: number): number {
    return this.get(`hold${which as Four}`) - 1;
  }

  forgetPath(): void {
    for (const level of [1, 2, 3, 4] as const) this.set(`path${level}`, 0);
    for (const which of [0, 1, 2, 3] as const) this.set(`hold${which}`, 0);
  }

  /** Kits that the operation in progress needs. */
  get inUse(): number[] {
    const path = [1, 2, 3, 4].map((level) => this.path(level));
    const held = [0, 1, 2, 3].map((which) => this.held(which));
    return [...path, ...held].filter((kit) => kit >= 0);
  }

  // ---- the guest's entries as read -------------------------------------------------------------------------------

  hi(level: number): number {
    return this.get(`hi${level as Level}`);
  }

  lo(level: number): number {
    return this.get(`lo${level as Level}`);
  }

  setEntry(level: number, hi: number, lo: number): void {
    this.set(`hi${level as Level}`, hi);
    this.set(`lo${level as Level}`, lo);
  }

  /** Guest frame of the table of a level, or -1 where the walk did not come. */
  table(level: number): number {
    return this.get(`gfn${level as Level}`) - 1;
  }

  setTable(level: number, gfn: number): void {
    this.set(`gfn${level as Level}`, gfn + 1);
  }

  forgetWalk(): void {
    for (const level of [1, 2, 3, 4] as const) {
      this.setEntry(level, 0, 0);
      this.setTable(level, -1);
    }
  }
}

import { Random } from '../base';
import { buildWorld, type ScenarioSpec } from '../engine';
import type { Design } from '../hypervisor';
import { Store } from '../kernel';

/** A store that notes which cells are read and written. */
class NotingStore extends Store {
  readonly read = new Set<number>();
  readonly written = new Set<number>();

  override get(cell: number): number {
    this.read.add(cell);
    return super.get(cell);
  }

  override set(cell: number, value: number): void {
    this.written.add(cell);
    super.set(cell, value);
  }

  forgetNotes(): void {
    this.read.clear();
    this.written.clear();
  }
}

const READ = 1;
const WRITE = 2;
/** The same by somebody who holds a lock. */
const UNDER_LOCK = 2;
const BY_ANYBODY = READ | WRITE | (READ << UNDER_LOCK) | (WRITE << UNDER_LOCK);
const WITHOUT_LOCK = READ | WRITE;
const WRITES = WRITE | (WRITE << UNDER_LOCK);

interface Claim {
  readonly cell: number;
  readonly actor: number;
  /** `private sh_page_fault.judge`. */
  readonly what: string;
  readonly locked: boolean;
  readonly writes: boolean;
}

/** How likely another actor goes on after a step, in percent: often enough to meet, seldom enough to get somewhere. */
const SWITCHES = 12;
const MOST_STEPS = 4000;

/**
 * Runs a scenario under random schedules and holds what steps declare they touch against the cells they touch: a private step
 * must use no cell that another actor uses, a locked one none that somebody without the lock does, unless all only read it.
 * Returns each lie as a sentence. What it does not meet it cannot tell: a clean answer is no proof.
 */
export function liesAboutTouch(spec: ScenarioSpec, design: Design, seeds: readonly number[]): string[] {
  const uses = new Map<number, Map<number, number>>();
  const claims = new Map<string, Claim>();
  let nameOf: (cell: number) => string = String;
  for (const seed of seeds) {
    const store = new NotingStore();
    const { world, machine } = buildWorld(spec, design, store);
    const draw = new Random(seed);
    const regionOf = (cell: number) =>
      store.regions.find(({ base, cells }) => cell >= base && cell < base + cells);
    nameOf = (cell) => {
      const frame = machine.memory.frameOfCell(cell);
      return frame >= 0 ? `frame ${machine.nameFrame(frame)}` : (regionOf(cell)?.name ?? `cell ${cell}`);
    };
    const locks = store.regions.filter(({ name, cells }) => cells === 1 && name.includes('lock'));
    let actor = 0;
    for (let step = 0; step < MOST_STEPS; step++) {
      const able = world.actors.filter((a) => a.enabled());
      if (able.length === 0) break;
      if (!able.some(({ index }) => index === actor) || draw.below(100) < SWITCHES)
        actor = able[draw.below(able.length)]?.index ?? 0;
      const thread = world.actors[actor]?.thread;
      const touch = thread?.touch ?? 'racy';
      const place = world.location(actor);
      const what = `${touch} ${place?.procedure.name}.${place?.label}`;
      const holds = locks.some(({ base }) => store.cells[base] === actor + 1);
      const ownStack = `stack of ${world.actors[actor]?.name}`;
      store.forgetNotes();
      world.step(actor);
      for (const [cells, kind] of [
        [store.read, READ],
        [store.written, WRITE],
      ] as const) {
        for (const cell of cells) {
          const region = regionOf(cell);
          if (region?.name === ownStack || region?.identity === false) continue;
          const by = uses.get(cell) ?? new Map<number, number>();
          uses.set(cell, by);
          by.set(actor, (by.get(actor) ?? 0) | (holds ? kind << UNDER_LOCK : kind));
          if (touch !== 'private' && touch !== 'locked') continue;
          const claim = { cell, actor, what, locked: touch === 'locked', writes: kind === WRITE };
          claims.set(`${cell} ${actor} ${what} ${kind}`, claim);
        }
      }
    }
  }
  const lies = new Set<string>();
  for (const { cell, actor, what, locked, writes } of claims.values()) {
    for (const [other, bits] of uses.get(cell) ?? []) {
      const met = bits & (locked ? WITHOUT_LOCK : BY_ANYBODY) & (writes ? BY_ANYBODY : WRITES);
      if (other !== actor && met !== 0)
        lies.add(`${what} ${writes ? 'writes' : 'reads'} ${nameOf(cell)}, which actor ${other} uses too`);
    }
  }
  return [...lies].sort();
}

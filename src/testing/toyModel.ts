import { assertNever } from '../base';
import { notDone, type Subject } from '../checker';
import { type Invariant, Lock, procedure, Store, slots, World } from '../kernel';

/** What an actor of a toy model does in one step. Cells hold 0 to 3. */
export type ToyStep =
  | { readonly kind: 'add'; readonly cell: number; readonly by: number }
  /** Sets a cell to any of 0 to `from` - 1. */
  | { readonly kind: 'pick'; readonly cell: number; readonly from: number }
  | { readonly kind: 'take' | 'free'; readonly lock: number }
  /** Goes to another step of the program while a cell has a value. */
  | { readonly kind: 'jump'; readonly cell: number; readonly value: number; readonly to: number };

export interface Toy {
  readonly programs: readonly (readonly ToyStep[])[];
  /** Values that the cells must not have all at once. */
  readonly bad?: readonly number[];
}

export const TOY_CELLS = 3;
export const TOY_LOCKS = 2;

class ToyPart {
  readonly cells;
  readonly locks: readonly Lock[];

  constructor(
    readonly world: World,
    readonly toy: Toy,
  ) {
    this.cells = world.store.region('cells', TOY_CELLS).base;
    this.locks = Array.from({ length: TOY_LOCKS }, (_, i) => new Lock(world.store, `lock ${i}`, i));
    world.addPart('toy model', this);
  }

  values(): number[] {
    return Array.from({ length: TOY_CELLS }, (_, i) => this.world.store.get(this.cells + i));
  }
}

const L = slots('pc');
const toyActor = procedure<ToyPart>({
  name: 'toy_model_actor',
  part: 'toy model',
  lane: 'guest',
  about: 'Takes the steps of its program one by one.',
  slots: L,
  steps: [
    {
      label: 'next',
      line: 'the next step of the program',
      say: 'It takes a step.',
      when: (t, m) => {
        const step = m.toy.programs[t.actor]?.[t.get(L.pc)];
        return step?.kind !== 'take' || (m.locks[step.lock] as Lock).free;
      },
      run: (t, m) => {
        const program = m.toy.programs[t.actor] ?? [];
        const step = program[t.get(L.pc)] as ToyStep;
        let next = t.get(L.pc) + 1;
        const cell = m.cells + ('cell' in step ? step.cell : 0);
        const lock = m.locks['lock' in step ? step.lock : 0] as Lock;
        switch (step.kind) {
          case 'add':
            t.store.set(cell, (t.store.get(cell) + step.by) & 3);
            break;
          case 'pick':
            t.store.set(cell, m.world.choose(step.from));
            break;
          case 'take':
            lock.take(t);
            break;
          case 'free':
            if (lock.owner === t.actor) lock.release(t);
            break;
          case 'jump':
            if (t.store.get(cell) === step.value) next = step.to;
            break;
          default:
            assertNever(step);
        }
        t.set(L.pc, next);
        if (next < program.length) t.goto('next');
        else t.ret();
      },
    },
  ],
});

const notBad = (when: 'step' | 'release'): Invariant<ToyPart> => ({
  name: 'TOY',
  part: 'toy model',
  when,
  says: 'The cells do not all have their bad values.',
  check: (m) =>
    m.toy.bad !== undefined && m.values().join() === m.toy.bad.join()
      ? [{ invariant: 'TOY', says: `The cells are ${m.toy.bad.join()}.`, where: 'cells' }]
      : [],
});

/** A toy model in its first state, with the invariant that its cells are not `bad` after each step, or at each lock release. */
export function toySubject(toy: Toy, when: 'step' | 'release' = 'step'): Subject {
  // Small: generated models are built by the hundred.
  const world = new World([], new Store(4096));
  new ToyPart(world, toy);
  for (const [i, program] of toy.programs.entries()) {
    const thread = world.addThread('vcpu', `actor ${i}`);
    if (program.length > 0) thread.start(toyActor as never, 0);
  }
  world.store.forget();
  const ended = (): boolean => notDone(world).length === 0;
  return { world, invariants: [notBad(when)], atRest: ended, ended };
}

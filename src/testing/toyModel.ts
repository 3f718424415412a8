import { assertNever, defined } from '../base';
import { type Naming, NotingStore, notDone, type Subject, type Symmetry, tellApart } from '../checker';
import { type Invariant, Lock, procedure, Store, slots, type Thread, World } from '../kernel';

/** What an actor of a toy model does in one step. Cells hold 0 to 3. */
export type ToyStep =
  | { readonly kind: 'add'; readonly cell: number; readonly by: number }
  /** Sets a cell to any of 0 to `from` - 1. */
  | { readonly kind: 'pick'; readonly cell: number; readonly from: number }
  | { readonly kind: 'take' | 'free'; readonly lock: number }
  /** Puts a value for a cell into the actor's store buffer, from where it leaves some time later. */
  | { readonly kind: 'post'; readonly cell: number; readonly value: number }
  /** Waits until the actor's store buffer is empty. */
  | { readonly kind: 'fence' }
  /** Changes the actor's own number, 0 to 3, that nobody else sees. */
  | { readonly kind: 'own'; readonly by: number }
  /** Goes to another step of the program while the actor's own number has a value. */
  | { readonly kind: 'turn'; readonly value: number; readonly to: number }
  /** Goes to another step of the program while a cell has a value. */
  | { readonly kind: 'jump'; readonly cell: number; readonly value: number; readonly to: number };

export interface Toy {
  readonly programs: readonly (readonly ToyStep[])[];
  /** Values that the cells must not have all at once. */
  readonly bad?: readonly number[];
}

export const TOY_CELLS = 3;
export const TOY_LOCKS = 2;
/** Stores a buffer holds. */
export const TOY_BUFFER = 2;

export const posts = (toy: Toy): boolean => toy.programs.some((p) => p.some(({ kind }) => kind === 'post'));

/** Cells of one actor's store buffer: how many wait, then each as 1 + 4 * cell + value. */
const BUFFER_CELLS = 1 + TOY_BUFFER;

class ToyPart {
  readonly cells;
  /** Who was the first to change a shared cell, + 1. No step reads it. */
  readonly first;
  readonly locks: readonly Lock[];
  private readonly buffers;

  constructor(
    readonly world: World,
    readonly toy: Toy,
    readonly lie?: ToyStep['kind'],
    /** Buffered stores are declared private. */
    readonly late = false,
    /** Whether it is remembered who changed a shared cell first. */
    readonly remembering = false,
  ) {
    this.cells = world.store.region('cells', TOY_CELLS).base;
    this.locks = Array.from({ length: TOY_LOCKS }, (_, i) => new Lock(world.store, `lock ${i}`, i));
    this.buffers = world.store.region('buffers', toy.programs.length * BUFFER_CELLS).base;
    this.first = world.store.witness('first', 1);
    world.addPart('toy model', this);
  }

  bufferOf(actor: number): number {
    return this.buffers + actor * BUFFER_CELLS;
  }

  waiting(actor: number): number {
    return this.world.store.get(this.bufferOf(actor));
  }

  post(actor: number, cell: number, value: number): void {
    const { store } = this.world;
    const count = this.waiting(actor) + 1;
    store.set(this.bufferOf(actor) + count, 1 + 4 * cell + value);
    store.set(this.bufferOf(actor), count);
  }

  drain(actor: number): void {
    const { store } = this.world;
    const base = this.bufferOf(actor);
    const oldest = store.get(base + 1) - 1;
    store.set(this.cells + (oldest >> 2), oldest & 3);
    for (let i = 1; i < TOY_BUFFER; i++) store.set(base + i, store.get(base + i + 1));
    store.set(base + TOY_BUFFER, 0);
    store.set(base, store.get(base) - 1);
  }

  changed(actor: number): void {
    if (this.remembering && this.world.store.get(this.first.base) === 0)
      this.world.store.set(this.first.base, actor + 1);
  }

  /** Whether the cells have their bad values all at once. Asked after every step of every exploration. */
  isBad(): boolean {
    const { bad } = this.toy;
    if (bad === undefined) return false;
    for (let i = 0; i < TOY_CELLS; i++) if (this.world.store.get(this.cells + i) !== bad[i]) return false;
    return true;
  }
}

const L = slots('pc', 'own');

/** At which label a step is taken: that is where it is declared what it touches. */
function labelOf(m: ToyPart, { kind }: ToyStep): string {
  if (kind === 'own' || kind === 'turn' || kind === m.lie) return 'private';
  if (kind === 'post') return m.late ? 'late' : 'buffered';
  return kind === 'fence' ? 'fence' : 'shared';
}

function take(t: Thread, m: ToyPart): void {
  const program = m.toy.programs[t.actor] ?? [];
  const step = program[t.get(L.pc)] as ToyStep;
  let next = t.get(L.pc) + 1;
  const cell = m.cells + ('cell' in step ? step.cell : 0);
  const lock = m.locks['lock' in step ? step.lock : 0] as Lock;
  switch (step.kind) {
    case 'add':
      t.store.set(cell, (t.store.get(cell) + step.by) & 3);
      m.changed(t.actor);
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
    case 'post':
      m.post(t.actor, step.cell, step.value);
      break;
    case 'fence':
      break;
    case 'own':
      t.set(L.own, (t.get(L.own) + step.by) & 3);
      break;
    case 'turn':
      if (t.get(L.own) === step.value) next = step.to;
      break;
    case 'jump':
      if (t.store.get(cell) === step.value) next = step.to;
      break;
    default:
      assertNever(step);
  }
  goTo(t, m, next);
}

function goTo(t: Thread, m: ToyPart, at: number): void {
  const step = m.toy.programs[t.actor]?.[at];
  t.set(L.pc, at);
  if (step === undefined) t.ret();
  else t.goto(labelOf(m, step));
}

const toyActor = procedure<ToyPart>({
  name: 'toy_model_actor',
  part: 'toy model',
  lane: 'guest',
  about: 'Takes the steps of its program one by one.',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'the first step of the program',
      say: 'It begins.',
      touch: 'private',
      run: (t, m) => goTo(t, m, 0),
    },
    {
      label: 'shared',
      line: 'the next step of the program',
      say: 'It takes a step.',
      touch: 'racy',
      when: (t, m) => {
        const step = m.toy.programs[t.actor]?.[t.get(L.pc)];
        return step?.kind !== 'take' || (m.locks[step.lock] as Lock).free;
      },
      run: take,
    },
    {
      label: 'buffered',
      line: 'the next step of the program, a store',
      say: 'It puts a store into its buffer.',
      touch: 'buffered',
      when: (t, m) => m.waiting(t.actor) < TOY_BUFFER,
      run: take,
    },
    {
      label: 'late',
      line: 'the next step of the program, a store of which it is said that nobody will ever see it',
      say: 'It puts a store into its buffer.',
      touch: 'private',
      when: (t, m) => m.waiting(t.actor) < TOY_BUFFER,
      run: take,
    },
    {
      label: 'fence',
      line: 'the next step of the program, which waits for its stores',
      say: 'Its stores have left.',
      touch: 'private',
      when: (t, m) => m.waiting(t.actor) === 0,
      run: take,
    },
    {
      label: 'private',
      line: 'the next step of the program, which nobody else sees',
      say: 'It takes a step of its own.',
      touch: 'private',
      run: take,
    },
  ],
});

export type ToyWhen = 'step' | 'unlocked' | 'release';

const notBad = (when: ToyWhen, blame: ToyOptions['blame']): Invariant<ToyPart> => ({
  name: 'TOY',
  part: 'toy model',
  when,
  says: 'The cells do not all have their bad values.',
  ...(blame !== undefined && blame.secret !== true && { remembers: (m) => [m.first] }),
  check: (m) =>
    m.isBad() && (blame === undefined || m.world.store.get(m.first.base) === blame.actor + 1)
      ? [{ invariant: 'TOY', says: `The cells are ${(m.toy.bad ?? []).join()}.`, where: 'cells' }]
      : [],
});

export interface ToyOptions {
  /** Where the invariant holds by right. */
  readonly when?: ToyWhen;
  /** A kind of step that is declared private though it is not. */
  readonly lie?: ToyStep['kind'];
  /** Being stuck is an end like any other. */
  readonly stuckIsEnd?: boolean;
  /** Actors of the same program are declared alike; `all`: of whatever program. */
  readonly alike?: 'same' | 'all';
  /** Stores into a buffer are declared private, though they leave it some day. */
  readonly late?: boolean;
  /** Uses of cells are noted; `blind`: but some writes are not. */
  readonly noted?: 'all' | 'blind';
  /** The cells may be bad unless this actor was the first to add something. `secret`: the invariant does not say that it remembers. */
  readonly blame?: { readonly actor: number; readonly secret?: true };
}

const owner: Naming = { of: (value) => value - 1, renamed: (_, member) => member + 1 };

/** Actors may trade places if all run the same program: with them their stores, and the locks they hold. */
function symmetryOf(m: ToyPart, alike: 'same' | 'all'): Symmetry | undefined {
  const { programs } = m.toy;
  const [first] = programs;
  if (alike === 'same' && programs.some((p) => JSON.stringify(p) !== JSON.stringify(first))) return undefined;
  const { actors } = m.world;
  return {
    members: programs.map((_, i) => ({
      own: [{ base: m.bufferOf(i), cells: BUFFER_CELLS }],
      thread: defined(actors[i]?.thread, `the thread of actor ${i}`),
      actors: posts(m.toy) ? [i, programs.length + i] : [i],
    })),
    naming: m.locks.map(({ cell }) => ({ cell, by: owner })),
  };
}

/** Fails to note every write that would be the first to a cell: a lie about what is used, to be caught. */
class BlindStore extends NotingStore {
  override set(cell: number, value: number): void {
    if (this.cells[cell] === 0) {
      const { contention } = this;
      this.contention = BLIND;
      super.set(cell, value);
      this.contention = contention;
    } else super.set(cell, value);
  }
}

const BLIND = new NotingStore(64).contention;

/** A toy model in its first state, with the invariant that its cells are not `bad`. */
export function toySubject(
  toy: Toy,
  { when = 'step', lie, stuckIsEnd = false, alike, late = false, noted, blame }: ToyOptions = {},
): Subject {
  // Small: generated models are built by the hundred.
  const store =
    noted === undefined ? new Store(4096) : noted === 'all' ? new NotingStore(4096) : new BlindStore(4096);
  const world = new World([], store);
  const part = new ToyPart(world, toy, lie, late, blame !== undefined);
  for (const [i, program] of toy.programs.entries()) {
    const thread = world.addThread('vcpu', `actor ${i}`);
    if (program.length === 0) continue;
    thread.start(toyActor as never, 0);
    world.step(i);
  }
  if (posts(toy))
    toy.programs.forEach((_, i) => {
      world.addActor(
        'drain',
        `buffer of actor ${i}`,
        () => part.waiting(i) > 0,
        () => part.drain(i),
      );
    });
  world.store.forget();
  const symmetry = alike === undefined ? undefined : symmetryOf(part, alike);
  const ended = (): boolean => stuckIsEnd || notDone(world).length === 0;
  const unlocked = (): boolean => part.locks.every((lock) => lock.free);
  const invariants = [notBad(when, blame)];
  tellApart(world, invariants);
  const subject = { world, invariants, atRest: ended, unlocked, ended };
  if (store instanceof NotingStore) {
    const count = toy.programs.length;
    const users = world.actors.map(({ index, kind }) => (kind === 'drain' ? index - count : index));
    const buffers = toy.programs.map((_, i) => ({ base: part.bufferOf(i), cells: BUFFER_CELLS }));
    const progress = (user: number): number => {
      const thread = world.actors[user]?.thread;
      return thread?.alive ? thread.local(L.pc) : -1;
    };
    store.noteFrom({ users, buffers, progress }, world.counters.region);
    return { ...subject, contention: store.contention };
  }
  return { ...subject, ...(symmetry && { symmetry }) };
}

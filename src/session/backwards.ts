import { hex } from '../base';
import { type Origin, provenance, type Run, stepCaption } from '../engine';
import type { LoggedEvent } from '../kernel';
import { type Cells, cellsOf } from './entityCell';

/** A moment that answers a question, and why it does. */
export interface Answer {
  /** Cursor just after the step that did it. */
  readonly cursor: number;
  readonly says: string;
  readonly actor: string;
}

/** A question about the past, asked from the present. Answers are oldest first; none is an answer too. */
export interface Question {
  readonly id: string;
  readonly title: string;
  /** Why it cannot be asked now; undefined when it can. */
  readonly needs?: string;
  readonly ask: () => readonly Answer[];
}

/** What can be asked about a run at a cursor, given what is in focus. All of it is read from the journal and the events. */
export function questions(run: Run, cursor: number, entity: string | undefined): readonly Question[] {
  const cells = entity === undefined ? undefined : cellsOf(run, entity);
  const aboutFocus =
    entity === undefined
      ? 'Choose an entry or a table on the stage first.'
      : cells === undefined
        ? `Nothing in this run wrote ${entity}.`
        : undefined;
  const named = entity ?? 'what is in focus';
  const vcpus = run.world.actors.filter((a) => a.kind === 'vcpu');
  return [
    {
      id: 'why',
      title: `Why is ${named} as it is?`,
      ...(aboutFocus === undefined ? {} : { needs: aboutFocus }),
      ask: () => (entity === undefined ? [] : why(run, entity, cursor)),
    },
    {
      id: 'last-write',
      title: `Which step last wrote ${named}?`,
      ...(aboutFocus === undefined ? {} : { needs: aboutFocus }),
      ask: () => (cells === undefined ? [] : lastWrite(run, cells.from, cells.to, cursor)),
    },
    {
      id: 'first-difference',
      title: 'When did this shadow entry first differ from the guest?',
      ...(entity?.startsWith('shadow') && entity.includes('[')
        ? {}
        : { needs: 'Choose an entry of a shadow on the stage first.' }),
      ask: () => (entity === undefined ? [] : firstDifference(run, entity, cursor)),
    },
    ...vcpus.map((actor) => ({
      id: `flushed-${actor.index}`,
      title: `Who last flushed ${actor.name}?`,
      ask: () => lastEvent(run, cursor, (e) => e.kind === 'TlbFlushed' && e.vcpu === actor.index),
    })),
    {
      id: 'last-fault',
      title: 'When was the last page fault?',
      ask: () => lastEvent(run, cursor, (e) => e.kind === 'PageFault'),
    },
    {
      id: 'violations',
      title: 'Which invariants have broken so far?',
      ask: () =>
        run.violations
          .filter(({ step }) => step < cursor)
          .map(({ step, violation }) => ({
            cursor: step + 1,
            says: violation.says,
            actor: actorName(run, step),
          })),
    },
  ];
}

/** Accessed and dirty: marks that walks leave on an entry. What it maps was decided by somebody else. */
const WALK_MARKS = 0x60;

/** The chain behind a value: the step that wrote it, the step that wrote what it was made from, and so on back. */
export function why(run: Run, entity: string, cursor: number): readonly Answer[] {
  const cells = cellsOf(run, entity);
  if (cells === undefined) return [];
  const isEntry = entity.includes('[');
  const mapping = isEntry ? latestChain(run, cells, cursor, ~WALK_MARKS) : [];
  const chain = mapping.length > 0 ? mapping : latestChain(run, cells, cursor, ~0);
  return chain
    .map(({ step, old, now }) => answer(run, step, `${hex(old, 8)} became ${hex(now, 8)}.`))
    .reverse();
}

/** An entry is two cells; the one written last is what the question is about, its low half where both were. */
function latestChain(run: Run, cells: Cells, cursor: number, bitsOfLow: number): readonly Origin[] {
  let chain: readonly Origin[] = [];
  for (let cell = cells.from; cell < Math.min(cells.to, cells.from + 2); cell++) {
    const found = provenance(run, cell, cursor, cell === cells.from ? bitsOfLow : ~0);
    if ((found[0]?.step ?? -1) > (chain[0]?.step ?? -1)) chain = found;
  }
  return chain;
}

function lastWrite(run: Run, from: number, to: number, cursor: number): readonly Answer[] {
  const mark = run.store.lastWrite(run.journalAt(cursor), (cell) => cell >= from && cell < to);
  return mark < 0 ? [] : [answer(run, run.stepOfMark(mark))];
}

/**
 * The first step after the entry was last derived that changed what it was derived from: from then on the two differ.
 * An entry whose source was not written since has not differed.
 */
function firstDifference(run: Run, entity: string, cursor: number): readonly Answer[] {
  const cells = cellsOf(run, entity);
  if (cells === undefined) return [];
  const derived = derivation(run, cells.from, cursor) ?? derivation(run, cells.from + 1, cursor);
  if (derived === undefined) return [];
  let first = -1;
  run.writesIn(derived.step + 1, cursor, (cell, _old, _now, mark) => {
    if (first < 0 && (cell === derived.source || cell === (derived.source ^ 1))) first = mark;
  });
  return first < 0 ? [] : [answer(run, run.stepOfMark(first))];
}

function derivation(run: Run, cell: number, cursor: number): { step: number; source: number } | undefined {
  const chain = provenance(run, cell, cursor);
  const made = chain[0];
  if (made?.from === undefined) return undefined;
  // Through a snapshot the source is the guest's own entry: the end of the chain of copies.
  const source = chain.reduce((last, link) => link.from ?? last, made.from);
  return { step: made.step, source };
}

function lastEvent(run: Run, cursor: number, match: (event: LoggedEvent) => boolean): readonly Answer[] {
  for (let step = cursor - 1; step >= 0; step--) {
    if (run.eventsIn(step, step + 1).some(match)) return [answer(run, step)];
  }
  return [];
}

function answer(run: Run, step: number, otherwise = ''): Answer {
  const said = stepCaption(run, step) ?? `${run.nameOf(step).label}. ${otherwise}`;
  return { cursor: step + 1, says: said.trim(), actor: actorName(run, step) };
}

const actorName = (run: Run, step: number): string => run.world.actors[run.actorOf(step)]?.name ?? 'somebody';

import { readFileSync } from 'node:fs';
import { defined } from '../base';
import {
  checkExpectations,
  type EntryValue,
  type EventPattern,
  type Expectation,
  judge,
  type Rights,
  type Run,
  recordRun,
} from '../engine';
import { libraryEntry } from '../library';
import { IDS } from '../library/ids';
import { printDiagnostic, type Resolved, resolve } from '../scenario';
import { libraryModule } from '../scenario/libraryModule';

export { IDS };

/** A file of the library, as it is on disk. */
export const libraryFile = (file: string): string =>
  readFileSync(new URL(`../library/${file}`, import.meta.url), 'utf8');

const resolvedBefore = new Map<string, Resolved>();

/** A built-in scenario, resolved: once, for it is plain data that nobody changes and many tests ask for. */
export function resolved(id: string): Resolved {
  let found = resolvedBefore.get(id);
  if (found === undefined) {
    found = resolvedText(defined(libraryEntry(id), `a scenario ${id}`).text);
    resolvedBefore.set(id, found);
  }
  return found;
}

/** Any text of a scenario, resolved. */
export function resolvedText(text: string): Resolved {
  const result = resolve(text);
  if (result.kind === 'error') throw new Error(result.error.map(printDiagnostic).join('\n'));
  return result.value;
}

/** A built-in scenario, run to its end; `without`: switches turned off for this run. */
export const runOf = (id: string, ...without: string[]): Run =>
  runSwitched(id, Object.fromEntries(without.map((name) => [name, false])));

/** A built-in scenario, run to its end with some switches set otherwise. */
export function runSwitched(id: string, changed: Readonly<Record<string, boolean>>): Run {
  const { spec, design } = resolved(id);
  const switches = { ...spec.options.switches, ...changed };
  return recordRun({ ...spec, options: { ...spec.options, switches } }, design);
}

/** The same run with nobody looking: no invariant is evaluated. */
export function unwatchedRunOf(id: string): Run {
  const { spec, design } = resolved(id);
  return recordRun(spec, { ...design, invariants: [] });
}

/** What the module of texts should be, given the files. */
export const freshModule = (): string =>
  libraryModule(IDS.map((id) => ({ id, text: libraryFile(`${id}.scenario`) })));

/** What the scenario promises and the run does not keep, as sentences. */
export function brokenPromises(run: Run): string[] {
  const { findings, unannounced, missing, stopped } = judge(run);
  return [
    ...findings.flatMap((f) => (f.kind === 'unmet' ? [`${f.expectation.text}: ${f.said}`] : [])),
    ...unannounced.map(({ violation }) => `${violation.invariant}: ${violation.says}`),
    ...missing.map((name) => `${name} was announced and did not break`),
    ...(stopped === undefined ? [] : [stopped]),
  ];
}

/** Moments of notes and questions that the run never comes to. */
export function missedMoments(run: Run): string[] {
  const { notes, asks } = run.built.spec;
  const missed = [...notes, ...asks].filter(({ at }) => !run.find(at).exact);
  return missed.map(({ at }) => `vCPU ${at.actor} op ${at.op} ${at.label} ${at.nth + 1}`);
}

/** The first step after which two runs of one scenario are not in the same state; -1 if there is none. */
export function firstDifference(a: Run, b: Run): number {
  for (let step = 0; step <= Math.max(a.length, b.length); step++) {
    a.seek(step);
    b.seek(step);
    if (a.store.hash !== b.store.hash || a.length !== b.length) return step;
  }
  return -1;
}

/** Names of the invariants that a run breaks, in the order in which it does. */
export const brokenInvariants = (run: Run): string[] => [
  ...new Set(run.violations.map(({ violation }) => violation.invariant)),
];

/** Changes that no expectation notices: none, if every word that a scenario expects is really checked. */
export function unnoticed(run: Run): string[] {
  const list = run.built.spec.expect as Expectation[];
  const original = [...list];
  const survivors: string[] = [];
  for (const expectation of original) {
    const changed = mutants(expectation).filter((one) => saysSomething(one, expectation, run));
    list.splice(0, list.length, ...changed);
    checkExpectations(run).forEach((finding, i) => {
      if (finding.kind === 'met') survivors.push(`${expectation.text}, as ${JSON.stringify(changed[i])}`);
    });
  }
  list.splice(0, list.length, ...original);
  return survivors;
}

/** Where there is no NX, entries cannot forbid execution: there `x` says nothing, and its change is none. */
function saysSomething(changed: Expectation, original: Expectation, run: Run): boolean {
  if (run.built.spec.paging !== '32-bit' || changed.kind !== 'entry' || original.kind !== 'entry')
    return true;
  if (changed.value.kind !== 'maps' || original.value.kind !== 'maps') return true;
  return changed.value.rights.x === original.value.rights.x;
}

/** Every way to change one single thing that an expectation says. Each must make it fail, or it was never checked. */
function mutants(e: Expectation): Expectation[] {
  switch (e.kind) {
    case 'events':
      return e.events.flatMap((event, i) => {
        const put = (...events: EventPattern[]): Expectation => ({
          ...e,
          events: [...e.events.slice(0, i), ...events, ...e.events.slice(i + 1)],
        });
        // Without its only event a kind is not spoken of any more, so leaving that one out is no mistake.
        const alone = e.events.filter((other) => other.event === event.event).length === 1;
        const other = { ...event, event: 'GeneralProtection' };
        return [
          ...(alone ? [] : [put()]),
          put(event, event),
          put(other),
          ...patterns(event).map((one) => put(one)),
        ];
      });
    case 'event-count':
      return [{ ...e, count: e.count + 1 }];
    case 'counter':
      return [{ ...e, value: e.value + 1 }];
    case 'entry':
      return entryValues(e.value).map((value) => ({ ...e, value }));
    case 'word':
    case 'result':
      return [
        { ...e, value: { ...e.value, lo: e.value.lo ^ 1 } },
        { ...e, value: { ...e.value, hi: e.value.hi ^ 1 } },
      ];
    case 'outcome':
      return [{ ...e, outcome: e.outcome === 'done' ? 'page-fault' : 'done' }];
    case 'state':
      return [
        { ...e, values: [...e.values, 0] },
        ...e.values.map((value, i) => ({ ...e, values: e.values.with(i, value + 1) })),
      ];
  }
}

function patterns(event: EventPattern): EventPattern[] {
  return event.fields.map(({ name, value }, i) => ({
    ...event,
    fields: event.fields.with(i, { name, value: value ^ 0x40 }),
  }));
}

function entryValues(value: EntryValue): EntryValue[] {
  switch (value.kind) {
    case 'maps': {
      const rights = Object.keys(value.rights) as (keyof Rights)[];
      const flipped = rights.map(
        (name): EntryValue => ({ ...value, rights: { ...value.rights, [name]: !value.rights[name] } }),
      );
      return [{ ...value, frame: value.frame ^ 1 }, ...flipped, { kind: 'empty' }];
    }
    case 'shadow-of':
      return [{ ...value, frame: value.frame ^ 1 }, { kind: 'empty' }];
    case 'word':
      return [{ kind: 'word', value: { ...value.value, lo: value.value.lo ^ 1 } }];
    case 'named':
      return [{ kind: 'empty' }];
    case 'empty':
      return [
        { kind: 'named', name: 'gnp' },
        {
          kind: 'maps',
          frame: 0,
          rights: {
            r: true,
            w: false,
            x: false,
            user: false,
            accessed: false,
            dirty: false,
            global: false,
            large: false,
          },
        },
      ];
  }
}

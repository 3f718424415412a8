import { assertNever } from '../../base';
import type { EntryValue, Expectation, Moment, Span } from '../../engine/spec';
import type { ScenarioText, StatementOf } from '../ast';
import { toWord } from './address';
import { patternOf } from './events';
import type { Findings } from './findings';
import type { MemoryLayout } from './memory';
import { actorOf, momentOf, opOf } from './moments';
import { checkUp, entriesOf, placesOf } from './place';
import type { Programs } from './program';
import type { Setup } from './setup';

type What = StatementOf<'expect'>['what'];
type Holds = Extract<What, { readonly kind: 'end' }>['holds'];
type EntryHolds = Extract<Holds, { readonly kind: 'guest' | 'shadow' | 'snapshot' }>;
type ValueNode = EntryHolds['value'];
/** An expectation without the span and text that all have. */
type Bare = Expectation extends infer E
  ? E extends Expectation
    ? Omit<E, 'from' | 'to' | 'text'>
    : never
  : never;

export interface ExpectContext {
  readonly text: string;
  readonly setup: Setup;
  readonly layout: MemoryLayout;
  readonly programs: Programs;
  readonly f: Findings;
}

/** Everything a text says must be shown, in its order; a range of entries is one expectation each. */
export function lowerExpectations(ast: ScenarioText, c: ExpectContext): Expectation[] {
  return ast.items.flatMap((item) => {
    if (item.kind !== 'expect') return [];
    const { from, to } = item;
    const text = c.text.slice(from, to).replace(/\s+/g, ' ').trim();
    return expectationsOf(item, c).map((bare) => ({ ...bare, from, to, text }) as Expectation);
  });
}

function expectationsOf(item: StatementOf<'expect'>, c: ExpectContext): readonly Bare[] {
  const { what } = item;
  const { f, programs } = c;
  switch (what.kind) {
    case 'events':
    case 'exactly':
      return [
        { kind: 'events', exactly: what.kind === 'exactly', events: what.events.map((e) => patternOf(e, f)) },
      ];
    case 'none':
      return [{ kind: 'event-count', event: patternOf(what.event, f), count: 0 }];
    case 'count':
      return [
        {
          kind: 'event-count',
          event: patternOf(what.event, f),
          count: f.number('The number of events', what.count, 0, 10_000_000),
        },
      ];
    case 'counters':
      return what.counters.map((one) => counter(one, undefined, c));
    case 'result': {
      const actor = actorOf(what.actor, programs, f);
      return [{ kind: 'result', actor, op: opOf(what.op, actor, programs, f), value: toWord(what.value) }];
    }
    case 'outcome': {
      const actor = actorOf(what.actor, programs, f);
      return [{ kind: 'outcome', actor, op: opOf(what.op, actor, programs, f), outcome: what.outcome }];
    }
    case 'at':
      return holds(what.holds, momentOf(what.at, item, programs, f), item, c);
    case 'end':
      return holds(what.holds, undefined, item, c);
    default:
      return assertNever(what);
  }
}

type CounterNode = Extract<What, { readonly kind: 'counters' }>['counters'][number];

function counter(node: CounterNode, at: Moment | undefined, { setup, f }: ExpectContext): Bare {
  f.known(
    `a counter of ${setup.design.name}`,
    node.name,
    setup.design.counters.map((one) => one.name),
  );
  const value = f.number(`\`${node.name.text}\``, node.value, 0, 0x7fff_ffff);
  return { kind: 'counter', name: node.name.text, value, ...(at === undefined ? {} : { at }) };
}

function holds(node: Holds, at: Moment | undefined, item: Span, c: ExpectContext): readonly Bare[] {
  const when = at === undefined ? {} : { at };
  const { setup, f } = c;
  switch (node.kind) {
    case 'guest':
    case 'shadow':
    case 'snapshot':
      return entries(node, when, item, c);
    case 'word':
      return placesOf(node.place, 512, setup.machine.guestFrames, f).map(({ frame, index }) => ({
        kind: 'word',
        frame,
        index,
        value: toWord(node.value),
        ...when,
      }));
    case 'counter':
      return [counter(node, at, c)];
    case 'state': {
      const number = (n: Parameters<Findings['number']>[1]): number =>
        f.number('A value', n, -0x8000_0000, 0xffff_ffff);
      const values = node.values.map(number);
      return [{ kind: 'state', what: node.name.text, args: node.args.map(number), values, ...when }];
    }
    default:
      return assertNever(node);
  }
}

function entries(
  node: EntryHolds,
  when: { readonly at?: Moment },
  item: Span,
  c: ExpectContext,
): readonly Bare[] {
  const { setup, layout, f } = c;
  const places = placesOf(node.place, entriesOf(setup.mode), setup.machine.guestFrames, f);
  if (node.value.kind === 'maps') checkUp(node.value, places.length > 1, item, f);
  return places.map(({ frame, index, nth }) => {
    const levels = layout.tables.filter((t) => t.frame === frame).map((t) => t.level);
    const level =
      node.level === undefined
        ? levels.length === 1
          ? (levels[0] ?? 1)
          : 1
        : f.number('The level', node.level, 1, setup.mode.levels);
    return {
      kind: 'entry',
      of: node.kind,
      frame,
      level,
      index,
      value: entryValueOf(node.value, nth, f),
      ...when,
    };
  });
}

function entryValueOf(node: ValueNode, nth: number, f: Findings): EntryValue {
  switch (node.kind) {
    case 'shadowOf':
      return { kind: 'shadow-of', frame: f.number('A guest frame', node.frame, 0, 2 ** 28) };
    case 'word':
      return { kind: 'word', value: toWord(node.word) };
    case 'maps':
      return {
        kind: 'maps',
        frame: f.number('A frame', node.frame, 0, 2 ** 40) + (node.up === true ? nth : 0),
        rights: node.rights,
      };
    case 'named':
      return node.name.text === 'empty' ? { kind: 'empty' } : { kind: 'named', name: node.name.text };
    default:
      return assertNever(node);
  }
}

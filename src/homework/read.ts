import { assertNever, fail, ok, type Result } from '../base';
import { type Answer, type FieldType, type ItemKind, NONE } from './field';

/** What was typed, read as an answer of that type; or what was found and what was expected. */
export function readAnswer(type: FieldType, typed: string): Result<Answer, string> {
  const text = typed.trim();
  if (text === '') return fail(`Nothing is written here. Expected ${expectedOf(type)}.`);
  switch (type.kind) {
    case 'hex':
    case 'count':
      if (isNone(text))
        return type.orNone === true
          ? ok(NONE)
          : fail(`Found \`${text}\`. Expected ${expectedOf(type)}: there is one.`);
      return bounded(type, text, readItem(type.kind, text));
    case 'bits':
      return readBits(type.names, text);
    case 'choice':
      return readChoice(type.options, text);
    case 'set':
      return readItems(type.of, text, type.from, true);
    case 'list':
      return readItems(type.of, text, undefined, false);
    default:
      return assertNever(type);
  }
}

/** `a hexadecimal number such as 0x2e`: what a field of that type takes, for messages and for the empty field. */
export function expectedOf(type: FieldType): string {
  switch (type.kind) {
    case 'hex':
    case 'count':
      return `${ITEMS[type.kind]}${type.orNone === true ? ', or `none`' : ''}`;
    case 'bits':
      return `some of ${type.names.join(', ')}, or \`none\``;
    case 'choice':
      return `one of ${type.options.map(({ value }) => value).join(', ')}`;
    case 'set':
      return type.from === undefined
        ? `${MANY[type.of]} in any order, or \`none\``
        : `some of ${type.from.map((one) => showItem(type.of, one)).join(', ')}, or \`none\``;
    case 'list':
      return `${MANY[type.of]} in their order, or \`none\``;
    default:
      return assertNever(type);
  }
}

const ITEMS: Readonly<Record<ItemKind, string>> = {
  hex: 'a hexadecimal number such as 0x2e',
  count: 'a whole number such as 12',
  place: 'a place such as 0x2e[7], both numbers hexadecimal',
};

const MANY: Readonly<Record<ItemKind, string>> = {
  hex: 'hexadecimal numbers such as `0x2e 0x31`',
  count: 'whole numbers such as `3 12`',
  place: 'places such as `0x2e[7] 0x31[1f]`',
};

/** An item as people write it. */
export function showItem(of: ItemKind, item: string): string {
  return of === 'count' ? item : `0x${item}`;
}

const isNone = (text: string): boolean => /^(none|nothing|-+|–|—|∅|\{\s*\}|\(\s*\)|empty)$/i.test(text);

/** Spaces, underscores and quotes inside a number are how people group digits. */
function readItem(of: ItemKind, text: string): Result<string, string> {
  const bare = text.replace(/[\s_'’]/g, '').toLowerCase();
  switch (of) {
    case 'hex': {
      const digits = hexDigits(bare);
      return digits === undefined ? fail(`Found \`${text}\`. Expected ${ITEMS.hex}.`) : ok(digits);
    }
    case 'count': {
      if (/^\d{1,15}$/.test(bare)) return ok(String(Number(bare)));
      if (/^0x[0-9a-f]{1,12}$/.test(bare)) return ok(String(Number.parseInt(bare.slice(2), 16)));
      return fail(`Found \`${text}\`. Expected ${ITEMS.count}.`);
    }
    case 'place': {
      const [, frame = '', index = ''] = /^([0-9a-fx]+)(?:\[([0-9a-fx]+)\]|[:.]([0-9a-fx]+))$/.exec(
        bare.replace(/[:.]([0-9a-fx]+)$/, '[$1]'),
      ) ?? ['', '', ''];
      const [f, i] = [hexDigits(frame), hexDigits(index)];
      return f === undefined || i === undefined
        ? fail(`Found \`${text}\`. Expected ${ITEMS.place}.`)
        : ok(`${f}[${i}]`);
    }
    default:
      return assertNever(of);
  }
}

/** The digits of a hexadecimal number of at most 64 bits, without leading zeros. */
function hexDigits(bare: string): string | undefined {
  const match = /^(?:0x|x)?0*([0-9a-f]{1,16})h?$/.exec(bare);
  return match?.[1];
}

function bounded(
  type: Extract<FieldType, { below?: number }>,
  text: string,
  read: Result<Answer, string>,
): Result<Answer, string> {
  if (read.kind === 'error' || type.below === undefined) return read;
  const value = Number.parseInt(read.value, type.kind === 'hex' ? 16 : 10);
  if (value < type.below) return read;
  const most = type.kind === 'hex' ? `0x${(type.below - 1).toString(16)}` : String(type.below - 1);
  return fail(`Found \`${text}\`. Expected at most ${most}.`);
}

function readBits(names: readonly string[], text: string): Result<Answer, string> {
  if (isNone(text) || text === '0') return ok(NONE);
  const byName = new Map(names.map((name) => [name.toLowerCase(), name]));
  const single = names.every((name) => name.length === 1);
  const words = text
    .toLowerCase()
    .split(/[\s,;|+&{}()]+/)
    .filter((word) => word !== '');
  const found = new Set<string>();
  for (const word of words) {
    // `PWU` for P, W and U, where all names are letters.
    const parts = byName.has(word) || !single ? [word] : [...word];
    for (const part of parts) {
      const name = byName.get(part);
      if (name === undefined)
        return fail(`Found \`${part}\`. Expected some of ${names.join(', ')}, or \`none\`.`);
      found.add(name);
    }
  }
  return ok(names.filter((name) => found.has(name)).join(' ') || NONE);
}

function readChoice(
  options: readonly { readonly value: string; readonly says: string }[],
  text: string,
): Result<Answer, string> {
  const wanted = text.toLowerCase().replace(/[\s_]+/g, ' ');
  const found = options.find(
    ({ value, says }) => value.toLowerCase() === wanted || says.toLowerCase() === wanted,
  );
  if (found !== undefined) return ok(found.value);
  return fail(`Found \`${text}\`. Expected one of ${options.map(({ value }) => value).join(', ')}.`);
}

function readItems(
  of: ItemKind,
  text: string,
  from: readonly string[] | undefined,
  unordered: boolean,
): Result<Answer, string> {
  if (isNone(text)) return ok(NONE);
  const items: string[] = [];
  for (const word of text.split(/(?:->|→|=>|[\s,;{}()])+/)) {
    if (word === '') continue;
    const item = readItem(of, word);
    if (item.kind === 'error') return item;
    if (from !== undefined && !from.includes(item.value))
      return fail(
        `Found \`${word}\`. Expected some of ${from.map((one) => showItem(of, one)).join(', ')}, or \`none\`.`,
      );
    items.push(item.value);
  }
  return ok(unordered ? setOf(items) : items.join(' ') || NONE);
}

/** A set in its one spelling. */
export function setOf(items: Iterable<string>): Answer {
  const all = [...new Set(items)];
  all.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return all.join(' ') || NONE;
}

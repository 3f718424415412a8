import type { EventPattern } from '../../engine/spec';
import { type EventType, eventKinds, eventTypeNamed } from '../../kernel';
import type { Name, Num } from '../syntax/leaf';
import { toWord } from './address';
import type { Findings } from './findings';

export interface PatternNode {
  readonly event: Name;
  readonly fields: readonly { readonly name: Name; readonly value: Num }[];
}

/** `PageFault` is written `page-fault`; any case, with or without hyphens, is understood. */
export const kebab = (kind: string): string => kind.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
const plain = (name: string): string => name.replaceAll('-', '').toLowerCase();

function typeOf(name: Name, f: Findings): EventType | undefined {
  const kind = eventKinds().find((k) => plain(k) === plain(name.text));
  if (kind !== undefined) return eventTypeNamed(kind);
  f.known('a kind of event', name, eventKinds().map(kebab));
  return undefined;
}

/** The event that is meant; fields of 64 bits are compared in their two halves. */
export function patternOf({ event, fields }: PatternNode, f: Findings): EventPattern {
  const type = typeOf(event, f);
  if (type === undefined) return { event: event.text, fields: [] };
  const found: { name: string; value: number }[] = [];
  let actor: number | undefined;
  for (const { name, value } of fields) {
    const field = type.fields.find((one) => plain(one) === plain(name.text));
    const high = type.fields.find(
      (one) => plain(one) === `${plain(name.text)}hi` || (plain(name.text) === 'value' && one === 'hi'),
    );
    if (field !== undefined)
      found.push({ name: field, value: f.number(`\`${field}\``, value, -0x8000_0000, 0xffff_ffff) | 0 });
    else if (high !== undefined) {
      const { hi, lo } = toWord(value);
      found.push(
        { name: high, value: hi },
        { name: high === 'hi' ? 'lo' : `${high.slice(0, -2)}Lo`, value: lo },
      );
    } else if (plain(name.text) === 'actor') actor = f.number('An actor', value, 0, 255);
    else f.known(`a field of ${kebab(type.kind)}`, name, ['actor', ...fieldNames(type)]);
  }
  return actor === undefined
    ? { event: type.kind, fields: found }
    : { event: type.kind, actor, fields: found };
}

/** Field names as scenarios write them: `va` for `vaHi` and `vaLo`, `value` for `hi` and `lo`. */
export function fieldNames(type: EventType): string[] {
  return type.fields.flatMap((name) => {
    if (name === 'hi') return 'value';
    if (name.endsWith('Hi') && type.fields.includes(`${name.slice(0, -2)}Lo`)) return name.slice(0, -2);
    if (name === 'lo' || (name.endsWith('Lo') && type.fields.includes(`${name.slice(0, -2)}Hi`))) return [];
    return name;
  });
}

import { address, hex } from '../base';
import { eventTypeNamed, type LoggedEvent } from '../kernel';
import type { EventPattern } from './spec';

/** Fields that count things or name them by a small number are decimal; everything else is an address, a frame or bits. */
const DECIMAL =
  /^(vcpu|walker|op|outcome|level|slot|owner|from|to|count|compared|rederived|width|access|scope|reason|which|on|equal|hit|how|why|kind|left|by|writable|reads|guestReads|nestedReads|sought|updates|attempts|queued|vcpus)$/;

/** `PageFault` is written `page-fault`, as in a scenario. */
export const eventName = (kind: string): string => kind.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/**
 * An event as a scenario writes it: its fields in the order declared, the two halves of a 64-bit value as one:
 * `page-fault vcpu=1 va=0x7f80_8820_7000 error=0x3`.
 */
export function eventText(event: LoggedEvent): string {
  return [eventName(event.kind), ...fieldsText(event.kind, (field) => event[field] as number)].join(' ');
}

/** What an expected event says, in the same spelling. */
export function patternText(pattern: EventPattern, actorName: (actor: number) => string): string {
  const given = new Map(pattern.fields.map(({ name, value }) => [name, value]));
  const words = [eventName(pattern.event), ...fieldsText(pattern.event, (field) => given.get(field))];
  return `${words.join(' ')}${pattern.actor === undefined ? '' : ` by ${actorName(pattern.actor)}`}`;
}

function fieldsText(kind: string, read: (field: string) => number | undefined): string[] {
  const fields = eventTypeNamed(kind)?.fields ?? [];
  return fields.flatMap((field) => {
    const value = read(field);
    if (value === undefined || isLowHalf(field, fields)) return [];
    if (!isHighHalf(field, fields)) return [`${field}=${fieldValue(field, value)}`];
    return [`${stem(field) || 'value'}=${address(value, read(lowOf(field)) ?? 0, 1)}`];
  });
}

/** One field's value: decimal for counts and small names, hex otherwise; -1 stands for none. */
export function fieldValue(field: string, value: number): string {
  if (value === -1 || DECIMAL.test(field)) return String(value);
  return `0x${hex(value, /frame|mfn|gfn|index/i.test(field) ? 3 : 1)}`;
}

const stem = (field: string): string => field.replace(/(Hi|hi)$/, '');
const lowOf = (field: string): string => (field === 'hi' ? 'lo' : `${stem(field)}Lo`);
const isHighHalf = (field: string, all: readonly string[]): boolean =>
  /(Hi$|^hi$)/.test(field) && all.includes(lowOf(field));
const isLowHalf = (field: string, all: readonly string[]): boolean =>
  all.some((other) => isHighHalf(other, all) && lowOf(other) === field);

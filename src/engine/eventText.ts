import { address, hex } from '../base';
import { eventTypeNamed, type LoggedEvent } from '../kernel';
import type { EventPattern } from './spec';

/** Fields that count things or name them by a small number are decimal; everything else is an address, a frame or bits. */
const DECIMAL =
  /^(vcpu|walker|op|outcome|level|slot|owner|from|to|count|compared|rederived|width|access|scope|reason|which|on|equal|hit|how|why|kind|left|by)$/;

/**
 * The fields of an event as `name=value` pairs in the order declared, the two halves of a 64-bit value as one:
 * `vcpu=1 va=0x7f80_8820_7000 error=0x3`. The same spelling as in a scenario's `expect events`.
 */
export function eventFields(event: LoggedEvent): string {
  const fields = eventTypeNamed(event.kind)?.fields ?? [];
  const out: string[] = [];
  for (const field of fields) {
    if (isLowHalf(field, fields)) continue;
    const value = event[field] as number;
    if (isHighHalf(field, fields)) {
      const name = stem(field);
      const lo = event[lowOf(field)] as number;
      out.push(`${name === '' ? 'value' : name}=${address(value, lo, 1)}`);
    } else out.push(`${field}=${fieldValue(field, value)}`);
  }
  return out.join(' ');
}

/** One field's value: decimal for counts and small names, hex otherwise; -1 is written `-`. */
export function fieldValue(field: string, value: number): string {
  if (value === -1) return '-';
  if (DECIMAL.test(field)) return String(value);
  return `0x${hex(value, /frame|mfn|gfn|index/i.test(field) ? 3 : 1)}`;
}

/** What an expected event says, in the same spelling. */
export function patternText(pattern: EventPattern, actorName: (actor: number) => string): string {
  const fields = pattern.fields.map(({ name, value }) => ` ${name}=${fieldValue(name, value)}`).join('');
  return `${pattern.event}${fields}${pattern.actor === undefined ? '' : ` by ${actorName(pattern.actor)}`}`;
}

const stem = (field: string): string => field.replace(/(Hi|hi)$/, '');
const lowOf = (field: string): string => (field === 'hi' ? 'lo' : `${stem(field)}Lo`);
const isHighHalf = (field: string, all: readonly string[]): boolean =>
  /(Hi$|^hi$)/.test(field) && all.includes(lowOf(field));
const isLowHalf = (field: string, all: readonly string[]): boolean =>
  all.some((other) => isHighHalf(other, all) && lowOf(other) === field);

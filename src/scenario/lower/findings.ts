import type { Span } from '../../engine/spec';
import type { Finding } from '../diagnostic';
import { nearest, orList } from '../suggest';
import type { Name, Num } from '../syntax/leaf';

/** Names that a message lists. */
const LISTED = 20;

/** What resolving finds out about a text, collected so that one mistake does not hide the next. */
export class Findings {
  readonly all: Finding[] = [];

  error(at: Span, says: string, suggestion?: string): void {
    this.add('error', at, says, suggestion);
  }

  warn(at: Span, says: string, suggestion?: string): void {
    this.add('warning', at, says, suggestion);
  }

  get failed(): boolean {
    return this.all.some((f) => f.severity === 'error');
  }

  /** A name that must be one of those known: says which there are, and which was probably meant. */
  known(what: string, name: Name, among: readonly string[]): boolean {
    if (among.includes(name.text)) return true;
    const meant = nearest(name.text, among);
    const names = among.slice(0, LISTED).map((n) => `\`${n}\``);
    const more = among.length - names.length;
    const expected =
      among.length === 0
        ? 'There is none.'
        : `Expected ${orList(more === 0 ? names : [...names, `one of ${more} more`])}.`;
    this.error(name, `\`${name.text}\` is not ${what}. ${expected}`, meant);
    return false;
  }

  /** A number as a plain one, within bounds (both included); `instead` when it is not. */
  number(what: string, n: Num, from: number, to: number, instead = from): number {
    const value = n.value;
    if (value >= BigInt(from) && value <= BigInt(to)) return Number(value);
    this.error(n, `${what} cannot be ${n.value}. Expected ${from} to ${to}.`);
    return instead;
  }

  private add(severity: 'error' | 'warning', { from, to }: Span, says: string, suggestion?: string): void {
    if (suggestion === undefined) this.all.push({ severity, from, to, says });
    else this.all.push({ severity, from, to, says: `${says} Did you mean \`${suggestion}\`?`, suggestion });
  }
}

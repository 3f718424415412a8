import { parse } from '../../scenario';
import { openText, type Sources } from '../opening';
import type { Session } from '../session';

/** More entries than this never make a difference that a person could follow. */
export const DEEPEST = 64;

/** The kinds of lines behind which `store-buffers` usually stands. */
const BEFORE: ReadonlySet<string> = new Set(['scenario', 'design', 'profile', 'paging', 'geometry', 'tlb']);

/** A scenario's text with buffers of another depth; 0: stores reach memory at once. Nothing else in it changes. */
export function withBufferDepth(text: string, depth: number): string {
  const { items } = parse(text).ast;
  const line = `store-buffers ${depth === 0 ? 'off' : depth}`;
  const said = items.find((item) => item.kind === 'storeBuffers');
  if (said !== undefined) {
    const old = text.slice(said.from, said.to);
    return text.slice(0, said.from) + old.replace(/^store-buffers\s+\S+/, line) + text.slice(said.to);
  }
  const last = items.findLast((item) => BEFORE.has(item.kind));
  const at = last?.to ?? 0;
  return `${text.slice(0, at)}\n${line}${text.slice(at)}`;
}

/** Puts what is on stage there anew, with store buffers of another depth: a bound of what is explored, and part of the text. */
export function setBufferDepth(session: Session, sources: Sources, depth: number): void {
  if (depth === session.runs?.spec.machine.storeBufferDepth) return;
  openText(session, sources, withBufferDepth(session.state.text, depth));
}

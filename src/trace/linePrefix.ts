import type { Cursor } from './cursor';

/** What stands before an event's own words: `vmm-181 [000] d..1. 2.895455: kvm_entry: `. One is reused for all lines. */
export interface LinePrefix {
  /** The task with its pid, without leading spaces: places in the line's bytes. */
  taskFrom: number;
  taskTo: number;
  /** Seconds. */
  time: number;
  nameFrom: number;
  nameTo: number;
}

export const linePrefix = (): LinePrefix => ({ taskFrom: 0, taskTo: 0, time: 0, nameFrom: 0, nameTo: 0 });

const SPACE = 32;
const OPEN = 91;
const CLOSE = 93;
const COLON = 58;
const DOT = 46;
const ROUND = 40;
const ROUND_END = 41;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/**
 * Reads up to the event's own words, and leaves the cursor there. Takes the kernel's text (`TASK-PID (TGID) [CPU] FLAGS TIME: EVENT: `), with or
 * without tgid and flags, `perf script`'s (`TASK PID [CPU] TIME: SYSTEM:EVENT: `) and `trace-cmd report`'s, which pads with spaces.
 * False if the line is nothing of the kind.
 */
export function readPrefix(c: Cursor, p: LinePrefix): boolean {
  c.spaces();
  p.taskFrom = c.at;
  const cpu = findCpu(c);
  if (cpu < 0) return false;
  p.taskTo = trimmed(c.bytes, p.taskFrom, cpu);
  if (p.taskTo === p.taskFrom || !isDigit(c.bytes[p.taskTo - 1] as number)) return false;
  c.spaces();
  // Flags, if any: they begin with a letter or a dot, a time with a digit; a count of nested interrupts may be last.
  if (!readTime(c, p)) {
    c.word();
    c.spaces();
    if (!readTime(c, p)) return false;
  }
  c.spaces();
  if (!readName(c, p)) return false;
  // `kvm:kvm_entry:`: the system stands before the event.
  if (c.here > SPACE) {
    const { nameFrom, nameTo } = p;
    const from = c.at;
    if (!readName(c, p)) {
      c.at = from;
      p.nameFrom = nameFrom;
      p.nameTo = nameTo;
    }
  }
  c.spaces();
  return true;
}

/** Letters, digits and underscores up to a colon. */
function readName(c: Cursor, p: LinePrefix): boolean {
  const { bytes, end, at: from } = c;
  let at = from;
  while (at < end && (bytes[at] as number) > SPACE && bytes[at] !== COLON) at++;
  if (at === from || at === end || bytes[at] !== COLON) return false;
  p.nameFrom = from;
  p.nameTo = at;
  c.at = at + 1;
  return true;
}

/** Goes behind `[000]`; where it began, or -1. A task's name may have brackets of its own: only digits are a cpu. */
function findCpu(c: Cursor): number {
  const { bytes, end } = c;
  for (let at = c.at; at < end; at++) {
    if (bytes[at] !== OPEN) continue;
    let i = at + 1;
    while (i < end && isDigit(bytes[i] as number)) i++;
    if (i === at + 1 || bytes[i] !== CLOSE || i - at > 6) continue;
    c.at = i + 1;
    return at;
  }
  return -1;
}

/** The end of the task's name: without the spaces before the cpu, and without `( 4321)` or `(-----)`, the process that some traces name. */
function trimmed(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === SPACE) end--;
  if (end > from && bytes[end - 1] === ROUND_END) {
    while (end > from && bytes[end - 1] !== ROUND) end--;
    if (end > from) end--;
    while (end > from && bytes[end - 1] === SPACE) end--;
  }
  return end;
}

/** `2.895455:`; the cursor stays where it was if there is no time. */
function readTime(c: Cursor, p: LinePrefix): boolean {
  const { bytes, end, at: start } = c;
  let at = start;
  let value = 0;
  /** 10 for every digit behind the dot; 0 before it. */
  let unit = 0;
  for (; at < end; at++) {
    const code = bytes[at] as number;
    if (isDigit(code)) {
      value = value * 10 + code - 48;
      unit *= 10;
    } else if (code === DOT && unit === 0 && at > start) unit = 1;
    else break;
  }
  if (at === start || at === end || bytes[at] !== COLON) return false;
  p.time = unit === 0 ? value : value / unit;
  c.at = at + 1;
  return true;
}

/** `vmm-181` or, as perf prints it, `vmm 181`: name and pid apart. */
export function taskParts(text: string): { readonly name: string; readonly pid: number } {
  const found = /^(.*?)[-\s]+(\d+)$/.exec(text);
  if (found === null) return { name: text, pid: 0 };
  return { name: found[1] ?? text, pid: Number(found[2]) };
}

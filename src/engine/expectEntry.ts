import { address, assertNever, frameName, hex, sameWord, type Word, word } from '../base';
import type { Machine, PagingMode } from '../machine';
import { entryText, rightsOf, rightsText, targetOf } from './entryText';
import type { Run } from './run';
import type { EntryValue, Expectation, Rights } from './spec';

type EntryExpectation = Extract<Expectation, { kind: 'entry' }>;

/** Holds one entry of a guest table, of its shadow or of its snapshot against what is expected; undefined if it agrees. */
export function checkEntry(run: Run, expected: EntryExpectation): string | undefined {
  const { machine, hypervisor } = run.built;
  const mfn = machine.gfnToMfn(expected.frame);
  const guestMode = modeOf(run);
  switch (expected.of) {
    case 'guest':
      return agree(run, guestMode, expected, entryAt(machine, guestMode, mfn, expected.index));
    case 'snapshot': {
      const frame = hypervisor.describe.snapshotOf(mfn);
      if (frame < 0) return `guest frame ${frameName(expected.frame)} has no snapshot`;
      return agree(run, guestMode, expected, entryAt(machine, guestMode, frame, expected.index));
    }
    case 'shadow': {
      const first = hypervisor.describe.shadowOf(mfn, expected.level);
      if (first < 0)
        return `guest frame ${frameName(expected.frame)} has no shadow at level ${expected.level}`;
      // Shadows of 32-bit tables have entries of 64 bits: the table of 1,024 entries goes on in the next frame.
      const entries = 512;
      const place = expected.index * (guestMode.entryCells === 1 && expected.level === 2 ? 2 : 1);
      const frame = first + Math.floor(place / entries);
      const entry = entryAt(machine, machine.modes['64'], frame, place % entries);
      // The shadow of a guest without NX forbids nothing either.
      return agree(run, machine.modes['64'], expected, entry, guestMode.entryCells === 1);
    }
    default:
      return assertNever(expected.of);
  }
}

/** Holds a 64-bit word of a guest frame against what is expected. */
export function checkWord(run: Run, gfn: number, index: number, expected: Word): string | undefined {
  const { machine } = run.built;
  const mfn = machine.gfnToMfn(gfn);
  const found = word(machine.memory.hi(mfn, index), machine.memory.lo(mfn, index));
  if (sameWord(found, expected)) return undefined;
  return `the word is ${address(found.hi, found.lo, 1)}, expected ${address(expected.hi, expected.lo, 1)}`;
}

function agree(
  run: Run,
  mode: PagingMode,
  expected: EntryExpectation,
  entry: Word,
  noNx = mode.entryCells === 1,
): string | undefined {
  const wrong = differs(run, mode, noNx, expected, expected.value, entry);
  if (wrong === undefined) return undefined;
  // One line of a scenario may expect a whole range: the message names the entry it is about.
  const name = `${expected.of} ${frameName(expected.frame)}[${hex(expected.index, 3)}]`;
  return `${name} is ${entryText(mode, expected.level, entry)}, ${wrong}`;
}

function differs(
  run: Run,
  mode: PagingMode,
  noNx: boolean,
  { level }: EntryExpectation,
  value: EntryValue,
  entry: Word,
): string | undefined {
  const { machine, hypervisor, design } = run.built;
  switch (value.kind) {
    case 'empty':
      return entry.hi === 0 && entry.lo === 0 ? undefined : 'expected empty';
    case 'word': {
      if (sameWord(entry, value.value)) return undefined;
      return `in bits ${address(entry.hi, entry.lo, 1)}, expected ${address(value.value.hi, value.value.lo, 1)}`;
    }
    case 'named': {
      const named = hypervisor.describe.wordNamed(value.name);
      if (named === undefined) return `and ${design.name} has no word called ${value.name}`;
      return sameWord(entry, named) ? undefined : `expected ${value.name}`;
    }
    case 'shadow-of': {
      const shadow = hypervisor.describe.shadowOf(machine.gfnToMfn(value.frame), level - 1);
      if (shadow < 0) return `expected the shadow of ${frameName(value.frame)}, which has none`;
      if (rightsOf(mode, level, entry).r && targetOf(mode, level, entry) === shadow) return undefined;
      return `expected the shadow of ${frameName(value.frame)}, which is ${frameName(shadow)}`;
    }
    case 'maps': {
      const rights = rightsOf(mode, level, entry);
      const same = rights.r && targetOf(mode, level, entry) === value.frame;
      if (same && sameRights(rights, value.rights, noNx)) return undefined;
      return `expected ${frameName(value.frame)} ${rightsText(value.rights)}`;
    }
    default:
      return assertNever(value);
  }
}

/** Guests with entries of 32 bits cannot forbid execution: there, x says nothing. */
function sameRights(a: Rights, b: Rights, noNx: boolean): boolean {
  const names = Object.keys(a) as (keyof Rights)[];
  return names.every((name) => a[name] === b[name] || (name === 'x' && noNx));
}

function entryAt(machine: Machine, mode: PagingMode, frame: number, index: number): Word {
  if (mode.entryCells === 1) return word(0, machine.memory.read32(frame, index));
  return word(machine.memory.hi(frame, index), machine.memory.lo(frame, index));
}

function modeOf(run: Run): PagingMode {
  const { machine, spec } = run.built;
  switch (spec.paging) {
    case 'x86-64':
      return machine.modes['64'];
    case 'pae':
      return machine.modes.pae;
    case '32-bit':
      return machine.modes['32'];
    default:
      return assertNever(spec.paging);
  }
}

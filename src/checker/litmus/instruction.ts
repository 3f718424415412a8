import type { Source } from './source';
import type { Instruction, Source as Value } from './test';
import { bracketed, readLocation, readNumber, readRegister, registerNamed } from './value';

const SUPPORTED =
  'MOV [x],$1 or MOV [x],EAX; MOV EAX,[x], MOV EAX,$1 or MOV EAX,EBX; MFENCE, LFENCE, SFENCE; XCHG [x],EAX; LOCK CMPXCHG [x],EBX; LOCK ADD or SUB [x],$1; LOCK INC or DEC [x]; in X86_64 the same as movl $1,(x)';

/** How herd writes the architecture: X86 as Intel does, X86_64 as AT&T does, the source first and the width behind the name. */
export type Dialect = 'X86' | 'X86_64';

/** `movl` is MOV: whole locations are accessed, of four bytes or eight. */
function withoutWidth(source: Source, name: string, dialect: Dialect): string {
  if (dialect === 'X86') return name;
  const [, plain = name, width = ''] = /^(MOV|XCHG|CMPXCHG|ADD|SUB|INC|DEC)([BWLQ])$/.exec(name) ?? [];
  if (width === 'B' || width === 'W')
    source.fail(
      `found \`${source.text}\`, which accesses a part of a location. Use ${plain.toLowerCase()}l or ${plain.toLowerCase()}q: parts are not supported`,
    );
  return plain;
}

/** Reads one instruction in herd's form. Empty for a fence that orders nothing which x86-TSO leaves open: only MFENCE does. */
export function readInstruction(source: Source, dialect: Dialect = 'X86'): readonly Instruction[] {
  const words = /^(LOCK\s+)?(\w+)\s*/i.exec(source.text);
  if (words === null) return unsupported(source);
  const [whole, prefix, mnemonic = ''] = words;
  const rest = source.slice(whole.length);
  const operands = rest.text === '' ? [] : rest.split(',');
  if (dialect === 'X86_64') operands.reverse();
  const name = withoutWidth(source, mnemonic.toUpperCase(), dialect);
  if (/^[LS]FENCE$/.test(name) && prefix === undefined && operands.length === 0) return [];
  return [instructionOf(source, name, prefix !== undefined, operands)];
}

function instructionOf(
  source: Source,
  name: string,
  locked: boolean,
  operands: readonly Source[],
): Instruction {
  const [first, second] = operands;
  switch (`${name} ${operands.length}`) {
    case 'MOV 2':
      if (locked) return source.fail('found LOCK before MOV, which no processor accepts. Use XCHG');
      return move(source, first as Source, second as Source);
    case 'MFENCE 0':
      return locked
        ? source.fail('found LOCK before MFENCE, which no processor accepts')
        : { kind: 'mfence' };
    case 'XCHG 2':
      return exchange(source, first as Source, second as Source);
    case 'CMPXCHG 2':
      return {
        kind: 'cmpxchg',
        location: target(source, first, locked),
        register: readRegister(second as Source),
      };
    case 'ADD 2':
      return { kind: 'add', location: target(source, first, locked), from: readValue(second as Source) };
    case 'SUB 2': {
      const value = readNumber(immediate(second as Source));
      return { kind: 'add', location: target(source, first, locked), from: constant(-value) };
    }
    case 'INC 1':
      return { kind: 'add', location: target(source, first, locked), from: constant(1) };
    case 'DEC 1':
      return { kind: 'add', location: target(source, first, locked), from: constant(-1) };
    default:
      return unsupported(source);
  }
}

function unsupported(source: Source): never {
  return source.fail(`found \`${source.text}\`. Supported: ${SUPPORTED}`);
}

function move(source: Source, to: Source, from: Source): Instruction {
  const into = bracketed(to);
  const outOf = bracketed(from);
  if (into !== undefined && outOf !== undefined) return unsupported(source);
  if (into !== undefined) return { kind: 'store', location: readLocation(into), from: readValue(from) };
  const register = readRegister(to);
  if (outOf !== undefined) return { kind: 'load', to: register, location: readLocation(outOf) };
  return { kind: 'move', to: register, from: readValue(from) };
}

/** An exchange with memory is locked with or without the prefix; the operands may stand either way round. */
function exchange(source: Source, first: Source, second: Source): Instruction {
  const here = bracketed(first);
  if (here !== undefined)
    return { kind: 'xchg', location: readLocation(here), register: readRegister(second) };
  const there = bracketed(second);
  if (there === undefined) return unsupported(source);
  return { kind: 'xchg', location: readLocation(there), register: readRegister(first) };
}

/** The memory operand of an instruction that is atomic only with LOCK. */
function target(source: Source, operand: Source | undefined, locked: boolean): string {
  const inside = operand && bracketed(operand);
  if (inside === undefined) return unsupported(source);
  if (!locked)
    return source.fail(
      `found \`${source.text}\` without LOCK: two accesses, not one. Put LOCK before it; without, it is not supported`,
    );
  return readLocation(inside);
}

const constant = (value: number): Value => ({ kind: 'immediate', value: value | 0 });
const immediate = (source: Source): Source => (source.text.startsWith('$') ? source.slice(1) : source);

function readValue(source: Source): Value {
  const register = registerNamed(source.text);
  return register === undefined ? constant(readNumber(immediate(source))) : { kind: 'register', register };
}
